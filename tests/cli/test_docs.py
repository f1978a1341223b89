# SPDX-License-Identifier: BSD-3-Clause
"""Every command that the pages show works: usage: test_docs.py BUILD_ROOT SOURCE_ROOT

Lines of fenced blocks that start with build/ are run and must succeed; scripts and make targets that are shown must exist
(the gate runs ./scripts/test, which runs make demo); links must lead to files. Tests that docs/others-mistakes.md names must
exist, and so must everything in them that it names.
"""
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tap import add, main

BUILD, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
TARGETS = set(re.findall(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split())


def fenced_lines(text):
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()


def runs(line):
    command = [str(BUILD / word[len("build/"):]) if word.startswith("build/") else word for word in shlex.split(line)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    assert done.stdout.strip(), "it printed nothing"


def is_executable(path):
    assert (ROOT / path).is_file() and (ROOT / path).stat().st_mode & 0o111, f"{path} is not an executable file"


def is_target(name):
    assert name in TARGETS, f"the Makefile has no target {name}"


def leads_somewhere(page, link):
    target = (page.parent / link.split("#")[0]).resolve()
    assert target.exists(), f"{link} does not exist"
    assert ROOT in (target, *target.parents), f"{link} leads out of the project"


def is_test(path, inside):
    file = ROOT / path / "case.py" if path.startswith("tests/pcap/") else ROOT / path
    assert file.is_file(), f"{path} does not exist"
    assert inside in file.read_text(), f"{path} has no {inside}"


def mistakes():
    """Each line of the tables has a number of its own and a test, or says that and why there is none yet."""
    rows = re.findall(r"^\| ((?:B|C|J|TRAP-)\d+) \|(.*)\|$", MISTAKES.read_text(), re.MULTILINE)
    names = [name for name, _ in rows]
    assert len(rows) > 105 and len(set(names)) == len(names), names
    for name, text in rows:
        assert "`tests/" in text or "*not yet*: " in text, f"{name} names no test"
    assert sum("*not yet*: " in text for _, text in rows) <= 12, "too much is not yet"


MISTAKES = ROOT / "docs" / "others-mistakes.md"
add("mistakes of others: a test each", mistakes)
for found in sorted(set(re.findall(r"`(tests/[^`]+)`", MISTAKES.read_text()))):
    add(f"mistakes of others: {found}", is_test, *(found.split(": ") if ": " in found else (found, "")))

seen = set()
for page in PAGES:
    text, name = page.read_text(), page.relative_to(ROOT)
    for line in fenced_lines(text):
        if line.startswith("build/"):
            add(f"{name}: {line[:70]}", runs, line)
        elif line.startswith("./scripts/"):
            add(f"{name}: {line}", is_executable, line.split()[0])
    for target in re.findall(r"`make (\w+)", text):
        add(f"{name}: make {target}", is_target, target)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in link and not link.startswith("#") and (page, link) not in seen:
            seen.add((page, link))
            add(f"{name}: link to {link}", leads_somewhere, page, link)
main()
