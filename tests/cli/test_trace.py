# SPDX-License-Identifier: BSD-3-Clause
"""mapedge replay --trace: the traced path does what the other does, and tells it. usage: test_trace.py MAPEDGE ROOT EVERY"""
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tap import add, main

MAPEDGE, ROOT = (Path(word).resolve() for word in sys.argv[1:3])
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-trace-")
DIR = Path(SCRATCH.name)
CASES = sorted(path.parent for path in (ROOT / "tests" / "pcap").glob("*/mapedge.conf"))
EVERY = int(sys.argv[3])                    # so many cases are one: with a sanitizer programs start slowly


sys.path.insert(0, str(ROOT / "tests" / "pcap"))
from scenario import read_pcap                                       # noqa: E402


def replay(case, name, *more):
    """What leaves and when, the statistics, and what was printed. At one moment answers to strays may overtake what is plain, or not."""
    wires = {path.stem.split("-", 1)[1]: path for path in case.glob("in-*.pcap")}
    names = re.findall(r'\bname = "(\w+)"; role = "(?:lan|wan|map|internet)"', (case / "mapedge.conf").read_text()) or list(wires)
    outputs = {wire: DIR / f"{name}-{wire}.pcap" for wire in names}
    stats = DIR / f"{name}.json"
    done = subprocess.run([MAPEDGE, "replay", "-c", "mapedge.conf", "--stats", stats,
                           *(word for wire, path in wires.items() for word in ("--in", f"{wire}={path}")),
                           *(word for wire, path in outputs.items() for word in ("--out", f"{wire}={path}")), *more],
                          cwd=case, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [sorted(read_pcap(path)) for path in outputs.values()], json.loads(stats.read_text()), done.stdout


def the_same():
    """Packet cases, byte for byte and counter for counter; and each packet that a step has dropped is told with its reason."""
    told, steps = Counter(), Counter()
    for case in CASES[::EVERY]:
        sent, stats, _ = replay(case, "plain")
        traced_sent, traced_stats, text = replay(case, "traced", "--trace", "-")
        assert traced_sent == sent, f"{case.name}: other packets"
        assert traced_stats == stats, f"{case.name}: other counters"
        reasons = Counter(re.findall(r"^  dropped as (\w+): ", text, re.MULTILINE))
        assert all(count <= stats["drops"].get(reason, 0) for reason, count in reasons.items()), (case.name, reasons)
        told.update(reasons)
        steps.update(re.findall(r"^ {4,}(\w+)", text, re.MULTILINE))
    known = set(re.findall(r"^DROP\((\w+)", (ROOT / "lib" / "stats" / "counters.def").read_text(), re.MULTILINE))
    assert set(told) <= known and len(told) > 30 / EVERY, told
    assert {"read_packet", "lan_in", "find_session", "open_session", "encapsulate"} <= set(steps), steps


def told():
    """One packet's block, from what came to what became of it."""
    case = next(case for case in CASES if case.name.startswith("201-"))
    _, _, text = replay(case, "one", "--trace", "-")
    block = text.split("\n\n")[0].splitlines()
    assert block[0] == "0.000000 s, from lan: 192.168.1.10:5000 > 198.51.100.9:53 udp, ttl 64, 33 bytes", block[0]
    assert [line.strip() for line in block[1:5]] == ["read_packet", "lan_in", "ethernet_in", "ipv4_in"], block
    assert "    send_packet: sent" in block and block[-1].startswith("  sent: 2001:db8:12:3400:0:c000:212:"), block
    assert block[-1].endswith("> 198.51.100.9:53 udp, ttl 63, 33 bytes"), block


def refused():
    done = subprocess.run([MAPEDGE, "replay", "-c", CASES[0] / "mapedge.conf", "--trace", DIR / "no" / "where"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode != 0 and "No such file" in done.stderr, done.stderr


add("packet cases: the same packets and counters", the_same)
add("a packet's way", told)
add("a file that cannot be written", refused)
main()
