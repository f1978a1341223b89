#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Would the comparison notice? Each fault of faults.txt is built into a copy of the tree; program and model must differ.

usage: faults.py [--packets N] [WORD]…   only faults of files that begin with a WORD"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "mutate")]
import configs
import mutate

PROGRAM = "app/mapedge/mapedge"


def read_faults(words):
    lines = [line for line in (HERE / "faults.txt").read_text().split("\n") if line and line[0] != "#"]
    faults = [mutate.Mutation(number, *lines[number:number + 3]) for number in range(0, len(lines), 3)]
    for fault in faults:
        if fault.old[:2] != "- " or fault.new[:2] != "+ ":
            sys.exit(f"not FILE, '- old', '+ new': {fault}")
        fault.old, fault.new = fault.old[2:], fault.new[2:]
    return [fault for fault in faults if not words or fault.file.startswith(tuple(words))]


def finder(tree, packets):
    """The configuration under which program and model differ, or None."""
    for name in configs.CONFIGS:
        if name in configs.NOT_YET:
            continue
        command = [sys.executable, str(HERE / "run.py"), "--mapedge", str(tree / "build" / PROGRAM), "--no-shrink", "--config", name,
                   "--packets", str(packets)]
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
            return name
    return None


def build(tree):
    subprocess.run(["ninja", "-C", "build", PROGRAM], cwd=tree, check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=5000)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    faults, found = read_faults(options.words), 0
    with tempfile.TemporaryDirectory(prefix="mapedge-faults-") as folder:
        tree = Path(folder)
        mutate.copy_tree(tree)
        build(tree)
        if finder(tree, options.packets):
            sys.exit("program and model differ without any fault")
        for fault in faults:
            before = fault.apply(tree)
            if before is None:
                sys.exit(f"does not fit the source any more: {fault}")
            build(tree)
            by = finder(tree, options.packets)
            (tree / fault.file).write_text(before)
            found += by is not None
            print(f"{by or 'NOT FOUND':10} {fault}", flush=True)
    print(f"{found} of {len(faults)} faults found")
    sys.exit(found < len(faults))


if __name__ == "__main__":
    main()
