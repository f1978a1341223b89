# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl lookup on a rule log (OPS-06): usage: test_lookup.py MAPEDGECTL SOURCE_ROOT

Who had which address is asked of tests/pcap/mape.py, a second implementation of RFC 7597, with the rules that the log of
tests/vectors has at that time.
"""
import json
import random
import subprocess
import sys
from ipaddress import IPv6Address, IPv6Network
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree
from tap import add, main

CTL, ROOT = (Path(word).resolve() for word in sys.argv[1:3])
sys.path.append(str(ROOT / "tests" / "pcap"))
import mape  # noqa: E402

LOG = ROOT / "tests" / "vectors" / "rule-log.jsonl"
BEFORE, AFTER = (mape.Rule(ipv6, "192.0.2.0/24", ea=16, offset=4) for ipv6 in ("2001:db8::/40", "2001:db8:4000::/40"))


def run(*args, log=LOG):
    done = subprocess.run([CTL, "lookup", "--log", log, *map(str, args)], capture_output=True, text=True, timeout=30,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def answer(*args):
    code, out, err = run("--json", *args)
    assert err == "" and out.count("\n") == 1, (out, err)
    found = json.loads(out)
    assert code == (0 if found["ces"] else 1), (code, out)
    return found


def by_port(at, rule):
    """Both ways, for 40 ports of random addresses."""
    dice = random.Random(7422)
    for _ in range(40):
        address, port = f"192.0.2.{dice.randrange(256)}", dice.randrange(65536)
        found, want = answer("--at", at, address, port), rule.map_address(address, port)
        if want is None:
            assert found["answer"] == "excluded" and str(port) in found["why"], found
            continue
        ce = found["ces"][0]
        assert IPv6Address(ce["map_address"]) == IPv6Address(want), (address, port, ce, want)
        assert IPv6Address(want) in IPv6Network(ce["end_user_prefix"]) and ce["psid"] == rule.psid_of(port), ce
        assert any(first <= port <= last for first, last in ce["port_ranges"]), ce
        back = answer("--at", at, ce["end_user_prefix"])["ces"][0]
        assert (back["ipv4"], back["psid"], back["port_ranges"]) == (address, ce["psid"], ce["port_ranges"]), back


def record(at, event, generation):
    found = answer("--at", at, "192.0.2.18", 4928)["record"]
    assert (found["event"], found["generation"]) == (event, generation), found


def bindings():
    def ask(at):
        return answer("--at", at, "203.0.113.1", 1232)

    assert ask("2026-11-02T15:30:00Z")["answer"] == "unknown"
    assert ask("2026-11-02T17:00:00Z")["ces"][0]["map_address"] == "2001:db8:100::1"
    assert ask("2026-11-02T17:00:00Z")["ces"][0]["by"] == "binding"
    assert ask("2026-11-02T18:30:00Z")["answer"] == "nobody"
    assert ask("2026-11-03T01:00:00Z")["answer"] == "nobody", "the daily record must not bring it back"
    assert ask("2026-11-03T05:00:00Z")["answer"] == "unknown"
    assert answer("--at", "2026-11-02T17:00:00Z", "2001:db8:100::1")["ces"][0]["psid"] == 52


def refused(log, code, words, *args):
    status, out, err = run(*args, log=log)
    assert status == code and out == "" and words in err, (status, out, err)


def warned(words, *args):
    code, out, err = run(*args)
    assert code == 0 and err == "" and words in " ".join(out.split()), (code, out, err)


def damaged():
    log = LOG.read_text() + "{\"time\":\"2026-11-0"
    done = subprocess.run([CTL, "lookup", "--log", "/dev/stdin", "192.0.2.18", "4928"], input=log, capture_output=True,
                          text=True, timeout=30, check=False)
    assert done.returncode == 0 and "a line of the rule log" in done.stdout, (done.stdout, done.stderr)


add("the first rules", by_port, "2026-11-01T09:00:00+09:00", BEFORE)
add("the rules of the day", by_port, "2026-11-02T12:00:00Z", BEFORE)
add("the last moment before the change", by_port, "2026-11-02T15:00:00.249Z", BEFORE)
add("the first one after it", by_port, "2026-11-02T15:00:00.250Z", AFTER)
add("the end of the log", by_port, "2030-01-01T00:00:00Z", AFTER)
for moment, kind, number in (("2026-11-01T00:00:00Z", "start", 1), ("2026-11-02T10:00:00Z", "daily", 1),
                             ("2026-11-02T20:00:00Z", "reload", 2), ("2026-11-03T01:00:00Z", "daily", 2),
                             ("2026-11-03T04:10:00Z", "start", 1)):
    add(f"the record of {moment}", record, moment, kind, number)
add("bindings come and go", bindings)
add("without a time: the end of the log", warned, "2001:db8:4012:3400::/56", "192.0.2.18", 4928)
add("too early", refused, LOG, 1, "has no record of 2026-10-31T23:59:59.000Z or before", "--at", "2026-11-01T08:59:59+09:00",
    "192.0.2.18", 4928)
add("excluded", refused, LOG, 1, "ports 0-4095 belong to nobody", "192.0.2.18", 208)
add("outside all rules", refused, LOG, 1, "outside all Rule IPv4 prefixes", "198.51.100.9", 443)
add("shared, and no port", refused, LOG, 1, "give a port too", "192.0.2.18")
add("stopped", warned, "Warning: mapedge had been stopped by then, at 2026-11-03T04:00:00.000Z", "--at",
    "2026-11-03T04:05:00Z", "192.0.2.18", 4928)
add("a log that was cut", damaged)
add("no log", refused, "/nonexistent/log", 1, "No such file", "192.0.2.18", 4928)
add("not a log", refused, ROOT / "README.md", 1, "has no record", "192.0.2.18", 4928)
add("no time", refused, LOG, 1, "--at takes a time like", "--at", "yesterday", "192.0.2.18", 4928)
add("no address", refused, LOG, 1, "neither an IPv4 nor an IPv6", "www.example.net")
add("no port", refused, LOG, 2, "'http' is no port", "192.0.2.18", "http")
add("nothing", refused, LOG, 2, "Usage: mapedgectl lookup")
add("too much", refused, LOG, 2, "Usage: mapedgectl lookup", "192.0.2.18", 1, 2)
main()
