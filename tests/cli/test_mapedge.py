# SPDX-License-Identifier: BSD-3-Clause
"""mapedge's own command line, without EAL: usage: test_mapedge.py MAPEDGE SOURCE_ROOT CPU_NEEDS LANES"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tap import add, main

MAPEDGE, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
CASE = ROOT / "tests" / "pcap" / "101-mape04-default-to-br"
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-cli-")
DIR = Path(SCRATCH.name)


def run(*args):
    done = subprocess.run([MAPEDGE, *args], capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, done.stderr


def pcap(name, linktype=1, caplen=60, length=60):
    """A capture with one packet."""
    path = DIR / name
    path.write_bytes(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, linktype) +
                     struct.pack("<IIII", 1, 0, caplen, length) + bytes(caplen))
    return path


def config(name, text):
    path = DIR / name
    path.write_text(text)
    return path


GOOD = (CASE / "mapedge.conf").read_text()


def expect(status, words, *args):
    """The exit code, and every word on standard error (or, for success, on standard output)."""
    code, out, err = run(*args)
    assert code == status, f"exit {code}, not {status}: {out}{err}"
    for word in words:
        assert word in (err if status else out), f"'{word}' not in: {out}{err}"


def replay_statistics(*args):
    code, out, err = run("replay", "-c", CASE / "mapedge.conf", "--in", f"lan={CASE}/in-lan.pcap", *args)
    assert code == 0, err
    return json.loads(out)


def deterministic():
    outputs = []
    for name in ("one.pcap", "other.pcap"):
        replay_statistics("--out", f"wan={DIR}/{name}", "--seed", "7")
        outputs.append((DIR / name).read_bytes())
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 100, "nothing came out"


def balanced(workers):
    """OPS-03 with the flows spread over several workers, hand-offs included."""
    statistics = replay_statistics("--workers", str(workers))
    sums = statistics["conservation"]
    assert sums["balanced"] and sums["received"] > 0, sums
    assert len(statistics["workers"]) == workers


PART_OF_A_RANGE = GOOD.replace('role = "ce";', """role = "ce";
nat = { forwards = (
  { protocol = "udp"; ports = "1230-1239"; to = "192.168.1.10"; },
  { protocol = "tcp"; ports = "1232"; to = "192.168.1.10"; } ); };""", 1)


def forwards_told():
    """-t says how much of a forward is in the port set, unless it is all of it."""
    code, out, err = run("-t", "-c", config("forwards.conf", PART_OF_A_RANGE))
    assert code == 0, err
    notes = [line for line in out.splitlines() if " note: " in line]
    line = PART_OF_A_RANGE[:PART_OF_A_RANGE.index('"udp"')].count("\n") + 1
    assert notes == [f"{DIR}/forwards.conf:{line}: note: of the 10 ports of forward 1230-1239 1 are in the port set of "
                     "this line"], out
    assert " note: " not in run("-t", "-c", CASE / "mapedge.conf")[1]


def random_numbers():
    """SEC-14: every key comes from getrandom(2), all of it, and there is no other source of chance."""
    sources = {path: path.read_text() for room in ("lib", "app", "drivers-glue") for path in (ROOT / room).rglob("*.[ch]")}
    for path, text in sources.items():
        assert not re.search(r"\b(s?rand(om)?|[dlm]rand48|rand_r|rte_rand\w*)\(", text), f"{path}: another generator"
    asked = [(path, call) for path, text in sources.items() for call in re.findall(r"getrandom\(&.*", text)]
    assert len(asked) >= 4 and all("!= sizeof(" in call for _, call in asked), asked
    keyed = [path for path, text in sources.items() if "random_fork(" in text or "random.key" in text]
    assert any(path.name == "engine.c" for path in keyed), keyed


add("keys come from getrandom (SEC-14)", random_numbers)
def version_without(*features):
    """On a CPU that cannot do this, as the C library pretends."""
    environment = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(f"-{feature}" for feature in features)}
    return subprocess.run([MAPEDGE, "-V"], capture_output=True, text=True, timeout=30, check=False, env=environment)


def lanes_are_chosen():
    """The fast path is the one for this CPU."""
    if sys.argv[4] == "chosen":
        can = {"avx2", "bmi1", "bmi2", "movbe"} <= set(Path("/proc/cpuinfo").read_text(encoding="ascii").split())
        assert f"lanes for {'x86-64-v3' if can else 'every CPU'}\n" in version_without("RTM").stdout
        for feature in "AVX2", "BMI2", "LZCNT":
            assert "lanes for every CPU\n" in version_without(feature).stdout, feature
    else:  # there is but one kind of lanes, and it is as the program is
        assert f"lanes for {'x86-64-v3' if '(AVX2)' in sys.argv[3] else 'every CPU'}\n" in version_without("RTM").stdout


def cpu_without(feature):
    """A build for more than the CPU has says so, and any other one does not mind."""
    done = version_without(feature)
    if f"({feature})" in sys.argv[3]:
        assert done.returncode == 1 and f"needs a CPU with {feature}" in done.stderr and "hint:" in done.stderr, done
    else:
        assert done.returncode == 0 and "mapedge 0." in done.stdout, done


add("version", expect, 0, ["mapedge 0."], "-V")
add("the express lanes of this CPU", lanes_are_chosen)
for lack in ("SSE4_2", "POPCNT", "AVX2", "BMI2", "RTM"):
    add(f"a CPU without {lack}", cpu_without, lack)
add("help", expect, 0, ["usage: mapedge"], "--help")
add("unknown option", expect, 2, ["usage: mapedge"], "--frobnicate")
add("surplus word", expect, 2, ["usage: mapedge"], "-t", "extra")
add("-t: a good file", expect, 0, ["good"], "-t", "-c", CASE / "mapedge.conf")
add("-t: a forward that is in the port set in part", forwards_told)
add("-t: no such file", expect, 1, ["/nonexistent/x.conf"], "-t", "-c", "/nonexistent/x.conf")
add("-t: file, line and hint", expect, 1, ["bad.conf:1: error:", "hint:"], "-t", "-c",
    config("bad.conf", GOOD.replace("role", "rolle", 1) if GOOD.startswith("role") else "rolle = \"ce\";\n"))
add("the daemon refuses the same before it starts EAL", expect, 1, ["error:"], "-c", DIR / "bad.conf")
add("replay without a configuration", expect, 2, ["usage: mapedge replay"], "replay")
add("replay: no such interface", expect, 1, ["no such interface", "lan", "wan"], "replay", "-c", CASE / "mapedge.conf",
    "--in", f"dmz={CASE}/in-lan.pcap")
add("replay: no such capture", expect, 1, ["/nonexistent/x.pcap"], "replay", "-c", CASE / "mapedge.conf", "--in",
    "lan=/nonexistent/x.pcap")
add("replay: not a capture", expect, 1, [str(CASE / "case.py")], "replay", "-c", CASE / "mapedge.conf", "--in",
    f"lan={CASE}/case.py")
add("replay: not Ethernet", expect, 1, ["not an Ethernet capture"], "replay", "-c", CASE / "mapedge.conf", "--in",
    f"lan={pcap('raw.pcap', linktype=101)}")
add("replay: a packet that was cut", expect, 1, ["captured with 60 only"], "replay", "-c", CASE / "mapedge.conf", "--in",
    f"lan={pcap('cut.pcap', length=1500)}")
add("replay: an output that cannot be written", expect, 1, ["/nonexistent/out.pcap"], "replay", "-c",
    CASE / "mapedge.conf", "--in", f"lan={CASE}/in-lan.pcap", "--out", "wan=/nonexistent/out.pcap")
add("replay: the same input gives the same output", deterministic)
for count in (1, 2, 3, 4, 8, 32):
    add(f"replay: balanced with {count} workers", balanced, count)
add("replay: 33 workers are too many", expect, 2, ["usage"], "replay", "-c", CASE / "mapedge.conf", "--workers", "33")
main()
