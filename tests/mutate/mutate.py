#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Are the tests worth anything? Each mutation changes one line of lib/; some test must notice.

    mutate.py                      all of mutations.txt; exit code 0 when at least 95 % are killed and every .c file has one
    mutate.py lib/map 17           only those whose file begins with a word, or that stand in a line of that number
    mutate.py --list               which there are, and whether each still fits the source
    mutate.py --jobs 2             two at a time, each in a tree of its own
    mutate.py --resume LOG         not those that a log of this program has as killed already
    mutate.py --despite-failures   what fails without any mutation kills nothing (else it ends the run)

mutations.txt has blocks of three lines: FILE, `- old` and `+ new`; the old line must be there once, leading blanks apart.
The work is done in a copy of the tree, which is built again after each mutation as far as that needs. The tests run from
the cheapest suite to the dearest, and the first that fails ends it; one that hangs has failed.
"""
import argparse
import collections
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = 0.95
SUITES = ["unit", "pcap", "cli", "differential", "fuzz"]    # the cheapest first; what they need is built as late as they run
# Tests take minutes without optimisation; link-time optimisation would build everything anew each time.
SETUP = ["meson", "setup", "build", "-Dbuildtype=plain", "-Doptimization=1", "-Db_lto=false", "-Dwerror=false"]
HANGS = "hangs"
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "MALLOC_PERTURB_": "165"}
PROMISING = 5                                               # so many tests of a suite are built and run before the others
WALL_LIMIT = 1800                                           # seconds for a test that waits for something


class Mutation:
    def __init__(self, number, file, old, new):
        self.number, self.file, self.old, self.new = number, file, old.strip(), new.strip()

    def apply(self, tree):
        """The text before, or None when the old line is not there exactly once."""
        path = tree / self.file
        if not path.is_file():
            return None
        text = path.read_text()
        lines = text.split("\n")
        at = [i for i, line in enumerate(lines) if line.strip() == self.old]
        if len(at) != 1:
            return None
        indent = lines[at[0]][:len(lines[at[0]]) - len(lines[at[0]].lstrip())]
        lines[at[0]] = indent + self.new
        path.write_text("\n".join(lines))
        return text

    @property
    def room(self):
        return str(Path(self.file).parent)

    def __str__(self):
        return f"{self.file}: {self.old}  ->  {self.new}"


def read_mutations(file, wanted):
    lines = [(i + 1, line) for i, line in enumerate(file.read_text().split("\n")) if line and line[0] != "#"]
    found = []
    for i in range(0, len(lines), 3):
        (number, name), (_, old), (_, new) = lines[i:i + 3]
        if old[:2] != "- " or new[:2] != "+ ":
            sys.exit(f"{file}:{number}: not FILE, '- old', '+ new'")
        found.append(Mutation(number, name, old[2:], new[2:]))
    if wanted:
        found = [m for m in found if any(m.file.startswith(word) or word == str(m.number) for word in wanted)]
    return found


# ---- tests ----

def kill_group(process):
    """The test and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Test:
    """One of meson's tests: what to build for it, how to run it, and what is known of it without any mutation."""

    def __init__(self, about, targets):
        self.suite = about["suite"][0].split(":")[1]
        self.name = f"{self.suite}/{about['name']}"
        self.command, self.env = about["cmd"], os.environ | about["env"] | ENVIRONMENT
        self.targets = [targets[target] for target in about["depends"]]
        self.seconds, self.failing = None, set()

    def failures(self, build):
        """What is wrong, one after the other, as soon as it is known. Whoever has enough of it just stops asking."""
        limit = WALL_LIMIT if self.seconds is None else 30 + 10 * self.seconds
        # Processor time, for each process by itself: a busy machine is no reason to fail.
        command = ["prlimit", f"--cpu={limit:.0f}", *self.command]
        process = subprocess.Popen(command, cwd=build, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        watchdog = threading.Timer(WALL_LIMIT, kill_group, [process])
        watchdog.start()
        try:
            for line in process.stdout:
                if line.startswith(b"not ok"):
                    yield " ".join(line.decode(errors="replace").split()[:3])
            code = process.wait()
            if code in (-signal.SIGKILL, -signal.SIGXCPU):
                yield HANGS
            elif code != 0:
                yield f"exit code {code}"
        finally:
            watchdog.cancel()
            kill_group(process)
            process.wait()
            process.stdout.close()

    def measure(self, build):
        start = time.monotonic()
        failing = set(self.failures(build))
        self.seconds, self.failing = time.monotonic() - start, failing

    def finding(self, build):
        """The first failure that a mutation has brought, or None."""
        return next((failure for failure in self.failures(build) if failure not in self.failing), None)


# ---- trees ----

def run(command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


class Tree:
    """A copy of the source with a build of its own."""

    def __init__(self, folder, jobs):
        self.root, self.build, self.jobs = folder, folder / "build", jobs
        files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                               check=True)
        for name in files.stdout.split("\n"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        run(SETUP, folder)
        targets = {target["id"]: os.path.relpath(target["filename"][0], self.build) for target in self.introspect("--targets")}
        tests = [Test(about, targets) for about in self.introspect("--tests")]
        self.tests = [test for test in tests if test.suite in SUITES]

    def introspect(self, what):
        done = subprocess.run(["meson", "introspect", "build", what], cwd=self.root, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def make(self, tests):
        targets = sorted({target for test in tests for target in test.targets})
        cpus = max(1, os.cpu_count() // self.jobs)
        return not targets or subprocess.run(["ninja", "-C", "build", f"-j{cpus}", *targets], cwd=self.root, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def killer(self, mutation, kills):
        """The test that notices, or None; "" when there is nothing to test. First the one that has the file's name, then
        what killed others of the room."""
        for suite in SUITES:
            tests = [test for test in self.tests if test.suite == suite]
            tests.sort(key=lambda test: (-kills[mutation.room, test.name], test.seconds))
            own = [test for test in tests if test.name == f"{suite}/{Path(mutation.file).stem}"]
            others = [test for test in tests if test not in own]
            for some in own, others[:PROMISING], others[PROMISING:]:
                if not self.make(some):
                    return ""
                for test in some:
                    finding = test.finding(self.build)
                    if finding is not None:
                        return f"{test.name} {HANGS}" if finding == HANGS else test.name
        return None


def measure(trees):
    """Time and failures of every test without any mutation; the lines that say what fails."""
    first, *others = trees
    if not all(tree.make(tree.tests) for tree in trees):
        sys.exit("the tree does not build")
    for i, test in enumerate(first.tests):
        test.measure(first.build)
        for tree in others:
            tree.tests[i].seconds, tree.tests[i].failing = test.seconds, test.failing
    return [f"{test.name}: {failure}" for test in first.tests for failure in sorted(test.failing)]


# ---- the whole ----

def missing_files(mutations):
    named = {mutation.file for mutation in mutations}
    return [name for name in (str(path.relative_to(ROOT)) for path in sorted((ROOT / "lib").rglob("*.c"))) if name not in named]


def stale_mutations(mutations):
    with tempfile.TemporaryDirectory(prefix="mapedge-mutate-") as folder:
        shutil.copytree(ROOT / "lib", Path(folder) / "lib")
        stale = []
        for mutation in mutations:
            before = mutation.apply(Path(folder))
            if before is None:
                stale.append(mutation)
            else:
                (Path(folder) / mutation.file).write_text(before)
    return stale


def try_all(mutations, trees):
    """[(mutation, the test that killed it, None, or "" when it does not compile)]"""
    free = queue.SimpleQueue()
    kills = collections.Counter()
    for tree in trees:
        free.put(tree)

    def try_one(mutation):
        tree, start = free.get(), time.monotonic()
        before = mutation.apply(tree.root)
        try:
            by = tree.killer(mutation, kills)
        finally:
            (tree.root / mutation.file).write_text(before)
            free.put(tree)
        kills[mutation.room, by] += 1
        what = "SURVIVED" if by is None else f"killed by {by}" if by else "DOES NOT COMPILE"
        print(f"{what:34} {time.monotonic() - start:4.0f} s  {mutation}", flush=True)
        return mutation, by

    with ThreadPoolExecutor(len(trees)) as pool:
        return list(pool.map(try_one, mutations))


def print_table(results):
    by_suite = collections.defaultdict(collections.Counter)
    for _, by in results:
        if by:
            suite, test = by.split("/", 1)
            by_suite[suite][test] += 1
    for suite in SUITES:
        tests = ", ".join(f"{test} {count}" for test, count in by_suite[suite].most_common())
        print(f"{suite:14} {by_suite[suite].total():4}  {tests}")
    for mutation, by in results:
        if not by:
            print(f"{'SURVIVED' if by is None else 'DOES NOT COMPILE'}: line {mutation.number}: {mutation}")


def test_them(mutations, jobs, despite_failures):
    """Everything went well, and enough mutants died."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mapedge-mutate-") as folder:
        trees = [Tree(Path(folder) / str(i), jobs) for i in range(jobs)]
        failing = measure(trees)
        warning = "".join(f"FAILS WITHOUT ANY MUTATION: {line}\n" for line in failing)
        print(warning, end="", flush=True)
        if failing and not despite_failures:
            return False
        results = try_all(mutations, trees)
    print_table(results)
    print(warning, end="")
    killed = sum(bool(by) for _, by in results)
    print(f"{killed} of {len(results)} mutants killed in {(time.monotonic() - start) / 60:.0f} minutes")
    return not failing and killed >= WANTED * len(results) and all(by != "" for _, by in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--resume", type=Path, metavar="LOG")
    parser.add_argument("--despite-failures", action="store_true")
    parser.add_argument("wanted", nargs="*")
    args = parser.parse_args()
    mutations = read_mutations(Path(__file__).with_name("mutations.txt"), args.wanted)
    if args.resume:
        done = {line.split(" s  ", 1)[1] for line in args.resume.read_text().split("\n") if line.startswith("killed by ")}
        mutations = [mutation for mutation in mutations if str(mutation) not in done]
    stale = stale_mutations(mutations)
    missing = [] if args.wanted or args.resume else missing_files(mutations)
    for mutation in mutations if args.list else stale:
        print(f"line {mutation.number}{' does not fit the source any more' if mutation in stale else ''}: {mutation}")
    for name in missing:
        print(f"no mutation of {name}")
    if args.list or stale:
        print(f"{len(mutations)} mutations, {len(stale)} stale")
        return 1 if stale else 0
    return 0 if test_them(mutations, args.jobs, args.despite_failures) and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
