#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Would the comparison notice? Each fault of faults.txt (of a BR) and ce_faults.txt (of a CE) is built into a copy of the tree;
program and model must differ.

usage: faults.py [--packets N] [--list] [--br | --ce] [WORD]…   only faults of files that begin with a WORD, or of that line"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "mutate")]
import ce_configs
import configs
import mutate

PROGRAM = "app/mapedge/mapedge"


class Role:
    def __init__(self, name, script, configurations, words):
        self.name, self.script, self.configurations = name, script, configurations
        self.faults = mutate.read_mutations(HERE / name, words)

    def finder(self, tree, packets):
        """The configuration under which program and model differ, or None."""
        for name in self.configurations:
            command = [sys.executable, str(HERE / self.script), "--mapedge", str(tree.build / PROGRAM), "--no-shrink", "--config", name,
                       "--packets", str(packets)]
            done = subprocess.run(command, cwd=tree.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if done.returncode:
                return name
        return None


def try_them(roles, packets):
    """How many are found."""
    found = 0
    with tempfile.TemporaryDirectory(prefix="mapedge-faults-") as folder:
        tree = mutate.Tree(Path(folder), jobs=1)
        mutate.run(["ninja", "-C", "build", PROGRAM], tree.root)
        for role in roles:
            if role.faults and role.finder(tree, packets):
                sys.exit("program and model differ without any fault")
            for fault in role.faults:
                before = fault.apply(tree.root)
                mutate.run(["ninja", "-C", "build", PROGRAM], tree.root)
                by = role.finder(tree, packets)
                (tree.root / fault.file).write_text(before)
                found += by is not None
                print(f"{by or 'NOT FOUND':12} {fault}", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=5000)
    parser.add_argument("--list", action="store_true", help="only see whether each still fits the source")
    parser.add_argument("--br", action="store_true")
    parser.add_argument("--ce", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    roles = [Role("faults.txt", "run.py", configs.CONFIGS, options.words)] * (not options.ce) \
        + [Role("ce_faults.txt", "ce_run.py", ce_configs.CONFIGS, options.words)] * (not options.br)
    faults = [fault for role in roles for fault in role.faults]
    stale = mutate.stale_mutations(faults)
    for fault in faults if options.list else stale:
        print(f"line {fault.number}{' does not fit the source any more' if fault in stale else ''}: {fault}")
    if options.list or stale:
        sys.exit(bool(stale))
    found = try_them(roles, options.packets)
    print(f"{found} of {len(faults)} faults found")
    sys.exit(found < len(faults))


if __name__ == "__main__":
    main()
