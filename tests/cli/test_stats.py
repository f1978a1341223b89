# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of replays and daemons against docs/schema/stats-get.schema.json (OPS-01): usage: test_stats.py MAPEDGE MAPEDGECTL ROOT"""
import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema

from started import BR, CE, DEADLINE, DIR, MAPEDGE, ask, start, stop
from tap import add, main

ROOT = Path(sys.argv[3]).resolve()
SCHEMA = json.loads((ROOT / "docs" / "schema" / "stats-get.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
CASES = ROOT / "tests" / "pcap"
A_BR = BR + """domains = ( { name = "lab"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""


# ---- documents ----

def replay(name, *options):
    case = CASES / name
    inputs = [word for path in sorted(case.glob("in-*.pcap"))
              for word in ("--in", f"{path.stem.removeprefix('in-')}={path}")]
    done = subprocess.run([MAPEDGE, "replay", "-c", case / "mapedge.conf", *inputs, *options, "--stats", DIR / "stats"],
                          capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads((DIR / "stats").read_text())


def daemon(config):
    """What a running daemon says, and its last words."""
    process = start(config)
    try:
        return ask("stats-get", all=True), stop(process)
    finally:
        process.kill()
        process.wait()


# ---- checks ----

def holds(document):
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATOR.iter_errors(document)]
    assert not errors, errors


def names_in_code(macro):
    text = (ROOT / "lib" / "stats" / "counters.def").read_text()
    return set(re.findall(rf"^{macro}\((\w+),", text, re.MULTILINE)) - {"name"}


def replayed(name, *options):
    document = replay(name, *options)
    holds(document)
    assert document["conservation"]["received"] > 0, "nothing was replayed"
    assert set(document["drops"]) <= names_in_code("DROP") and set(document["events"]) <= names_in_code("EVENT")
    stat = document["traffic_stat"]
    for key, value in document["softwires"][0].items():
        if key.endswith(("packets", "bytes")):
            assert stat[key] == sum(one[key] for one in document["softwires"]), (key, value, stat)
    # Everything dropped belongs to one side: the ports of a replay never refuse a packet.
    assert stat["dropped_ipv4_packets"] + stat["dropped_ipv6_packets"] == document["conservation"]["dropped"], document


def from_daemon(config):
    for document in daemon(config):
        holds(document)
        assert document["rule_log"]["failures"] == 0
    assert document["rule_log"]["records"] == 2, "start and stop"


def every_name(config):
    """With all = true the names are those of the code, and the pattern of the schema fits them."""
    document, _ = daemon(config)
    assert set(document["drops"]) == names_in_code("DROP"), set(document["drops"]) ^ names_in_code("DROP")
    assert set(document["events"]) == names_in_code("EVENT")


def spoof_counters():
    """OPS-02: an inner source that is not the outer one's, and an outer source under no rule, are counted apart."""
    inner, outer = replay("403-mape33-inner-address")["drops"], replay("424-brs02-outer-source")["drops"]
    assert inner.get("spoof_v4", 0) > 0 and "spoof_v6" not in inner, inner
    assert outer.get("spoof_v6", 0) > 0 and "spoof_v4" not in outer, outer


def objects_in(value, path=()):
    """(path, object) of every object in a document whose keys are fixed."""
    if isinstance(value, dict):
        if path[-1:] not in (("drops",), ("events",)):
            yield path
        for key, inner in value.items():
            yield from objects_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects_in(inner, (*path, index))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def refuses(document, what):
    assert next(VALIDATOR.iter_errors(document), None) is not None, f"the schema takes {what}"


def schema_is_strict():
    """No unknown key and no missing key anywhere, and no number that is none."""
    good = replay("101-mape04-default-to-br")
    good["rule_log"] = {"records": 1, "failures": 0}
    holds(good)
    for path in objects_in(good):
        changed = copy.deepcopy(good)
        at(changed, path)["surprise"] = 1
        refuses(changed, f"an unknown key in {path}")
        for key in at(good, path):
            changed = copy.deepcopy(good)
            del at(changed, path)[key]
            if path or key != "rule_log":
                refuses(changed, f"{path} without {key}")
    for wrong in ("1", -1, 1.5, None, True, 2 ** 63):
        changed = copy.deepcopy(good)
        changed["interfaces"][0]["rx_packets"] = wrong
        refuses(changed, f"a counter that is {wrong!r}")
    changed = copy.deepcopy(good)
    changed["drops"]["Spoof V4"] = 1
    refuses(changed, "a reason with a blank")
    changed = copy.deepcopy(good)
    changed["role"] = "br"
    refuses(changed, "a BR with a NAT")


def rfc_names():
    """OPS-01: every name of the traffic statistics is that of its RFC 8676 leaf, which the schema names beside it."""
    for place in "traffic_stat", "softwire":
        for name, what in SCHEMA["definitions"][place]["properties"].items():
            if name == "name":
                continue
            leaf = re.match(r"RFC 8676 ([a-z0-9-]+):", what.get("description", ""))
            assert leaf and leaf[1].replace("-", "_") == name, (name, what)


add("the schema is a schema", jsonschema.Draft7Validator.check_schema, SCHEMA)
add("the schema is strict", schema_is_strict)
add("the names are RFC 8676's", rfc_names)
for case_name in ("101-mape04-default-to-br", "502-nat34-inbound-errors-without-mapping", "403-mape33-inner-address",
                  "420-mape56-hairpin", "512-tun02-ttl-from-the-internet", "424-brs02-outer-source"):
    add(f"replay of {case_name}", replayed, case_name)
add("replay with three workers", replayed, "202-nat08-udp-timeout", "--workers", "3")
add("two spoof counters (OPS-02)", spoof_counters)
add("daemon: BR", from_daemon, A_BR)
add("daemon: CE", from_daemon, CE)
add("daemon: every name", every_name, A_BR)
main()
