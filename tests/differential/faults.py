#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Would the comparison notice? Each fault of faults.txt is built into a copy of the tree; program and model must differ.

usage: faults.py [--packets N] [--list] [WORD]…   only faults of files that begin with a WORD"""
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


def finder(tree, packets):
    """The configuration under which program and model differ, or None."""
    for name in configs.CONFIGS:
        command = [sys.executable, str(HERE / "run.py"), "--mapedge", str(tree.build / PROGRAM), "--no-shrink", "--config", name,
                   "--packets", str(packets)]
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
            return name
    return None


def try_them(faults, packets):
    """How many are found."""
    found = 0
    with tempfile.TemporaryDirectory(prefix="mapedge-faults-") as folder:
        tree = mutate.Tree(Path(folder), jobs=1)
        mutate.run(["ninja", "-C", "build", PROGRAM], tree.root)
        if finder(tree, packets):
            sys.exit("program and model differ without any fault")
        for fault in faults:
            before = fault.apply(tree.root)
            mutate.run(["ninja", "-C", "build", PROGRAM], tree.root)
            by = finder(tree, packets)
            (tree.root / fault.file).write_text(before)
            found += by is not None
            print(f"{by or 'NOT FOUND':10} {fault}", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=5000)
    parser.add_argument("--list", action="store_true", help="only see whether each still fits the source")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    faults = mutate.read_mutations(HERE / "faults.txt", options.words)
    stale = mutate.stale_mutations(faults)
    for fault in faults if options.list else stale:
        print(f"line {fault.number}{' does not fit the source any more' if fault in stale else ''}: {fault}")
    if options.list or stale:
        sys.exit(bool(stale))
    found = try_them(faults, options.packets)
    print(f"{found} of {len(faults)} faults found")
    sys.exit(found < len(faults))


if __name__ == "__main__":
    main()
