#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Packet cases: pcap in, pcap and counters out.

    run.py build [CASE…]                   write each case's files from its case.py
    run.py check [CASE…]                   rebuild them in memory and compare byte for byte with the files
    run.py run --mapedge PATH [CASE…]      check, then replay each case through the program; prints TAP
    run.py list [CASE…]                    names and what each proves

CASE is a directory name or its beginning ("403", "4").
"""
import argparse
import difflib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import mape
from scenario import ANY, micros, read_pcap
from scapy.layers.inet6 import IPv6             # noqa: F401 - without it Ether() cannot decode IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet

TIMEOUT = 60                                # seconds for one replay


class Loaded:
    """A case directory and what its case.py says."""

    def __init__(self, path):
        self.path, self.name = path, path.name
        module = runpy.run_path(str(path / "case.py"))
        self.case, self.check = module["case"], module.get("check")
        self.ids, self.rule = " ".join(module["__doc__"].split()).split(" — ", 1)


def find(wanted):
    cases = sorted(path.parent for path in HERE.glob("[0-9]*-*/case.py"))
    chosen = [path for path in cases if not wanted or any(path.name.startswith(name) for name in wanted)]
    if not chosen:
        sys.exit(f"no case matches {' '.join(wanted)}")
    return chosen


# ---- build and check ----

def build(loaded):
    for stale in loaded.path.iterdir():
        if stale.name not in ("case.py", *loaded.case.files()):
            stale.unlink()
    for name, content in loaded.case.files().items():
        (loaded.path / name).write_bytes(content)


def stale_files(loaded):
    """Names of the files that are not what case.py makes."""
    files = loaded.case.files()
    present = {path.name for path in loaded.path.iterdir()} - {"case.py"}
    same = {name for name in present & files.keys() if (loaded.path / name).read_bytes() == files[name]}
    return sorted((present | files.keys()) - same)


# ---- run ----

def replay(mapedge, loaded, scratch):
    """Runs the program; ({iface: [(microseconds, frame), …]}, statistics), or RuntimeError with what it said."""
    command = [mapedge, "replay", "-c", loaded.path / "mapedge.conf", "--stats", scratch / "stats.json",
               "--seed", "1"]
    for iface in loaded.case.ifaces:
        command += ["--in", f"{iface}={loaded.path}/in-{iface}.pcap", "--out", f"{iface}={scratch}/out-{iface}.pcap"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, errors="replace", text=True)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise RuntimeError(str(err)) from err
    if done.returncode:
        end = signal.Signals(-done.returncode).name if done.returncode < 0 else f"exit code {done.returncode}"
        raise RuntimeError(end + "\n" + "\n".join(done.stderr.splitlines()[-20:]))
    outputs = {iface: read_pcap(scratch / f"out-{iface}.pcap") for iface in loaded.case.ifaces}
    return outputs, json.loads((scratch / "stats.json").read_text())


def judge(mapedge, loaded):
    """All that is wrong, as lines; none if the case passes."""
    with tempfile.TemporaryDirectory(prefix="mapedge-") as scratch:
        try:
            outputs, stats = replay(mapedge, loaded, Path(scratch))
        except (RuntimeError, OSError, ValueError) as err:
            return str(err).splitlines()
    wrong = compare_stats(loaded.case.expected(), stats)
    for iface, records in loaded.case.outputs().items():
        wrong += compare_frames(iface, records, outputs[iface])
    if loaded.check and not wrong:
        try:
            loaded.check({iface: [frame for _, frame in outputs[iface]] for iface in outputs}, stats)
        except AssertionError as err:
            line = err.__traceback__.tb_next.tb_lineno if err.__traceback__.tb_next else "?"
            wrong.append(f"check(), case.py:{line}: {err}")
    return wrong


def compare_stats(want, stats):
    unforeseen = {name for name, count in want["events"].items() if count == "any number"}
    wrong = []
    for key in "drops", "events":
        ours, theirs = ({name: count for name, count in counts.items() if name not in unforeseen}
                        for counts in (want[key], stats.get(key, {})))
        if ours != theirs:
            wrong.append(f"{key}: expected {ours}, got {theirs}")
    for key in want.keys() - {"drops", "events"}:
        wrong += compare_subset(key, want[key], stats.get(key))
    return sorted(wrong)


def compare_subset(where, want, got):
    """Everything in `want` must be in `got`; a list of things with names is looked up by name."""
    if not isinstance(want, dict):
        return [] if want == got else [f"{where}: expected {want}, got {got}"]
    if isinstance(got, list):
        got = {entry.get("name"): entry for entry in got}
    got = got if isinstance(got, dict) else {}
    return [line for key in want for line in compare_subset(f"{where}.{key}", want[key], got.get(key))]


def filled_in(ours, theirs):
    """Our frame, with their choice where it leaves one."""
    if ours == ANY:
        return theirs
    if not ours.open or len(ours) != len(theirs):
        return ours
    return bytes(byte | theirs[at] & ours.open.get(at, 0) for at, byte in enumerate(ours))


def compare_frames(iface, records, got):
    """Frames must be equal in number, order, every byte, and time: that of the packet that caused them."""
    times, got = [time for time, _ in got], [frame for _, frame in got]
    want = [frame for _, frame, _ in records]
    if len(want) == len(got):
        want = [filled_in(ours, theirs) for ours, theirs in zip(want, got)]
    if want == got:
        return [f"{iface} frame {number} (case.py:{line}): expected to leave at {micros(time)}, left at {left} us"
                for number, ((time, _, line), left) in enumerate(zip(records, times), 1) if left != micros(time)]
    wrong = []
    for tag, first, last, got_first, got_last in difflib.SequenceMatcher(None, want, got, False).get_opcodes():
        if tag == "equal":
            continue
        for index in range(max(last - first, got_last - got_first)):
            ours, theirs = first + index, got_first + index
            place = f"{iface} frame {min(ours, len(want)) + 1}"
            if ours >= last:
                wrong.append(f"{place}: not expected: {summary(got[theirs])}")
            elif theirs >= got_last:
                wrong.append(f"{place} (case.py:{records[ours][2]}): missing: {summary(want[ours])}")
            else:
                wrong.append(f"{place} (case.py:{records[ours][2]}) differs:")
                wrong += field_diff(want[ours], got[theirs])
    return wrong


# ---- diagnostics ----

def summary(frame):
    return f"{Ether(frame).summary()} [{len(frame)} bytes]" if frame != ANY else "any frame"


def fields(frame):
    """[(layer.field, value)] from the outside to the inside."""
    found, layer, seen = [], Ether(frame), {}
    while isinstance(layer, Packet) and layer.name != "NoPayload":
        seen[layer.name] = seen.get(layer.name, 0) + 1
        label = layer.name + ("'" * (seen[layer.name] - 1))
        found += [(f"{label}.{field.name}", layer.getfieldval(field.name)) for field in layer.fields_desc]
        layer = layer.payload
    return found


def field_diff(want, got):
    lines = [f"  expected: {summary(want)}", f"  got:      {summary(got)}"]
    ours, theirs = fields(want), fields(got)
    if [name for name, _ in ours] == [name for name, _ in theirs]:
        for (name, value), (_, other) in zip(ours, theirs):
            if value != other:
                lines.append(f"  {name}: expected {value!r}, got {other!r}")
    if len(lines) == 2:
        lines += [f"  expected bytes: {want.hex()}", f"  got bytes:      {got.hex()}"]
    return lines


# ---- TAP ----

def report(number, good, title, lines):
    print(f"{'ok' if good else 'not ok'} {number} - {title}", flush=True)
    for line in lines:
        print(f"# {line}")


def run(mapedge, cases, jobs):
    print(f"1..{len(cases) + 1}", flush=True)
    stale = [f"{loaded.name}/{name} is not what case.py makes" for loaded in cases for name in stale_files(loaded)]
    report(1, not stale, "files: every case's files are what its case.py makes", stale)
    failed = bool(stale)
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda loaded: judge(mapedge, loaded), cases)
        for number, (loaded, wrong) in enumerate(zip(cases, results), 2):
            report(number, not wrong, f"{loaded.name}: {loaded.ids}", [loaded.rule, *wrong] if wrong else [])
            failed |= bool(wrong)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("build", "check", "run", "list"))
    parser.add_argument("--mapedge", help="the program under test")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="replays at a time")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    args = parser.parse_intermixed_args()

    mape.selftest()
    cases = [Loaded(path) for path in find(args.cases)]
    if args.verb == "run":
        if not args.mapedge:
            parser.error("run needs --mapedge PATH")
        return run(os.path.abspath(args.mapedge), cases, args.jobs)
    if args.verb == "build":
        for loaded in cases:
            build(loaded)
        return 0
    if args.verb == "list":
        for loaded in cases:
            print(f"{loaded.name}: {loaded.ids} — {loaded.rule}")
        return 0
    stale = [f"{loaded.name}/{name}" for loaded in cases for name in stale_files(loaded)]
    for name in stale:
        print(f"{name} is not what case.py makes: run.py build", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
