#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the examples of docs/calc.md and docs/operations.md: what a page shows is what the program prints.

In ```console blocks a line that begins with "$ " is a command, the lines up to the next one are its output.
Usage: test_calc_doc.py MAPEDGECTL SOURCE_ROOT [--write]; --write puts the real output into the pages.
"""
import os
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing is left in the source tree
import tap

CTL = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
PAGES = [os.path.join(ROOT, "docs", name) for name in ("calc.md", "operations.md")]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def output_of(command):
    words = shlex.split(command)
    assert words[0] == "mapedgectl", f"not an example of mapedgectl: {command}"
    env = {k: v for k, v in os.environ.items() if k != "MAPEDGE_RULES"}
    done = subprocess.run([CTL, *words[1:]], cwd=ROOT, env=env, text=True, timeout=60, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def examples(block):
    """Pairs of command and output."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert parts[0] == "", f"output without a command: {parts[0]}"
    return list(zip(parts[1::2], parts[2::2]))


def compare(command, shown):
    real = output_of(command)
    assert real == shown, f"the page shows\n{shown}\nthe program prints\n{real}"


def write(path, page):
    text = BLOCK.sub(lambda match: "```console\n" + "".join(f"$ {command}\n{output_of(command)}"
                                                          for command, _ in examples(match[1])) + "```", page)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    for path in PAGES:
        with open(path, encoding="utf-8") as file:
            page = file.read()
        if "--write" in sys.argv:
            write(path, page)
            continue
        for block in BLOCK.findall(page):
            for command, shown in examples(block):
                tap.add(command, compare, command, shown)
    if "--write" not in sys.argv:
        tap.main()


main()
