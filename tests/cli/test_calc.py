#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Black-box tests of `mapedgectl calc`: only the program, its exit status and what it prints.

Expected values come from RFC 7597 appendix A, from tests/vectors and from a definition of port sets by bit strings
that shares nothing with the program. Usage: test_calc.py MAPEDGECTL SOURCE_ROOT
"""
import csv
import ipaddress
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is left in the source tree
import tap
from tap import add, case

CTL = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
VECTORS = os.path.join(ROOT, "tests", "vectors")
JAPAN = os.path.join(ROOT, "configs", "rules", "japan.conf")
F1 = "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=16,offset=6"  # RFC 7597 appendix A example 1
CE1 = "2001:db8:12:3400::/56"


def run(*args, env=None):
    """Runs mapedgectl; returns (status, stdout, stderr)."""
    environment = {k: v for k, v in os.environ.items() if k != "MAPEDGE_RULES"}
    environment.update(env or {})
    done = subprocess.run([CTL, *args], capture_output=True, text=True, env=environment, timeout=60)
    return done.returncode, done.stdout, done.stderr


def calc(*args, env=None):
    """calc that must succeed: its JSON object."""
    status, out, err = run("calc", "--json", *args, env=env)
    assert status == 0, f"exit {status}: {err}"
    assert err == "", err
    assert out.count("\n") == 1 and out.endswith("\n"), "one object on one line"
    return json.loads(out)


def text(*args):
    status, out, err = run("calc", *args)
    assert status == 0, f"exit {status}: {err}"
    assert err == "", err
    return out


def refused(words, *args, env=None):
    """Exit 1, nothing on stdout, one line on stderr that says all of the words."""
    for json_option in ((), ("--json",)):
        status, out, err = run("calc", *json_option, *args, env=env)
        assert status == 1, f"exit {status}, not 1: {out}{err}"
        assert out == "", out
        assert err.startswith("mapedgectl calc: ") and err.count("\n") == 1 and err.endswith("\n"), err
        for word in [words] if isinstance(words, str) else words:
            assert word in err, f"'{word}' not in: {err}"


def misused(words, *args):
    """Exit 2, nothing on stdout, the reason and the usage on stderr."""
    status, out, err = run(*args)
    assert status == 2, f"exit {status}, not 2: {out}{err}"
    assert out == "", out
    assert "Usage: mapedgectl" in err, err
    for word in [words] if isinstance(words, str) else words:
        assert word in err, f"'{word}' not in: {err}"


def unknown(word):
    status, out, err = run(word)
    assert status == 2 and out == "" and f'no command "{word}"' in err and "mapedgectl help" in err, (status, out, err)


def unreachable(words, *args):
    """Exit 4, nothing on stdout: there is no daemon that could know the command."""
    status, out, err = run(*args)
    assert status == 4, f"exit {status}, not 4: {out}{err}"
    assert out == "", out
    assert words in err, f"'{words}' not in: {err}"


def same(address, want):
    assert ipaddress.ip_address(address) == ipaddress.ip_address(want), f"{address}, not {want}"


def port_set(psid, k, a):
    """The ports whose k bits behind the first a are the PSID, A = 0 excepted when a > 0 (RFC 7597 section 5.1)."""
    if k == 0:
        return list(range(65536))
    want = format(psid, f"0{k}b")
    bits = (format(port, "016b") for port in range(65536))
    return [port for port, b in enumerate(bits) if b[a:a + k] == want and (a == 0 or "1" in b[:a])]


def ports_of(result):
    ranges = result["port_ranges"]
    assert all(isinstance(n, int) for r in ranges for n in r) and all(len(r) == 2 and r[0] <= r[1] for r in ranges)
    return [port for low, high in ranges for port in range(low, high + 1)]


# ---- RFC 7597 appendix A and the vectors V1..V12 -----------------------------------------------------------------

EXAMPLES = [
    # name, rule, End-user prefix, IPv4, length, PSID, k, ports, first range, rfc7597, draft03
    ("V1, RFC 7597 A.1 (MAPE-13, 17, 20, 23)", F1, CE1, "192.0.2.18", 32, 0x34, 8, 252, [1232, 1235],
     "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
    ("CE2", F1, "2001:db8:12:3500::/56", "192.0.2.18", 32, 0x35, 8, 252, [1236, 1239],
     "2001:db8:12:3500:0:c000:212:35", None),
    ("V2: offset 4 (MAPE-20)", F1.replace("offset=6", "offset=4"), CE1, "192.0.2.18", 32, 0x34, 8, 240, [4928, 4943],
     "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
    ("V3: k = 6 (MAPE-13)", "ipv6=2001:db8:100::/42,ipv4=192.0.2.0/24,ea=14,offset=6", "2001:db8:112:3400::/56",
     "192.0.2.72", 32, 0x34, 6, 1008, [1856, 1871],
     "2001:db8:112:3400:0:c000:248:34", "2001:db8:112:3400:c0:2:4800:3400"),
    ("V4: behind bit 64 (MAPE-25)", "ipv6=2001:db8:0:1000::/52,ipv4=192.0.2.0/24,ea=16,offset=6",
     "2001:db8:0:1123:4000::/68", "192.0.2.18", 32, 0x34, 8, 252, [1232, 1235],
     "2001:db8:0:1123:4000:c000:212:34", "2001:db8:0:1123:40c0:2:1200:3400"),
    ("V5: an IPv4 prefix (MAPE-11, 24)", "ipv6=2001:db8::/40,ipv4=198.51.0.0/16,ea=8", "2001:db8:64::/48",
     "198.51.100.0", 24, 0, 0, 65536, [0, 65535], "2001:db8:64::c633:6400:0", None),
    ("V6: a full address (MAPE-12)", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=8", "2001:db8:12::/48",
     "192.0.2.18", 32, 0, 0, 65536, [0, 65535], "2001:db8:12::c000:212:0", None),
    ("V7: offset 0 (MAPE-19)", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=14,offset=0", "2001:db8:12:400::/54",
     "192.0.2.18", 32, 1, 6, 1024, [1024, 2047], "2001:db8:12:400:0:c000:212:1", None),
    ("V8: r = 32, o = 8 (MAPE-15)", "ipv6=2001:db8:12::/48,ipv4=192.0.2.18/32,ea=8,offset=6", CE1,
     "192.0.2.18", 32, 0x34, 8, 252, [1232, 1235],
     "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
    ("V9, RFC 7597 A.5: PSID provisioned (MAPE-15, 27)",
     "ipv6=2001:db8:12:3400::/56,ipv4=192.0.2.18/32,ea=0,offset=6,psid=0x34/8", CE1,
     "192.0.2.18", 32, 0x34, 8, 252, [1232, 1235],
     "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
    ("RFC 7597 A.4: no PSID (MAPE-27)", "ipv6=2001:db8:12:3400::/56,ipv4=192.0.2.18/32,ea=0,offset=6", CE1,
     "192.0.2.18", 32, 0, 0, 65536, [0, 65535], "2001:db8:12:3400:0:c000:212:0", None),
    ("V10: an RA's /64", "ipv6=2001:db8:0:1200::/56,ipv4=192.0.2.18/32,ea=8,offset=4", "2001:db8:0:1234::/64",
     "192.0.2.18", 32, 0x34, 8, 240, [4928, 4943],
     "2001:db8:0:1234:0:c000:212:34", "2001:db8:0:1234:c0:2:1200:3400"),
    ("V11: r = 0 (MAPE-14)", "ipv6=2001:db8::/32,ipv4=0.0.0.0/0,ea=32", "2001:db8:c000:212::/64",
     "192.0.2.18", 32, 0, 0, 65536, [0, 65535], "2001:db8:c000:212:0:c000:212:0", None),
    ("V12: one port (MAPE-16)", "ipv6=2001::/16,ipv4=0.0.0.0/0,ea=48,offset=0", "2001:c000:212:4d0::/64",
     "192.0.2.18", 32, 0x4d0, 16, 1, [1232, 1232], "2001:c000:212:4d0:0:c000:212:4d0", None),
    ("Rule IPv6 prefix /128 (MAPE-61)", "ipv6=2001:db8::1234/128,ipv4=192.0.2.18/32,ea=0", "2001:db8::1234/128",
     "192.0.2.18", 32, 0, 0, 65536, [0, 65535], "2001:db8::1234", "2001:db8::1234"),
]


def example(rule, eup, ipv4, length, psid, k, ports, first, rfc7597, draft03):
    for iid, address in (("rfc7597", rfc7597), ("draft03", draft03)):
        result = calc("--rule", rule, "--iid", iid, eup)
        same(result["ipv4"], ipv4)
        assert result["ipv4_prefix_len"] == length
        assert (result["psid"], result["psid_len"]) == (psid, k)
        assert result["sharing_ratio"] == 2 ** k
        assert result["ports_total"] == ports == len(ports_of(result))
        assert result["port_ranges"][0] == first
        assert ports_of(result) == port_set(psid, k, result["psid_offset"])
        assert result["kind"] == ("prefix" if length < 32 else "shared" if k else "full")
        assert result["rule"]["iid"] == iid
        if address:
            same(result["map_address"], address)
    default = calc("--rule", rule, eup)
    same(default["map_address"], rfc7597)


for name, *expected in EXAMPLES:
    add(name, example, *expected)


def example_reverse(rule, eup, ipv4, length, psid, k, ports, first, rfc7597, draft03):
    del length, psid, k, ports, draft03
    for port in first:
        result = calc("--rule", rule, "--reverse", f"{ipv4}:{port}")
        same(result["map_address"], rfc7597)
        found, given = ipaddress.ip_network(result["end_user_prefix"]), ipaddress.ip_network(eup)
        assert given.subnet_of(found), f"{found} does not hold {given}"
        assert result == calc("--rule", rule, str(found))


for name, *expected in EXAMPLES:
    add("reverse of " + name, example_reverse, *expected)


# ---- every row of the vectors ------------------------------------------------------------------------------------

def vector_rule(row):
    psid = f",psid={row['psid_cfg']}/{row['psid_len_cfg']}" if row["psid_cfg"] else ""
    return (f"ipv6={row['rule_ipv6']},ipv4={row['rule_ipv4']},ea={row['ea_len']},offset={row['psid_offset']}{psid}")


def vector(row):
    rule = vector_rule(row)
    if row["valid"] == "0":
        refused([], "--rule", rule, row["end_user_prefix"])
        return
    for iid in ("rfc7597", "draft03"):
        result = calc("--rule", rule, "--iid", iid, row["end_user_prefix"])
        same(result["map_address"], row["ce_" + iid])
        same(result["ipv4"], row["ipv4"])
        assert result["kind"] == row["kind"]
        assert result["ipv4_prefix_len"] == int(row["ipv4_len"])
        assert result["psid"] == int(row["psid_dec"]) and result["psid_len"] == int(row["psid_len"])
        assert result["sharing_ratio"] == int(row["sharing_ratio"])
        assert result["ports_total"] == int(row["ports_total"])
        ranges = [f"{low}-{high}" for low, high in result["port_ranges"]]
        assert len(ranges) == int(row["ranges"])
        assert ranges[0] == row["first_range"] and ranges[-1] == row["last_range"]
        assert not row["second_range"] or ranges[1] == row["second_range"]
        assert any("outside the given prefix" in w for w in result["warnings"]) == (row["eup_outside_first_64"] == "1")
    back = calc("--rule", rule, "--reverse", f"{row['ipv4']}:{row['port_in_set'] or result['port_ranges'][0][0]}")
    same(back["map_address"], row["ce_rfc7597"])


def all_vectors_read():
    assert len(ROWS) == 103, len(ROWS)


with open(os.path.join(VECTORS, "map-vectors.csv"), newline="", encoding="ascii") as vector_file:
    ROWS = list(csv.DictReader(vector_file))
add("103 vectors", all_vectors_read)
for vector_row in ROWS:
    add(f"vector {vector_row['id']}: {vector_row['source']}".replace("#", "no. "), vector, vector_row)


# ---- reverse: nobody has the port --------------------------------------------------------------------------------

@case("reverse: A = 0 is excluded (MAPE-18, trap 1)")
def reverse_excluded():
    refused(["no CE has port 208 of 192.0.2.18", "ports 0-1023 belong to nobody"], "--rule", F1, "--reverse",
            "192.0.2.18:208")
    refused("ports 0-1023", "--rule", F1, "--reverse", "192.0.2.18:0")
    refused("ports 0-1023", "--rule", F1, "--reverse", "192.0.2.18:1023")
    assert calc("--rule", F1, "--reverse", "192.0.2.18:1024")["psid"] == 0


@case("reverse: excluded ports end at 2^(16-a), for a = 4 at 4096")
def reverse_excluded_four():
    rule = F1.replace("offset=6", "offset=4")
    refused("ports 0-4095 belong to nobody", "--rule", rule, "--reverse", "192.0.2.18:4095")
    assert calc("--rule", rule, "--reverse", "192.0.2.18:4096")["psid"] == 0


@case("reverse: outside the only rule, outside all rules")
def reverse_outside():
    refused("192.0.3.1 is outside the Rule IPv4 prefix 192.0.2.0/24", "--rule", F1, "--reverse", "192.0.3.1:1232")
    refused(["8.8.8.8 is outside the Rule IPv4 prefixes of all", "rules"], "--rules", JAPAN, "--reverse",
            "8.8.8.8:5000")


@case("reverse: PSID not provisioned (MAPE-15)")
def reverse_not_provisioned():
    rule = "ipv6=2001:db8:12:3400::/56,ipv4=192.0.2.18/32,ea=0,offset=6,psid=0x34/8"
    refused(["no CE has port 1236 of 192.0.2.18", "its PSID is 0x35, which is not provisioned",
             "rule 2001:db8:12:3400::/56 has PSID 0x34"], "--rule", rule, "--reverse", "192.0.2.18:1236")


@case("reverse: one-to-one rules on one address are found by port (MAPE-15)")
def reverse_one_to_one():
    rules = []
    for n in range(4):
        rules += ["--rule", f"ipv6=2001:db8:{n}::/48,ipv4=192.0.2.18/32,ea=0,offset=6,psid={0x34 + n}/8"]
    for n in range(4):
        result = calc(*rules, "--reverse", f"192.0.2.18:{1232 + 4 * n}")
        assert result["end_user_prefix"] == f"2001:db8:{n}::/48" if n else "2001:db8::/48"
        assert result["rule"]["psid"] == 0x34 + n and result["rule"]["psid_len"] == 8
    refused("not provisioned", *rules, "--reverse", "192.0.2.18:1248")


@case("reverse without a port: for whole addresses and prefixes")
def reverse_without_port():
    refused("192.0.2.18 is shared by 256 CEs: give a port too", "--rule", F1, "--reverse",
            "192.0.2.18")
    full = calc("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=8", "--reverse", "192.0.2.18")
    assert full["end_user_prefix"] == "2001:db8:12::/48"


@case("reverse into an IPv4 prefix: the prefix, not the host (MAPE-24, trap 5)")
def reverse_prefix():
    for asked in ("198.51.100.77:80", "198.51.100.77", "198.51.100.0:65535"):
        result = calc("--rule", "ipv6=2001:db8::/40,ipv4=198.51.0.0/16,ea=8", "--reverse", asked)
        assert result["end_user_prefix"] == "2001:db8:64::/48"
        assert (result["ipv4"], result["ipv4_prefix_len"]) == ("198.51.100.0", 24)
        same(result["map_address"], "2001:db8:64::c633:6400:0")


# ---- rules: several, files, services -----------------------------------------------------------------------------

@case("the longest match is the rule (MAPE-01)")
def longest_match():
    other = "ipv6=2001:db8:12::/48,ipv4=198.51.100.1/32,ea=8,offset=6"
    for order in ((F1, other), (other, F1)):
        rules = [word for rule in order for word in ("--rule", rule)]
        assert calc(*rules, CE1)["rule"]["ipv6"] == "2001:db8:12::/48"
        assert calc(*rules, "2001:db8:13:3400::/56")["rule"]["ipv6"] == "2001:db8::/40"
        assert calc(*rules, "--reverse", "192.0.2.18:1232")["rule"]["ipv6"] == "2001:db8::/40"


@case("the longest match on Rule IPv4 prefixes (MAPE-07)")
def longest_match_ipv4():
    rules = ("--rule", F1, "--rule", "ipv6=2001:db8:100::/44,ipv4=192.0.2.16/28,ea=12,offset=6")
    assert calc(*rules, "--reverse", "192.0.2.18:1232")["rule"]["ipv4"] == "192.0.2.16/28"
    assert calc(*rules, "--reverse", "192.0.2.77:1232")["rule"]["ipv4"] == "192.0.2.0/24"


@case("a rule longer than the End-user prefix does not match it (MAPE-01)")
def rule_longer_than_prefix():
    rules = ("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=8",
             "--rule", "ipv6=2001:db8::/56,ipv4=198.51.100.1/32,ea=0")
    assert calc(*rules, "2001:db8::/48")["rule"]["ipv6"] == "2001:db8::/40"
    assert calc(*rules, "2001:db8::/56")["rule"]["ipv6"] == "2001:db8::/56"


@case("contradictory rules are refused (MAPE-02, MAPE-21)")
def contradictory_rules():
    refused("two rules have the Rule IPv6 prefix 2001:db8::/40", "--rule", F1, "--rule",
            "ipv6=2001:db8::/40,ipv4=198.51.100.0/24,ea=16", CE1)
    refused("offset/PSID length are 6/8 and 4/8", "--rule", F1, "--rule",
            "ipv6=2001:db8:100::/44,ipv4=192.0.2.16/28,ea=12,offset=4", CE1)


@case("no rule matches: one, several")
def no_match():
    refused("end-user prefix 2001:db9::/56 is outside the Rule IPv6 prefix 2001:db8::/40", "--rule", F1,
            "2001:db9::/56")
    refused(["2001:db9::/56 is outside the Rule IPv6 prefixes of all", "rules"], "--rules", JAPAN, "2001:db9::/56")


JAPANESE = [
    # name, service, given prefix, rule, BR, IPv4, PSID, MAP address on the line (draft-03)
    ("v6plus B1", "v6plus", "240b:13:1a65:a100::/64", "240b:12::/31", "2404:9200:225:100::64", "14.9.26.101", 161,
     "240b:13:1a65:a100:e:91a:6500:a100"),
    ("v6plus B5, PSID 0", "v6plus", "240b:10::/56", "240b:10::/31", "2404:9200:225:100::64", "106.72.0.0", 0,
     "240b:10::6a:4800:0:0"),
    ("BIGLOBE B2", "biglobe", "2404:7a82:4d02:4100::/64", "2404:7a82:4c00::/38", "2001:260:700:1::1:275",
     "133.209.13.2", 65, "2404:7a82:4d02:4100:85:d10d:200:4100"),
    ("NURO C10", "nuro", "240d:f:1000::/56", "240d:f:1000::/36", "2001:3b8:200:ff9::1", "219.104.144.0", 0,
     "240d:f:1000::db:6890:0:0"),
]


def japanese(service, eup, rule, br, ipv4, psid, address):
    for source in (("--service", service), ("--rules", JAPAN, "--service", service), ("--rules", JAPAN)):
        result = calc(*source, eup)
        assert result["rule"]["ipv6"] == rule and result["rule"]["service"].split("-")[0] == service
        assert result["rule"]["iid"] == "draft03" and result["rule"]["file"].endswith("japan.conf")
        assert result["ipv4"] == ipv4 and result["psid"] == psid and result["ports_total"] == 240
        same(result["map_address"], address)
        same(result["br"], br)
        back = calc(*source, "--reverse", f"{ipv4}:{result['port_ranges'][3][1]}")
        assert back["end_user_prefix"].endswith("/56")
        same(back["map_address"], address)


for name, *expected in JAPANESE:
    add("Japanese service: " + name, japanese, *expected)


def vector_by_service(row):
    service = row["source"].split(" BR ")[0].split()[-1].lower()
    result = calc("--service", service, row["end_user_prefix"])
    assert result["rule"]["service"] == service
    assert result["ports_total"] == int(row["ports_total"])
    same(result["map_address"], row["ce_draft03"])
    same(result["br"], row["source"].split(" BR ")[1])


for vector_row in ROWS:
    if vector_row["group"] in ("v6plus", "BIGLOBE-east", "BIGLOBE-west", "OCN"):
        add(f"vector {vector_row['id']} by --service", vector_by_service, vector_row)


@case("every public rule gives its ports (jp-map-rules.csv)")
def jp_rules():
    with open(os.path.join(VECTORS, "jp-map-rules.csv"), newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 428
    for row in rows:
        # the first CE of the rule, searched in all services
        eup = str(ipaddress.ip_network(row["rule_ipv6"]).network_address) + "/56"
        rule = f"ipv6={row['rule_ipv6']},ipv4={row['rule_ipv4']},ea={row['ea_len']},offset={row['psid_offset']}"
        if row["ok"] == "0":
            refused(["has host bits set", "write 219.104.128.0/20"], "--rule", rule, eup)
            continue
        result = calc("--rules", JAPAN, eup)
        assert result["rule"]["ipv6"] == row["rule_ipv6"] and result["rule"]["ipv4"] == row["rule_ipv4"], row
        assert result["rule"]["service"] == row["service"] and result["ports_total"] == int(row["ports_per_ce"]), row
        same(result["br"], row["br"])


@case("--service picks: exact name, prefix up to a dash, nothing else")
def service_names():
    west = "2404:7a86:80:e800::/64"
    assert calc("--service", "biglobe", west)["rule"]["service"] == "biglobe-west"
    assert calc("--service", "biglobe-west", west)["rule"]["service"] == "biglobe-west"
    refused("is outside the Rule IPv6 prefixes", "--service", "biglobe-east", west)
    for name in ("biglo", "biglobe-", "BIGLOBE", "", "softbank"):
        refused([f"there is no service '{name}'", "japan.conf", "v6plus, biglobe-east, biglobe-west, ocn, nuro"],
                "--service", name, west)


RULE_FILE = """
source = "a test"; date = "2026-01";
services = (
  { name = "lab-one"; br = "2001:db8:ffff::1"; rules = (
    { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; },
    { ipv6 = "2001:db8:12::/48"; ipv4 = "198.51.100.1/32"; ea = 8; } ); },
  { name = "lab-two"; iid = "draft03"; rules = (
    { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); }
);
"""


def with_file(content, function):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rules.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        function(path)


@case("--rules FILE: the rule that matched, its line, BR and format")
def rules_file():
    def check(path):
        result = calc("--rules", path, "--service", "lab-one", CE1)
        assert result["rule"] == {"ipv6": "2001:db8:12::/48", "ipv4": "198.51.100.1/32", "ea_len": 8, "psid_offset": 6,
                                  "psid": None, "psid_len": None, "iid": "rfc7597", "service": "lab-one", "file": path,
                                  "line": 6}, result["rule"]
        same(result["br"], "2001:db8:ffff::1")
        result = calc("--rules", path, "--service", "lab-two", CE1)
        assert result["rule"]["iid"] == "draft03" and result["br"] is None and result["rule"]["line"] == 8
        same(result["map_address"], "2001:db8:12:3400:c0:2:1200:3400")
        out = text("--rules", path, "--service", "lab-one", CE1)
        assert "lab-one, rules.conf line 6, as of 2026-01" in out, out

    with_file(RULE_FILE, check)


@case("--iid and --br win over the rule file")
def options_win():
    def check(path):
        result = calc("--rules", path, "--service", "lab-two", "--iid", "rfc7597", "--br", "2001:db8:ffff::2", CE1)
        same(result["map_address"], "2001:db8:12:3400:0:c000:212:34")
        same(result["br"], "2001:db8:ffff::2")
        assert result["rule"]["iid"] == "rfc7597"
        result = calc("--rules", path, "--service", "lab-one", "--iid", "draft03", "--reverse", "192.0.2.18:1232")
        same(result["map_address"], "2001:db8:12:3400:c0:2:1200:3400")

    with_file(RULE_FILE, check)


@case("two services with the same prefix: the longest match, or choose")
def ambiguous():
    def check(path):
        assert calc("--rules", path, CE1)["rule"]["ipv6"] == "2001:db8:12::/48"
        assert calc("--rules", path, "--reverse", "198.51.100.1:1232")["rule"]["service"] == "lab-one"
        for asked in (("2001:db8:13:3400::/56",), ("--reverse", "192.0.2.18:5000")):
            refused(["matches a rule of lab-one and one of lab-two", "choose with --service"], "--rules", path, *asked)
            refused("choose with --service", "--rules", path, "--service", "lab", *asked)

    with_file(RULE_FILE, check)


@case("MAPEDGE_RULES names the rule file of --service, --rules wins")
def environment():
    def check(path):
        env = {"MAPEDGE_RULES": path}
        assert calc("--service", "lab-one", CE1, env=env)["rule"]["file"] == path
        refused("there is no service 'v6plus'", "--service", "v6plus", CE1, env=env)
        assert calc("--rules", JAPAN, "--service", "v6plus", "240b:10::/56", env=env)["rule"]["file"] == JAPAN
        assert calc("--service", "v6plus", "240b:10::/56", env={"MAPEDGE_RULES": ""})["psid"] == 0

    with_file(RULE_FILE, check)


@case("a rule file that cannot be read, has an error, or bad rules")
def bad_rules_file():
    refused("/nonexistent/rules.conf", "--rules", "/nonexistent/rules.conf", CE1)
    with_file("services = (;", lambda path: refused([path + ":1", "error"], "--rules", path, CE1))
    with_file(RULE_FILE.replace("192.0.2.0/24", "192.0.2.1/24", 1),
              lambda path: refused([path + ":5", "host bits"], "--rules", path, CE1))


# ---- what is printed ---------------------------------------------------------------------------------------------

JSON_TYPES = {
    "end_user_prefix": str, "kind": str, "ipv4": str, "ipv4_prefix_len": int, "psid": int, "psid_len": int,
    "psid_offset": int, "sharing_ratio": int, "ports_total": int, "port_ranges": list, "map_address": str,
    "br": (str, type(None)), "rule": dict, "warnings": list,
}


@case("JSON: the fields and their types")
def json_fields():
    for args in (("--rule", F1, CE1), ("--rule", F1, "--reverse", "192.0.2.18:1232"),
                 ("--service", "ocn", "2400:4050:7731:f200::/56"),
                 ("--rule", "ipv6=2001:db8::/40,ipv4=198.51.0.0/16,ea=8", "2001:db8:64::/48")):
        result = calc(*args)
        assert set(result) == set(JSON_TYPES), set(result) ^ set(JSON_TYPES)
        for key, kind in JSON_TYPES.items():
            assert isinstance(result[key], kind) and not isinstance(result[key], bool), key
        assert set(result["rule"]) == {"ipv6", "ipv4", "ea_len", "psid_offset", "psid", "psid_len", "iid", "service",
                                       "file", "line"}
        assert all(isinstance(w, str) for w in result["warnings"])


@case("JSON: the rule of the command line, the BR given")
def json_rule():
    result = calc("--rule", F1, "--br", "2001:db8:ffff::1", CE1)
    assert result["rule"] == {"ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea_len": 16, "psid_offset": 6,
                              "psid": None, "psid_len": None, "iid": "rfc7597", "service": None, "file": None,
                              "line": None}
    same(result["br"], "2001:db8:ffff::1")
    assert calc("--rule", F1, CE1)["br"] is None


@case("text: everything, every range, 80 columns")
def text_complete():
    out = text("--rule", F1, "--br", "2001:db8:ffff::1", CE1)
    for want in ("End-user prefix   2001:db8:12:3400::/56", "IPv4 address      192.0.2.18", "0x34 (52), 8 bits",
                 "1:256", "252 in 63 ranges of 4", "2001:db8:12:3400:0:c000:212:34", "rfc7597", "2001:db8:ffff::1",
                 "2001:db8::/40 = 192.0.2.0/24, 16 EA bits", "the command line"):
        assert want in out, f"{want} not in:\n{out}"
    ranges = [tuple(map(int, word.split("-"))) for word in out.split("Port ranges\n")[1].split()]
    assert [list(r) for r in ranges] == calc("--rule", F1, CE1)["port_ranges"]
    assert all(len(line) <= 80 and line == line.rstrip() for line in out.splitlines())


@case("text: single ports, one range, no ranges")
def text_ranges():
    single = text("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.18/32,ea=10,offset=6", "2001:db8:0:4000::/50")
    assert single.split("Port ranges\n")[1].split()[:2] == ["1025", "2049"]
    assert len(single.split("Port ranges\n")[1].split()) == 63
    one = text("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=14,offset=0", "2001:db8:12:400::/54")
    assert "1024 in 1 range of 1024" in one and one.endswith("Port range\n  1024-2047\n")
    full = text("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=8", "2001:db8:12::/48")
    assert "all 65536" in full and "not shared" in full and "Port range" not in full
    prefix = text("--rule", "ipv6=2001:db8::/40,ipv4=198.51.0.0/16,ea=8", "2001:db8:64::/48")
    assert "IPv4 prefix       198.51.100.0/24" in prefix and "all 65536 of each address" in prefix


@case("text of --reverse: what was asked for, and the CE")
def text_reverse():
    out = text("--rule", F1, "--reverse", "192.0.2.18:1232")
    assert out.startswith("Asked for         192.0.2.18 port 1232\nEnd-user prefix   2001:db8:12:3400::/56\n"), out
    assert out.split("\n", 1)[1] == text("--rule", F1, CE1)


@case("the longest output: every port by itself (a = 15)")
def longest_output():
    rule = "ipv6=2001:db8::/40,ipv4=192.0.2.18/32,ea=1,offset=15"
    result = calc("--rule", rule, "2001:db8:80::/41")
    assert result["ports_total"] == 32767 == len(result["port_ranges"])
    ranges = text("--rule", rule, "2001:db8:80::/41").split("Port ranges\n")[1].split("\n\nWarning:")[0].split()
    assert [[int(port), int(port)] for port in ranges] == result["port_ranges"]


@case("warning: MAP address outside the prefix (MAPE-60), text and JSON")
def warning_outside():
    args = ("--service", "biglobe", "2404:7a82:4d02:4110::/60")
    warnings = calc(*args)["warnings"]
    assert len(warnings) == 1, warnings
    assert "outside the given prefix 2404:7a82:4d02:4110::/60" in warnings[0]
    assert "first /64 of 2404:7a82:4d02:4100::/56" in warnings[0] and "home gateway" in warnings[0]
    out = text(*args)
    assert "\nWarning: the MAP address is outside" in out and all(len(line) <= 80 for line in out.splitlines()), out
    assert " ".join(out.split("Warning: ")[1].split()) == warnings[0]
    assert calc("--service", "biglobe", "2404:7a82:4d02:4100::/60")["warnings"] == []


@case("warning: PSID 0 with offset 0 has system ports (MAPE-19), and where else they are")
def warning_system_ports():
    rule = "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=14,offset=0"
    for eup, count, first in (("2001:db8:12::/54", 1024, 0), ("2001:db8:12:400::/54", 0, 0)):
        warnings = calc("--rule", rule, eup)["warnings"]
        assert len(warnings) == (1 if count else 0), warnings
        if count:
            assert f"includes {count} of the system ports 0-1023, from {first} on" in warnings[0]
            assert "Warning: the port set includes 1024" in text("--rule", rule, eup)
    second = calc("--rule", rule.replace("ea=14", "ea=16"), "2001:db8:12:100::/56")  # PSID 1 of 256 ports
    assert "includes 256 of the system ports 0-1023, from 256 on" in second["warnings"][0]
    assert calc("--rule", F1, "2001:db8:12::/56")["warnings"] == []  # PSID 0 with offset 6 begins at 1024
    assert calc("--rule", "ipv6=2001:db8::/40,ipv4=192.0.2.0/24,ea=8", "2001:db8:12::/48")["warnings"] == []


# ---- exit 1: values that are wrong -------------------------------------------------------------------------------

BAD_RULES = [
    ("ipv6=2001:db8::/40,ipv4=192.0.2.0/24", "ea= is missing"),
    ("ipv4=192.0.2.0/24,ea=16", "ipv6= is missing"),
    ("ipv6=2001:db8::/40,ea=16", "ipv4= is missing"),
    ("", "'' is not KEY=VALUE"),
    (F1 + ",", "'' is not KEY=VALUE"),
    (F1 + ",ea", "'ea' is not KEY=VALUE"),
    (F1 + ",ea=16", "ea is given twice"),
    (F1 + ",psidlen=8", "there is no key 'psidlen': ipv6, ipv4, ea, offset, psid"),
    (F1.replace("/40", ""), "ipv6=2001:db8:: is not an IPv6 prefix"),
    (F1.replace("/40", "/129"), "ipv6=2001:db8::/129 is not an IPv6 prefix"),
    (F1.replace("/24", "/33"), "ipv4=192.0.2.0/33 is not an IPv4 prefix"),
    (F1.replace("ea=16", "ea=49"), "ea=49 is not the number of EA bits, 0 to 48"),
    (F1.replace("ea=16", "ea=-1"), "ea=-1 is not the number"),
    (F1.replace("ea=16", "ea= 16"), "ea= 16 is not the number"),
    (F1.replace("ea=16", "ea="), "ea= is not the number"),
    (F1.replace("ea=16", "ea=4294967312"), "ea=4294967312 is not the number"),
    (F1.replace("offset=6", "offset=16"), "offset=16 is not the PSID offset, 0 to 15"),
    (F1 + ",psid=0x34", "psid=0x34 is not a PSID and its length"),
    (F1 + ",psid=0x10000/16", "psid=0x10000/16 is not a PSID"),
    (F1 + ",psid=1/17", "psid=1/17 is not a PSID"),
    (F1 + ",psid=0x34/8", "leave psid out: the EA bits carry it"),
    (F1.replace("2001:db8::/40", "2001:db8:1::/40"), "host bits set (write 2001:db8::/40)"),
    (F1.replace("192.0.2.0", "192.0.2.1"), "host bits set (write 192.0.2.0/24)"),
    (F1.replace("offset=6", "offset=9"), "PSID offset 9 and PSID length 8 are more than the 16 bits of a port"),
    (F1.replace("ea=16", "ea=25").replace("offset=6", "offset=0"), "give a PSID of 17 bits"),
    (F1.replace("2001:db8::/40", "ff00::/8"), "multicast"),
]
for bad_rule, reason in BAD_RULES:
    add(f"invalid rule: {reason}", refused, reason, "--rule", bad_rule, CE1)

for bad_prefix in ("2001:db8:12:3400::", "2001:db8:12:3400::/129", "192.0.2.0/24", "", "/", "x",
                   "2001:db8:12:3400::/56 "):
    add(f"not a prefix: '{bad_prefix}'", refused, f"'{bad_prefix}' is not an IPv6 prefix", "--rule", F1, bad_prefix)

for bad_reverse in ("192.0.2.18:", "192.0.2.18:65536", "192.0.2.18:-1", "192.0.2.18:x", "192.0.2.256:80", "192.0.2:80",
                    "", ":80", "[2001:db8::1]:80", "192.0.2.18:80:80", "192.0.2.18/32", "192.0.2.18: 80"):
    add(f"not an address and port: '{bad_reverse}'", refused, f"'{bad_reverse}' is not an IPv4 address and port",
        "--rule", F1, "--reverse", bad_reverse)

add("End-user prefix with host bits", refused, "2001:db8:12:3401::/56 has host bits set", "--rule", F1,
    "2001:db8:12:3401::/56")
add("End-user prefix too short (MAPE-10)", refused, "is shorter than Rule IPv6 prefix and EA bits, /40 + 16 = /56",
    "--rule", F1, "2001:db8:12:3400::/55")
add("--iid that does not exist", refused, "'rfc' is neither rfc7597 nor draft03", "--rule", F1, "--iid", "rfc", CE1)
add("--br that is no IPv6 address", refused, "'192.0.2.1' is not an IPv6 address", "--rule", F1, "--br", "192.0.2.1",
    CE1)


# ---- exit 2: wrong usage, and help -------------------------------------------------------------------------------

add("no command is for the daemon", unreachable, "no daemon at /nonexistent/s", "-s", "/nonexistent/s")
add("unknown command", unknown, "clac")
add("calc without anything", misused, "no rules: give --rule, --rules or --service", "calc")
add("calc without rules", misused, "no rules", "calc", CE1)
add("calc without prefix", misused, "the End-user IPv6 prefix is missing", "calc", "--rule", F1)
add("two prefixes", misused, "more than one prefix", "calc", "--rule", F1, CE1, CE1)
add("prefix and --reverse", misused, "--reverse takes the place", "calc", "--rule", F1, "--reverse",
    "192.0.2.18:1232", CE1)
add("--rule and --rules", misused, "--rule does not go with --rules", "calc", "--rule", F1, "--rules", JAPAN, CE1)
add("--rule and --service", misused, "--rule does not go with", "calc", "--rule", F1, "--service", "ocn", CE1)
add("unknown option", misused, ["mapedgectl calc:", "--frobnicate"], "calc", "--rule", F1, "--frobnicate", CE1)
add("option without value", misused, ["mapedgectl calc:", "--rule"], "calc", CE1, "--rule")
add("--json with a value", misused, "--json", "calc", "--rule", F1, "--json=yes", CE1)


@case("--help prints the usage on stdout")
def helps():
    for args in (("--help",), ("-h",), ("help",)):
        status, out, err = run(*args)
        assert status == 0 and err == "" and "Usage: mapedgectl [-s SOCKET] [COMMAND" in out and "  calc " in out
    for args in (("calc", "--help"), ("calc", "-h"), ("calc", "--rule", F1, "--help")):
        status, out, err = run(*args)
        assert status == 0 and err == "" and out.startswith("Usage: mapedgectl calc"), out + err
        for option in ("--rule ", "--rules", "--service", "--reverse", "--iid", "--br", "--json"):
            assert option in out, option


@case("--version")
def version():
    status, out, err = run("--version")
    assert status == 0 and err == "" and out.startswith("mapedgectl ") and out.count("\n") == 1


@case("options may stand behind the prefix, in any order")
def option_order():
    assert calc(CE1, "--rule", F1) == calc("--rule", F1, CE1) == calc("--rule", F1, "--", CE1)
    keys = F1.split(",")
    assert calc("--rule", ",".join(reversed(keys)), CE1) == calc("--rule", F1, CE1)


@case("the offset is 6 when not given (MAPE-17)")
def default_offset():
    assert calc("--rule", F1.replace(",offset=6", ""), CE1) == calc("--rule", F1, CE1)


@case("a PSID in decimal or hexadecimal; 0 bits of PSID share nothing")
def psid_notation():
    rule = "ipv6=2001:db8:12:3400::/56,ipv4=192.0.2.18/32,ea=0,offset=6,psid="
    assert calc("--rule", rule + "52/8", CE1) == calc("--rule", rule + "0x34/8", CE1)
    assert calc("--rule", rule + "010/8", CE1)["psid"] == 10  # not octal
    assert calc("--rule", rule + "0/0", CE1)["kind"] == "full"


@case("output that cannot be written is an error")
def full_disk():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([CTL, "calc", "--rule", F1, CE1], stdout=full, stderr=subprocess.PIPE, text=True,
                              check=False)
    assert done.returncode == 1 and "No space left" in done.stderr, done


tap.main()
