# SPDX-License-Identifier: BSD-3-Clause
"""SEC-18: how the programs are built, as readelf and nm tell. usage: test_hardened.py BUILD ROOT"""
import json
import re
import subprocess
import sys
from pathlib import Path

from tap import add, main

BUILD, ROOT = (Path(word).resolve() for word in sys.argv[1:3])
PROGRAMS = [BUILD / "app" / name / name for name in ("mapedge", "mapedgectl")]
OPTIONS = {option["name"]: option["value"] for option in json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text())}
START_FILE = "/usr/lib/x86_64-linux-gnu/crt1.o"


def says(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def position_independent(program):
    assert re.search(r"Type:\s+DYN", says("readelf", "-hW", program))
    assert re.search(r"FLAGS_1.*PIE", says("readelf", "-dW", program))


def nothing_to_overwrite(program):
    """Relocated once and for all, then read-only; no stack that can be executed, nor anything both writable and executable."""
    segments = says("readelf", "-lW", program)
    assert "GNU_RELRO" in segments and re.search(r"FLAGS\).*BIND_NOW", says("readelf", "-dW", program))
    assert re.search(r"GNU_STACK.* RW ", segments) and not re.search(r"^\s+\w+ .* RWE ", segments, re.MULTILINE), segments


def guarded(program):
    """Stack protector; and in a release build lengths are checked by the C library where the compiler knows them."""
    symbols = says("nm", "-D", program)
    assert "__stack_chk_fail" in symbols
    if OPTIONS["buildtype"] == "release" and OPTIONS["b_sanitize"] == "none":
        assert re.search(r"__\w+_chk@", symbols.replace("__stack_chk_fail", "")), "no _FORTIFY_SOURCE"


def control_flow(program):
    """Marks for CET count only if every object of a program has them; this C library's own either have them or not."""
    if "IBT" in says("readelf", "-n", START_FILE):
        assert "IBT" in says("readelf", "-n", program)


def warnings_are_errors():
    assert OPTIONS["werror"] is True and OPTIONS["warning_level"] == "3"
    gate = (ROOT / "scripts" / "test").read_text(encoding="utf-8") + (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in "address", "undefined", "fuzz":
        assert word in gate, f"{word} is not in the gate"


DATA_ROOMS = ["stats", "pkt", "icmp", "frag", "nat", "path"]
PARSERS = re.compile(r"jansson|event2|curl|libconfig|ares|mnl|pcap|histedit|/(?:conf|provision|api)/")


def no_parser_with_the_packets():
    """SEC-04: what runs on a worker includes nothing that reads JSON, HTTP, DHCPv6, netlink or the configuration."""
    seen = 0
    for room in DATA_ROOMS:
        for source in (ROOT / "lib" / room).glob("*.[ch]"):
            for name in re.findall(r'^#include [<"](.*)[>"]', source.read_text(encoding="utf-8"), re.MULTILINE):
                assert not PARSERS.search(f"/{name}"), f"{source.name} includes {name}"
                seen += 1
    assert seen > 100, seen


add("no parser where packets are (SEC-04)", no_parser_with_the_packets)
for path in PROGRAMS:
    for function in position_independent, nothing_to_overwrite, guarded, control_flow:
        add(f"{path.name}: {function.__name__.replace('_', ' ')}", function, path)
add("warnings are errors, sanitizers and fuzzers are in the gate", warnings_are_errors)
main()
