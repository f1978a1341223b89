#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Are the tests worth anything? Each mutation changes one line of lib/; some test must notice.

    mutate.py                  all of mutations.txt; exit code 0 when at least 95 % are killed and every .c file has one
    mutate.py lib/map 17       only those whose file begins with a word, or that stand in a line of that number
    mutate.py --list           which there are, and whether each still fits the source

mutations.txt has blocks of three lines: FILE, `- old` and `+ new`; the old line must be there once, leading blanks apart.
The work is done in a copy of the tree, built without optimisation. A mutation that does not compile, or that makes the tests hang, is
killed as well. Survivors are printed with the tests that were run.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = 0.95
BUILD_LIMIT, TEST_LIMIT = 300, 180
# Cheapest first: most mutants die in the first suite.
SUITES = [
    ["meson", "test", "-C", "build", "--no-rebuild", "--suite", "unit", "--maxfail", "1", "-q"],
    ["meson", "test", "-C", "build", "--no-rebuild", "--suite", "pcap", "--maxfail", "1", "-q"],
    ["meson", "test", "-C", "build", "--no-rebuild", "--suite", "differential", "--maxfail", "1", "-q"],
    ["meson", "test", "-C", "build", "--no-rebuild", "--suite", "fuzz", "--suite", "cli", "--maxfail", "1", "-q"],
]


class Mutation:
    def __init__(self, number, file, old, new):
        self.number, self.file, self.old, self.new = number, file, old.strip(), new.strip()

    def apply(self, tree):
        """The text before, or None when the old line is not there exactly once."""
        path = tree / self.file
        text = path.read_text()
        lines = text.split("\n")
        at = [i for i, line in enumerate(lines) if line.strip() == self.old]
        if len(at) != 1:
            return None
        indent = lines[at[0]][:len(lines[at[0]]) - len(lines[at[0]].lstrip())]
        lines[at[0]] = indent + self.new
        path.write_text("\n".join(lines))
        return text

    def __str__(self):
        return f"{self.file}: {self.old}  ->  {self.new}"


def read_mutations(wanted):
    file = Path(__file__).with_name("mutations.txt")
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


def run(command, tree, limit):
    """Is it fine? A tree that hangs is not."""
    try:
        done = subprocess.run(command, cwd=tree, timeout=limit, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def killer(tree):
    """What noticed the mutant, or None."""
    if not run(["ninja", "-C", "build"], tree, BUILD_LIMIT):
        return "compiler"
    for suite in SUITES:
        if not run(suite, tree, TEST_LIMIT):
            return suite[suite.index("--suite") + 1]
    return None


def copy_tree(to):
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in files.stdout.split("\n"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    subprocess.run(["meson", "setup", "build", "-Dbuildtype=plain", "-Db_lto=false", "-Dwerror=false"], cwd=to, check=True,
                   stdout=subprocess.DEVNULL)


def missing_files(mutations):
    named = {mutation.file for mutation in mutations}
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / "lib").rglob("*.c"))
            if str(path.relative_to(ROOT)) not in named]


def run_all(mutations, tree):
    survivors = []
    for mutation in mutations:
        before = mutation.apply(tree)
        by = killer(tree)
        (tree / mutation.file).write_text(before)
        print(f"{'killed by ' + by if by else 'SURVIVED':24} {mutation}", flush=True)
        if by is None:
            survivors.append(mutation)
    return survivors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("wanted", nargs="*")
    args = parser.parse_args()
    mutations = read_mutations(args.wanted)
    with tempfile.TemporaryDirectory(prefix="mapedge-mutate-") as folder:
        tree = Path(folder)
        copy_tree(tree)
        stale = []
        for mutation in mutations:
            before = mutation.apply(tree)
            if before is None:
                stale.append(mutation)
            else:
                (tree / mutation.file).write_text(before)
        for mutation in stale:
            print(f"line {mutation.number} does not fit the source any more: {mutation}")
        if args.list or stale:
            print(f"{len(mutations)} mutations, {len(stale)} stale")
            return 1 if stale else 0
        if killer(tree) is not None:
            print("the tests fail without any mutation")
            return 1
        survivors = run_all(mutations, tree)
    missing = [] if args.wanted else missing_files(mutations)
    for name in missing:
        print(f"no mutation of {name}")
    killed = len(mutations) - len(survivors)
    print(f"{killed} of {len(mutations)} mutants killed")
    return 0 if killed >= WANTED * len(mutations) and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
