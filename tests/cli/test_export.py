# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl export, read by others: Kea checks its configuration, FreeRADIUS sends its attribute, a decoder written from RFC 7598 and RFC 8658 reads the
bytes: usage: test_export.py MAPEDGECTL"""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from tap import case, main

CTL = Path(sys.argv[1]).resolve()
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-export-")
DIR = Path(SCRATCH.name)
KEA = shutil.which("kea-dhcp6", path=os.environ["PATH"] + ":/usr/sbin")
BOX = """role = "br";
interfaces = (
  { name = "map"; role = "map"; mac = "02:00:00:00:0b:01";
    neighbours = ( { address = "fe80::1"; mac = "02:00:00:00:06:03"; } ); gateway = "fe80::1"; },
  { name = "internet"; role = "internet"; mac = "02:00:00:00:0b:02"; addresses = [ "192.0.2.1/24" ]; }
);
domains = (
%s
);
"""
TWO = """{ name = "lab"; br = "2001:db8:ffff::1"; rules = (
    { ipv6 = "2001:db8::/40"; ipv4 = "198.51.100.0/24"; ea = 16; offset = 6; },
    { ipv6 = "2001:db8:8000::/37"; ipv4 = "203.0.113.0/24"; ea = 14; offset = 6; } ); }"""
V6PLUS = """{ name = "v6"; br = "2404:9200:225:100::64"; iid = "draft03";
    rules = ( { ipv6 = "240b:10::/31"; ipv4 = "106.72.0.0/15"; ea = 25; offset = 4; } ); }"""
FIXED = """{ name = "fixed"; br = "2001:db8:ffff::2";
    rules = ( { ipv6 = "2001:db8:12:3400::/56"; ipv4 = "192.0.2.18/32"; ea = 0; offset = 6; psid_len = 8; psid = 52; } ); }"""
POOLS = """{ name = "bound"; br = "2001:db8:ffff::3"; pools = ( { ipv4 = "100.64.0.0/24"; offset = 6; psid_len = 8; } ); }"""


def run(*args):
    done = subprocess.run([CTL, "export", *args], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def write(*domains):
    path = DIR / "br.conf"
    path.write_text(BOX % ",\n".join(domains))
    return path


def export(what, config, *args):
    status, out, err = run(what, "-c", config, *args)
    assert status == 0 and err == "", err
    return out


def refused(words, *args):
    status, out, err = run(*args)
    assert status == 1 and out == "", (status, out, err)
    assert words in err, f"'{words}' not in: {err}"


# ---- HB46PP ----------------------------------------------------------------------------------------------------------


@case("HB46PP: version 0 is draft-03, 1 is RFC 7597 (S46-29)")
def hb46pp():
    answer = json.loads(export("hb46pp", write(TWO)))
    assert answer["order"] == ["map_e"] and 0 < answer["ttl"] <= 604800
    assert answer["map_e"] == {"version": 1, "mesh": 0, "br": "2001:db8:ffff::1", "rules": [
        {"ipv6": "2001:db8::/40", "ipv4": "198.51.100.0/24", "ea_length": 16, "psid_offset": 6},
        {"ipv6": "2001:db8:8000::/37", "ipv4": "203.0.113.0/24", "ea_length": 14, "psid_offset": 6}]}
    answer = json.loads(export("hb46pp", write(V6PLUS), "--mesh"))
    assert answer["map_e"]["version"] == 0 and answer["map_e"]["mesh"] == 1
    refused("gives a PSID, which HB46PP cannot say", "hb46pp", "-c", write(FIXED))


# ---- DHCPv6 ----------------------------------------------------------------------------------------------------------


def options(data):
    while data:
        code, length = struct.unpack_from("!HH", data)
        assert len(data) >= 4 + length
        yield code, data[4:4 + length]
        data = data[4 + length:]


def s46_rule(data):
    """RFC 7598 section 4.1, with its OPTION_S46_PORTPARAMS (4.5)."""
    flags, ea_len, prefix4_len, ipv4, prefix6_len = struct.unpack_from("!BBB4sB", data)
    size = (prefix6_len + 7) // 8
    (code, ports), = options(data[8 + size:])
    assert code == 93
    offset, psid_len, psid = struct.unpack("!BBH", ports)
    ipv6 = IPv6Address(data[8:8 + size].ljust(16, b"\0"))
    return flags, f"{ipv6}/{prefix6_len}", f"{IPv4Address(ipv4)}/{prefix4_len}", ea_len, offset, psid_len, psid


def container(config):
    subnet, = config["Dhcp6"]["subnet6"]
    option, = subnet["option-data"]
    assert option["code"] == 94 and option["csv-format"] is False
    found = list(options(bytes.fromhex(option["data"])))
    assert [code for code, _ in found] == [89] * (len(found) - 1) + [90]
    return [s46_rule(data) for _, data in found[:-1]], IPv6Address(found[-1][1])


def accepted(text):
    """Does Kea take it?"""
    assert KEA, "kea-dhcp6-server is not installed: scripts/setup"
    path = DIR / "kea.json"
    path.write_text(text)
    done = subprocess.run([KEA, "-t", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@case("Kea: option 94 and prefixes to delegate, accepted by kea-dhcp6 -t")
def kea():
    text = export("kea", write(TWO), "--interface", "lo")
    accepted(text)
    config = json.loads(text)
    rules, br = container(config)
    assert rules == [(0, "2001:db8::/40", "198.51.100.0/24", 16, 6, 0, 0), (0, "2001:db8:8000::/37", "203.0.113.0/24", 14, 6, 0, 0)], rules
    assert br == IPv6Address("2001:db8:ffff::1")
    assert config["Dhcp6"]["subnet6"][0]["pd-pools"] == [
        {"prefix": "2001:db8::", "prefix-len": 40, "delegated-len": 56}, {"prefix": "2001:db8:8000::", "prefix-len": 37, "delegated-len": 51}]
    assert config["Dhcp6"]["interfaces-config"] == {"interfaces": ["lo"]}


@case("Kea: mesh rules are FMRs; a given PSID stands on the left of its field (RFC 7598 sections 4.1, 4.5)")
def kea_flags():
    rules, _ = container(json.loads(export("kea", write(TWO), "--mesh")))
    assert [rule[0] for rule in rules] == [1, 1]
    text = export("kea", write(FIXED))
    accepted(text)
    rules, _ = container(json.loads(text))
    assert rules == [(0, "2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6, 8, 0x3400)], rules


@case("Kea: 256 rules, and not one more")
def kea_many():
    def domain(count):
        rules = ",\n".join(f'{{ ipv6 = "2001:{0xd00 + i:x}::/40"; ipv4 = "10.{i >> 8}.{i & 255}.0/24"; ea = 16; }}' for i in range(count))
        return f'{{ name = "big"; br = "2001:db8:ffff::1"; rules = ( {rules} ); }}'
    text = export("kea", write(domain(256)))
    accepted(text)
    assert len(container(json.loads(text))[0]) == 256
    refused("257 rules, more than the 256", "kea", "-c", write(domain(257)))


# ---- RADIUS ----------------------------------------------------------------------------------------------------------


def tlvs(data):
    while data:
        kind, length = data[0], data[1]
        assert 2 <= length <= len(data)
        yield kind, data[2:length]
        data = data[length:]


def radius_rule(data):
    """RFC 8658 section 3.1.3.1; prefixes as RFC 8044 sections 3.10, 3.11."""
    (k6, ipv6), (k4, ipv4), (ke, ea) = tlvs(data)
    assert (k6, k4, ke) == (10, 11, 12) and ipv6[0] == 0 and ipv4[0] == 0 and len(ipv4) == 6
    return f"{IPv6Address(ipv6[2:].ljust(16, bytes(1)))}/{ipv6[1]}", f"{IPv4Address(ipv4[2:])}/{ipv4[1]}", int.from_bytes(ea, "big")


@case("OPS-11: RADIUS: Softwire46-Configuration, type 241.9, is for the provider's side")
def radius():
    for mesh, kind in (((), 4), (("--mesh",), 5)):
        lines = export("radius", write(TWO), *mesh).splitlines()
        assert all(line.startswith("#") for line in lines[:-1]) and lines[-1].startswith("Softwire46-Configuration = 0x"), lines
        assert "2001:db8:8000::/37 to 203.0.113.0/24, 14 EA bits" in lines[3], lines
        (outer, content), = tlvs(bytes.fromhex(lines[-1].split("0x")[1]))
        assert outer == 1
        found = list(tlvs(content))
        assert [number for number, _ in found] == [kind, kind, 6, 9]
        assert [radius_rule(data) for _, data in found[:2]] == [("2001:db8::/40", "198.51.100.0/24", 16), ("2001:db8:8000::/37", "203.0.113.0/24", 14)]
        assert IPv6Address(found[2][1]) == IPv6Address("2001:db8:ffff::1")
        assert [(number, int.from_bytes(data, "big")) for number, data in tlvs(found[3][1])] == [(15, 6), (16, 0), (17, 0)]


@case("RADIUS: FreeRADIUS sends it as type 241, extended type 9 (RFC 6929 section 2.1)")
def radius_wire():
    lines = export("radius", write(TWO)).splitlines()
    dictionary = re.search(r"ATTRIBUTE Softwire46-Configuration 241\.9 octets", lines[0])[0]
    (DIR / "dictionary").write_text(f"$INCLUDE /usr/share/freeradius/dictionary\n{dictionary}\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        done = subprocess.run(["radclient", "-D", DIR, "-r", "1", "-t", "1", f"127.0.0.1:{server.getsockname()[1]}", "auth", "secret"],
                              input=lines[-1], capture_output=True, text=True, timeout=60, check=False)
        assert "Sent Access-Request" in done.stdout, done
        packet = server.recv(4096)
    (kind, content), = tlvs(packet[20:])
    assert kind == 241 and content[0] == 9 and content[1:] == bytes.fromhex(lines[-1].split("0x")[1])


@case("RADIUS: what does not fit is refused")
def radius_refused():
    rules = ",\n".join(f'{{ ipv6 = "2001:db8:{i:x}00::/40"; ipv4 = "10.0.{i}.0/24"; ea = 16; }}' for i in range(9))
    refused("9 rules take", "radius", "-c", write(f'{{ name = "big"; br = "2001:db8:ffff::1"; rules = ( {rules} ); }}'))
    refused("gives a PSID", "radius", "-c", write(FIXED))
    refused("RFC 8658 has one for all", "radius", "-c", write(TWO.replace("ea = 14; offset = 6", "ea = 14; offset = 4")))


# ---- domains ---------------------------------------------------------------------------------------------------------


@case("draft-03 is what only HB46PP can say")
def draft03():
    for what in ("kea", "radius"):
        refused("draft-03", what, "-c", write(V6PLUS))


@case("the domain: the only one with rules, or the one that is named")
def domains():
    assert json.loads(export("hb46pp", write(POOLS, TWO)))["enabler_name"] == "lab"
    refused("more than one domain has rules", "hb46pp", "-c", write(TWO, V6PLUS))
    assert json.loads(export("hb46pp", write(TWO, V6PLUS), "-d", "v6"))["enabler_name"] == "v6"
    refused('no domain "x" with rules', "hb46pp", "-c", write(TWO), "-d", "x")
    refused('no domain "bound" with rules', "hb46pp", "-c", write(TWO, POOLS), "-d", "bound")
    refused("no domain has rules", "hb46pp", "-c", write(POOLS))
    refused("No such file", "hb46pp", "-c", DIR / "nowhere.conf")


@case("wrong usage")
def misused():
    config = write(TWO)
    for args in ((), ("hb46pp",), ("-c", config), ("snmp", "-c", config), ("hb46pp", "kea", "-c", config), ("hb46pp", "-c", config, "-x")):
        status, out, err = run(*args)
        assert status == 2 and out == "" and "Usage: mapedgectl export" in err, (args, err)
    status, out, _ = run("--help")
    assert status == 0 and "Usage: mapedgectl export" in out


main()
