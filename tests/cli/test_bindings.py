# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl bindings compile, beside a second writer of compiled files: usage: test_bindings.py MAPEDGECTL"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from tap import add, main

CTL = Path(sys.argv[1]).resolve()
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-bindings-")
DIR = Path(SCRATCH.name)
TEXT = """# address      psid  softwire
203.0.113.1    53    2001:db8:200::cafe
203.0.113.1    0x34  2001:db8:100::1
198.51.100.9   -     2001:db8:300::9
"""
POOLS = (("198.51.100.0", 24, 0, 0), ("203.0.113.0", 24, 6, 8))
BINDINGS = (("198.51.100.9", 0, "2001:db8:300::9"), ("203.0.113.1", 52, "2001:db8:100::1"), ("203.0.113.1", 53, "2001:db8:200::cafe"))
POOL_OPTIONS = [f"--pool={address}/{length},{offset},{psid_len}" for address, length, offset, psid_len in POOLS]
CONFIG = """role = "br";
interfaces = (
  { name = "map"; role = "map"; mac = "02:00:00:00:0b:01";
    neighbours = ( { address = "fe80::1"; mac = "02:00:00:00:06:03"; } ); gateway = "fe80::1"; },
  { name = "internet"; role = "internet"; mac = "02:00:00:00:0b:02"; addresses = [ "192.0.2.1/24" ]; }
);
domains = (
  { name = "fixed"; br = "2001:db8:ffff::1";
    pools = ( { ipv4 = "203.0.113.0/24"; offset = 6; psid_len = 8; }, { ipv4 = "198.51.100.0/24"; offset = 0; psid_len = 0; } ); },
  { name = "ruled"; br = "2001:db8:ffff::2"; rules = ( { ipv6 = "2001:db8:4000::/40"; ipv4 = "100.64.0.0/24"; ea = 16; } ); }
);
"""


def compiled(pools=POOLS, bindings=BINDINGS, order="="):
    """What a compiled file is, written from its description in lib/conf/bindings_compiled.c."""
    data = b"\x89MEBIND\n" + struct.pack(order + "IIII", 0x01020304, 1, len(bindings), len(pools))
    for address, *numbers in pools:
        data += struct.pack(order + "IBBBx", int(IPv4Address(address)), *numbers)
    for address, psid, softwire in bindings:
        data += IPv6Address(softwire).packed + struct.pack(order + "IHxx", int(IPv4Address(address)), psid)
    return data + struct.pack(order + "I", zlib.crc32(data))


def write(name, content):
    path = DIR / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def run(*args):
    done = subprocess.run([CTL, "bindings", *args], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def expect(status, words, *args):
    code, out, err = run(*args)
    assert code == status, f"exit {code}, not {status}: {out}{err}"
    for word in words:
        assert word in (err if status else out), f"'{word}' not in: {out}{err}"


def made(source, *options):
    """The file that is made from a source; nothing else is left in the directory."""
    out = DIR / "made.bin"
    out.unlink(missing_ok=True)
    before = set(os.listdir(DIR))
    expect(0, ["made.bin: 3 bindings, 2 pools"], "compile", source, out, *options)
    assert set(os.listdir(DIR)) - before == {"made.bin"}
    return out.read_bytes()


def refused(content, words, *options):
    """SEC-10: a bad source leaves the old file alone."""
    source, out = write("bad", content), write("old.bin", b"precious")
    expect(1, words, "compile", source, out, *(options or POOL_OPTIONS))
    assert out.read_bytes() == b"precious"
    assert not list(DIR.glob("*.tmp"))


def same_as_ours():
    assert made(write("b.txt", TEXT), *POOL_OPTIONS) == compiled()


def pools_from_the_configuration():
    text, config = write("b.txt", TEXT), write("br.conf", CONFIG)
    assert made(text, "-c", config) == compiled()
    assert made(text, "-c", config, "-d", "fixed") == compiled()
    expect(1, ["no domain \"ruled\" with pools"], "compile", text, DIR / "x", "-c", config, "-d", "ruled")
    two = CONFIG.replace('rules = (', 'pools = ( { ipv4 = "10.0.0.0/8"; psid_len = 4; } ); rules = (')
    expect(1, ["more than one domain has pools", "-d fixed or -d ruled"], "compile", text, DIR / "x", "-c", write("two.conf", two))
    assert made(text, "-c", DIR / "two.conf", "-d", "fixed") == compiled()
    expect(1, ["b.txt:4: error: softwire 2001:db8:300::9 is the address of a border relay"], "compile", text, DIR / "x", "-c",
           write("relay.conf", CONFIG.replace("2001:db8:ffff::2", "2001:db8:300::9")))
    expect(1, ["b.txt:2: error: 203.0.113.1 is in no pool", "10.0.0.0/8"], "compile", text, DIR / "x", "-c", DIR / "two.conf", "-d",
           "ruled")


def compiled_again():
    """A compiled file is as good a source as a text, and is checked as strictly."""
    assert made(write("c.bin", compiled()), *POOL_OPTIONS) == compiled()
    refused(compiled()[:-30], ["it was cut or changed", "hint: compile it again"])
    refused(compiled(order=">"), ["another byte order"])
    refused(compiled(pools=(POOLS[0], ("203.0.113.0", 24, 4, 8))), ["made for other pools: the file is for 203.0.113.0/24, offset 4"])
    refused(compiled(bindings=BINDINGS[::-1]), ["out of order"])
    refused(compiled(bindings=(("203.0.113.1", 52, "ff02::1"),)), ["is multicast"])
    refused(compiled().replace(b"\x0d\xb8\x03", b"\x0d\xb8\x04"), ["checksum is wrong"])


def by_its_name():
    """The text would be lost."""
    text = write("b.txt", TEXT)
    (DIR / "link").symlink_to(text)
    for out in (text, DIR / "link"):
        expect(1, ["take the place of the file it is made from"], "compile", text, out, *POOL_OPTIONS)
    assert text.read_text() == TEXT


USAGE = ["Usage: mapedgectl bindings compile"]
add("the bytes that a second writer makes", same_as_ours)
add("pools from the configuration", pools_from_the_configuration)
add("compiled files as sources", compiled_again)
add("IN and OUT are one file", by_its_name)
add("an error has file, line and hint", refused, TEXT + "203.0.113.2 256 2001:db8::1\n", ["bad:5: error: PSID 256", "hint: it is 0..255"])
add("no such file", expect, 1, ["/nonexistent/b.txt: error: cannot be read"], "compile", "/nonexistent/b.txt", DIR / "x", *POOL_OPTIONS)
add("cannot be written", expect, 1, ["cannot be written"], "compile", write("e.txt", ""), "/nonexistent/x", *POOL_OPTIONS)
add("a bad configuration", expect, 1, ["bad.conf:1: error"], "compile", DIR / "e.txt", DIR / "x", "-c", write("bad.conf", "x = 1;"))
for pool in ("203.0.113.1/24,6,8", "203.0.113.0,6,8", "203.0.113.0/24,6", "203.0.113.0/24,6,8,", "203.0.113.0/24,9,8",
             "203.0.113.0/24,16,0", "203.0.113.0/24,0,17", "203.0.113.0/24,-1,8", "2001:db8::/32,6,8", "203.0.113.0/33,6,8", ""):
    add(f"not a pool: {pool}", expect, 1, ["is not PREFIX,OFFSET,PSID_LEN", "hint:"], "compile", "x", "y", "--pool", pool)
add("pools that overlap", expect, 1, ["overlaps another pool"], "compile", "x", "y", "-p", "10.0.0.0/8,6,8", "-p", "10.1.0.0/16,6,8")
add("help", expect, 0, USAGE, "--help")
for wrong in ([], ["compile"], ["compile", "x", "y"], ["compile", "x", *POOL_OPTIONS], ["compile", "x", "y", "z", *POOL_OPTIONS],
              ["check", "x", "y", *POOL_OPTIONS], ["compile", "x", "y", "-c", "z", *POOL_OPTIONS], ["compile", "x", "y", "-d", "z", *POOL_OPTIONS],
              ["compile", "x", "y", "--frobnicate"]):
    add("wrong usage: " + " ".join(str(word) for word in wrong), expect, 2, USAGE, *wrong)
main()
