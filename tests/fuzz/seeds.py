#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the seeds that are made: corpus/path (packet cases of tests/pcap and whole conversations), corpus/nat_sequence,
corpus/map, corpus/fragments, corpus/relay, corpus/ce, corpus/bindings, corpus/pptp, corpus/dhcp6 (the conversations of tests/dhcp6), corpus/hb46pp. Those in corpus/api, corpus/conf and corpus/socket are written by hand.
usage: seeds.py"""
import json
import random
import struct
import sys
import zlib
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

HERE = Path(__file__).resolve().parent
PCAP = HERE.parent / "pcap"
sys.dont_write_bytecode = True
sys.path.insert(0, str(PCAP))
from mape import *                                                   # noqa: E402
from scenario import read_pcap                                       # noqa: E402

CE_UP, CE_DOWN, BR_UP, BR_DOWN, REPLY, ERROR, TIME, CONTROL = range(8)    # enum lab_operation
RAW, OUTER, MEND, ONWARD, MESH = 0x08, 0x10, 0x20, 0x40, 0x80             # its flags
WAYS = {"lan": CE_UP, "wan": CE_DOWN | OUTER, "map": BR_UP | OUTER, "internet": BR_DOWN}
CASES = ("101", "102", "106", "115", "122", "213", "304", "306", "308", "309", "312", "320", "321", "323", "324", "404", "406",
         "407", "420", "425", "504", "507", "508", "513", "515")
MAX_SEED = 2500


def record(operation, data=b""):
    return struct.pack("!BH", operation, len(data)) + data


def conversion(case):
    """The frames of a case in the order of time, without Ethernet header, as far as they fit into a small seed."""
    frames = sorted((time, WAYS[path.stem[3:]], frame) for path in case.glob("in-*.pcap") for time, frame in read_pcap(path))
    seed = b""
    for _, way, frame in frames:
        if len(seed) + len(frame) < MAX_SEED:
            seed += record(way, frame[14:])
    return seed


def conversations():
    mss = b"\1\2\4\5\xb4\1\1\1"
    syn, data = tcp(H, 5000, E, 80, "S", options=mss), tcp(H, 5000, E, 80, "PA", b"GET /")
    end = tcp(H, 5000, E, 80, "FA")
    yield "udp", record(CE_UP | ONWARD, udp(H, 5000, E, 53)) + record(REPLY | ONWARD) + record(REPLY | RAW)
    yield "echo", record(CE_UP | ONWARD, ping(H, E, 77)) + record(REPLY | ONWARD)
    yield "tcp", record(CE_UP, syn) + record(REPLY | ONWARD | MEND, b"\x21\x10") + record(CE_UP, data) \
        + record(REPLY | ONWARD) + record(CE_UP, end) + record(REPLY | ONWARD) + record(CE_UP, syn)
    yield "error", record(CE_UP, udp(H, 5000, E, 53)) + record(ERROR | ONWARD, b"\1\0") + record(ERROR | RAW) \
        + record(ERROR | ONWARD | MEND, b"\x30\1")
    yield "host-error", record(CE_UP, udp(H, 5000, E, 53)) + record(CE_UP | ONWARD, error(H, E, 3, 3, udp(E, 53, H, 5000)))
    yield "expiry", record(CE_UP, udp(H, 5000, E, 53)) + record(TIME, b"\1\x2d\xff") + record(REPLY | RAW) \
        + record(CE_UP, udp(H2, 5000, E, 53)) + record(TIME, b"\0\1\0")
    yield "control", record(CE_UP, udp(H, 5000, E, 53)) + record(CONTROL, b"\1") + record(REPLY | RAW, b"\x0f\1") \
        + record(CONTROL, b"\2") + record(REPLY | RAW, b"\x15\1") + record(CONTROL, b"\x80") + record(REPLY | RAW)
    yield "mesh", record(CE_UP | MESH, udp(H, 5000, "192.0.2.77", 1232)) + record(CE_UP | MESH | ONWARD, ping(H, E, 5)) \
        + record(CE_DOWN | MESH | OUTER, tunnel(CE2, CE1, udp(V4, 1236, V4, 1232)))
    yield "rules", b"".join(record(BR_DOWN, udp(E, 53, dst, port)) for dst, port in
                            (("203.0.113.7", 1056), ("198.18.0.9", 9), ("100.64.7.7", 7), ("192.0.3.1", 4112),
                             ("192.0.3.1", 4128), ("100.65.0.9", 1024), ("100.66.0.9", 1232), ("192.0.2.18", 208)))
    yield "limits", record(CE_UP, udp(H, 5000, E, 53, ttl=1)) + record(CE_UP, udp(H, 5000, E, 53, b"x" * 1433)) \
        + record(BR_UP, udp(V4, 1232, E, 53, ttl=1)) + record(BR_UP | MEND, udp(V4, 1232, E, 53, tos=3))


def rule(how, ipv6, ipv4, ea, offset, psid=(0, 0), ends=((0, 1232), (77, 64720))):
    """What fuzz_map.c reads."""
    prefix6, len6 = ipv6.split("/")
    prefix4, len4 = ipv4.split("/")
    seed = bytes([how, int(len6), int(len4), ea, offset]) + IPv6Address(prefix6).packed + IPv4Address(prefix4).packed
    if how & 10:
        seed += struct.pack("!BH", *psid) if how & 2 else psid[:1]
    return seed + b"".join(struct.pack("!IHB", host, port, host % 7) for host, port in ends)


MAP_SEEDS = {
    "shared": rule(0, "2001:db8::/40", "192.0.2.0/24", 16, 6), "draft03": rule(4, "2001:db8::/40", "192.0.2.0/24", 16, 4),
    "beyond-64": rule(4, "2001:db8:0:1000::/52", "192.0.2.0/24", 16, 6), "prefix": rule(0, "2001:db8::/40", "198.51.0.0/16", 8, 6),
    "given-psid": rule(2, "2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6, (8, 0x34)),
    "pool": rule(8, "::/0", "203.0.113.0/24", 0, 6, b"\x08"), "pool-of-addresses": rule(9, "::/0", "203.0.113.0/24", 0, 6, b"\x00"),
    "pool-refused": rule(8, "2001:db8::/40", "203.0.113.0/24", 0, 6, b"\x08"),
    "all-of-ipv4": rule(0, "2001::/16", "0.0.0.0/0", 48, 0), "refused": rule(0, "2001:db8::1/40", "192.0.2.0/24", 49, 16),
}


VIRTUAL, REASSEMBLY, SPLIT = range(3)                             # what fuzz_fragments.c is to do
SMALL, CLOCK, AGAIN, EXPIRE = 0x80, 5, 6, 7                       # operations of tests/unit/virtual_model.c
CLOCK6, EXPIRE6 = 6, 7                                            # of tests/unit/reassembly_model.c
MORE, NEAR, FEW = 1, 2, 4                                         # bits of `how`


def fragment(place, more=MORE, key=0, size=3, how=0, marks=0xc0, operation=SMALL):
    """One record of tests/unit/fragment_model.h; places of small datagrams are quarters."""
    return bytes([operation, key, place, size, how | more, marks])


def operation(what, number):
    return bytes([what, 0, 0, number, 0, 0])


def fragment_seeds():
    first, second, third, last = fragment(0), fragment(1), fragment(2), fragment(3, 0)
    again, over = operation(AGAIN, 7), operation(CLOCK | 8, 100) + operation(EXPIRE, 200)
    over6 = operation(CLOCK6 | 8, 120) + operation(EXPIRE6, 0)
    everything = b"".join(fragment(place, key=key) for key in range(24) for place in (1, 2))
    gaps = b"".join(fragment(2 * i + 2, how=NEAR | FEW, size=0, operation=0) for i in range(27))
    for name, seed in (("in-order", first + second + third + last), ("reversed", last + third + second + first + again),
                       ("lost-first", last + third + over + first), ("twice", second + second + first + first + again + second),
                       ("teardrop", first + fragment(0, 0, size=4) + last + over + first), ("many", everything + over + everything),
                       ("overtaken", second + last + first + second + third + last + again)):
        yield "virtual-" + name, bytes([VIRTUAL]) + seed
        yield "reassembly-" + name, bytes([REASSEMBLY]) + seed.replace(over, over6)
    yield "virtual-gaps", bytes([VIRTUAL, 0x40]) + bytes(5) + gaps + first + again * 4
    yield "virtual-refused", bytes([VIRTUAL]) + second + fragment(0, how=0x70) + again + third
    yield "virtual-far", bytes([VIRTUAL]) + fragment(255, 0, size=31, operation=0) + fragment(255, 0, size=32, operation=0)
    yield "reassembly-atomic", bytes([REASSEMBLY]) + first + fragment(0, 0) + second + third + last
    yield "reassembly-marks", bytes([REASSEMBLY]) + first + second + third + fragment(3, 0, marks=3) \
        + first + second + third + fragment(3, 0, marks=0) + fragment(0, marks=3)
    yield "reassembly-options", bytes([REASSEMBLY]) + fragment(0, marks=0x2c) + fragment(0, 0, marks=0x1c) + second + third + last
    yield "reassembly-long", bytes([REASSEMBLY]) + fragment(0, size=80, operation=0) \
        + fragment(80, 0, how=NEAR, size=90, operation=0) + fragment(80, 0, how=NEAR, size=91, operation=0)
    yield "split-plain", bytes([SPLIT, 0xf0]) + struct.pack("!HBH", 1332, 0, 40)
    yield "split-options", bytes([SPLIT, 0xf7]) + struct.pack("!HBH", 448, 9, 900) \
        + bytes([1, 7, 7, 4, 9, 9, 9, 9, 0x94, 4, 0, 0, 1, 0x88, 4, 0xab, 0xcd, 0x44, 8, 5, 0, 1, 2, 3, 4, 0, 0x94, 4])


def about(type, code, value, quoted, at=0):
    """What fuzz_relay.c reads: checksums to be mended, where the inner packet is behind the IPv6 header, an ICMPv6 message."""
    return struct.pack("!BBBBHI", 3, at, type, code, 0, value) + quoted


def relay_seeds():
    inner = udp(E, 53, V4, 1232)
    yield "unreachable", about(1, 3, 0, down(inner))
    yield "too-big", about(2, 0, 1400, down(tcp(E, 80, V4, 1232, data=bytes(1400))[:1232]))
    yield "too-big-without-df", about(2, 0, 1400, down(ping(E, V4, 1232, df=False)))
    yield "hop-limit", about(3, 0, 0, down(pong(E, V4, 1232, nops=40)))
    yield "hop-limit-extended", about(3, 0, 16 << 24, down(tcp(E, 80, V4, 1232, data=bytes(100)))[:128] + b"\x20\0\0\0" + bytes(8))
    yield "reassembly", about(3, 1, 0, down(inner, ext=[fragment_header(0, True)]), 8)
    yield "later-fragment", about(4, 0, 42, down(inner, ext=[fragment_header(100)]), 8)
    yield "encapsulation-limit", about(4, 0, 44, down(inner, ext=[HOP_BY_HOP, ENCAP_LIMIT, ROUTING_DONE]), 24)
    yield "inner-error", about(1, 0, 0, down(error(E, V4, UNREACHABLE, 3, udp(V4, 1232, E, 53))))
    yield "inner-later-fragment", about(2, 0, 1400, down(ip(E, V4, 17, bytes(64), offset=185)))
    yield "about-icmpv6", about(4, 1, 6, down(b"\x80\0\0\0" + bytes(8), ext=[DEST_OPTIONS], nh=58))
    yield "about-a-fragment", about(4, 0, 4, down(b"\1\0\0\0" + bytes(9), ext=[fragment_header(0, True)], nh=58))
    yield "unknown-error", about(100, 0, 0, down(inner))


CE_LAN_SIDE, CE_WAN_SIDE, CE_TUNNEL, CE_TIME = range(4)             # what fuzz_ce.c reads
MENDED = 0x0c


def step(what, data=b"", worker=0):
    return struct.pack("!BBH", what | MENDED, worker, len(data)) + data


def ce_seeds():
    """Port 1232 is one of the CE's; who has it is the program's choice, so most of these are beginnings."""
    out, back = udp(H, 5000, E, 53, bytes(100), df=False), udp(E, 53, V4, 1232, bytes(100), df=False)
    for name, order in ("in-order", (0, 1, 2)), ("first-last", (2, 1, 0)), ("lost", (1, 2)):
        yield "out-" + name, b"".join(step(CE_LAN_SIDE, cut(out, 32, 64)[one], one & 1) for one in order) + step(CE_TIME)
        yield "back-" + name, step(CE_LAN_SIDE, out) + b"".join(
            step(CE_TUNNEL, cut(udp(E, 53, V4, port, bytes(100), df=False, ipid=port), 32, 64)[one], one & 1)
            for port in F1.ports(0x34)[:12] for one in order)
        yield "turned-" + name, step(CE_LAN_SIDE, out) + step(CE_LAN_SIDE, udp(H2, 6000, E, 53), 1) + b"".join(
            step(CE_LAN_SIDE, cut(udp(H, 5000, V4, port, bytes(100), df=False, ipid=port), 32, 64)[one], one & 1)
            for port in F1.ports(0x34)[:12] for one in order)
    yield "outer", b"".join(step(CE_WAN_SIDE, one, number & 1) for number, one in enumerate(
        cut6(tunnel(BR, CE1, udp(E, 53, V4, 1232, bytes(1400))), 496, 1000)))
    yield "relay", step(CE_LAN_SIDE, udp(H, 5000, E, 53)) + b"".join(
        step(CE_WAN_SIDE, icmp6("2001:db8:beef::5", CE1, type, 0, mtu, tunnel(CE1, BR, udp(V4, port, E, 53, bytes(100)))), port & 1)
        for type, mtu in ((1, 0), (2, 1400), (3, 0)) for port in F1.ports(0x34)[:6])
    yield "pings", step(CE_LAN_SIDE, ping(H, E, 7)) + step(CE_LAN_SIDE, ping(H2, V4, 1232)) + step(
        CE_LAN_SIDE, error(H, V4, 3, 3, udp(V4, 1232, H, 5000))) + step(CE_TIME, b"") + step(CE_LAN_SIDE, ping(H, E, 7, bytes(1400), df=False))


# fuzz_bindings.c: "r" in front of a compiled file asks for a checksum that is right, anything else leaves it alone.
BINDINGS_POOLS = (("192.0.2.7", 32, 0, 16), ("198.51.100.0", 25, 0, 0), ("203.0.113.0", 24, 6, 8))
BINDINGS = (("192.0.2.7", 65535, "2001:db8::1"), ("198.51.100.3", 0, "2001:db8::2"), ("203.0.113.1", 52, "2001:db8::3"),
            ("203.0.113.1", 53, "2001:db8::3"))


def compiled(pools=BINDINGS_POOLS, bindings=BINDINGS, magic=b"\x89MEBIND\n", order=0x01020304, version=1):
    """A compiled file of bindings, as lib/conf/bindings_compiled.c describes it."""
    seed = magic + struct.pack("=IIII", order, version, len(bindings), len(pools))
    for prefix, *numbers in pools:
        seed += struct.pack("=IBBBx", int(IPv4Address(prefix)), *numbers)
    for ipv4, psid, softwire in bindings:
        seed += IPv6Address(softwire).packed + struct.pack("=IHxx", int(IPv4Address(ipv4)), psid)
    return seed + struct.pack("=I", zlib.crc32(seed))


BINDINGS_SEEDS = {
    "text": b"t# address  psid  softwire\n203.0.113.1 0x34 2001:db8:100::1\r\n\n198.51.100.1\t-\t2001:db8::5 # whole\n192.0.2.7 65535 ::2:0:1",
    "twice": b"t203.0.113.1 1 2001:db8::1\n203.0.113.1 0x1 2001:db8::2\n", "relay": b"t203.0.113.1 1 ::10:0\n",
    "zero-byte": b"t203.0.113.1 1 2001:db8::1\0 x", "whole-with-psid": b"t198.51.100.1 0 2001:db8::1",
    "compiled": b"c" + compiled(), "compiled-empty": b"c" + compiled(bindings=()), "compiled-cut": b"c" + compiled()[:-9],
    "compiled-other-pools": b"c" + compiled(BINDINGS_POOLS[:2]), "compiled-order": b"c" + compiled(order=0x04030201),
    "compiled-unsorted": b"c" + compiled(bindings=BINDINGS[::-1]), "repaired": b"r" + compiled()[:-4],
    "repaired-multicast": b"r" + compiled(bindings=(("203.0.113.1", 52, "ff02::1"),))[:-4],
}


DHCP6_RECEIVE, DHCP6_PASS, DHCP6_LINK_UP, DHCP6_MOVED, DHCP6_DECLINE, DHCP6_RELEASE, DHCP6_RESTART, DHCP6_SOFTWIRE = range(8)
DHCP6_CONFIG = {"pd": 1, "na": 2, "stateless": 4, "rapid-commit": 8, "reconfigure": 16}
DHCP6_DOES = {"link-up": DHCP6_LINK_UP, "prefixes-moved": DHCP6_MOVED, "decline": DHCP6_DECLINE, "release": DHCP6_RELEASE,
              "start-again": DHCP6_RESTART}


def dhcp6_seed(path):
    """What fuzz_dhcp6.c reads, of a conversation: what servers say, and the time between."""
    seed, config = b"", 0
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        time, kind, content = (part.strip() for part in line.split("|"))
        if kind == "config":
            config = sum(DHCP6_CONFIG.get(word, 0) for word in content.split())
        if time not in ("-", "0"):
            seed += record(DHCP6_PASS, struct.pack("!I", min(int(time.split(".")[-1]), 0xffffffff)))
        if kind == "in":
            seed += record(DHCP6_RECEIVE, bytes.fromhex(content.split()[-1].replace("x", "0")))
        if kind == "do" and content.split()[0] in DHCP6_DOES:
            seed += record(DHCP6_DOES[content.split()[0]])
    return bytes([config]) + seed


DHCP6_CONTAINERS = {
    "map-e": "005e002d0059001501 1018c00002002820010db800005d000406000000005a001020010db8ffff00000000000000000001",
    "psid": "005e002f005900170100 20c00002123820010db8001234005d000406083400005a001020010db8ffff00000000000000000001",
    "lw4o6": "00600039006f0004 0060005e 005c0015c00002124020010db800120001005d000406083400005a001020010db8ffff00000000000000000001",
    "ds-lite": "006f0004fde800400040000e0461667472076578616d706c6500",
}


# fuzz_hb46pp.c says what the first byte means.
HB46PP_ANSWER = {
    "enabler_name": "A VNE", "service_name": "高速", "isp_name": "ISP-A", "ttl": 86400, "token": "6407569658" * 6 + "20d3", "auth": "ok",
    "ipv6_mostly": True, "order": ["464xlat", "map_e", "dslite"],
    "map_e": {"version": 0, "mesh": True, "br": "2001:db8:1::1", "rules": [
        {"ipv6": "2001:db8:1:2000::/52", "ipv4": "203.0.113.0/24", "ea_length": 12, "psid_offset": 4}]},
    "dslite": {"aftr": "aftr.example.net"},
    "lw4o6": {"lwaftr": "lwaftr.example.net", "ipv6": "2001:db8:3:100::/56", "ipv4": "203.0.113.16", "psid": 3, "psid_length": 8, "psid_offset": 6},
    "map_t": {"dmr": "2001:db8:5::/64", "rules": []}, "464xlat": {"nat64prefix": "2001:db8:6::/96"},
    "ipip": [{"ipv6_local": "2001:db8:7:100::7", "ipv6_remote": "2001:db8:7::1", "ipv4": "203.0.113.0/29"}]}
HB46PP_SMALL = {"order": ["map_e"], "map_e": HB46PP_ANSWER["map_e"]}
JPNE = {"dmr": "2404:9200:225:100::64", "ipv6_fixlen": 56, "fmr": [
    {"ipv6": "240b:10::/32", "ipv4": "106.72.0.0/16", "psid_offset": 4, "ea_length": 24}]}
OCN = {"basicMapRules": [{"brIpv6Address": "2001:380:a120::9", "eaBitLength": "22", "ipv4Prefix": "153.240.0.0", "ipv4PrefixLength": "16",
                          "ipv6Prefix": "2400:4050::", "ipv6PrefixLength": "34", "psIdOffset": "6"}]}


def hb46pp_seeds():
    record = b"v=v6mig-1 url=https://a.example/c t=b"
    start, tick, found = b"\0", b"\7", b"\2" + bytes([len(record)]) + record

    def reply(status, body):
        return b"\3" + struct.pack("!BH", status, len(body)) + body

    def text(value):
        return json.dumps(value).encode()
    yield "answer", b"a" + text(HB46PP_ANSWER)
    yield "answer-small", b"a" + text(HB46PP_SMALL)
    yield "answer-empty", b"a" + text({"order": []})
    yield "answer-utf8", b"a" + json.dumps(HB46PP_ANSWER, ensure_ascii=False).encode()
    yield "jpne", b"rv6plus(" + text(JPNE) + b");"
    yield "ocn", b"r" + text(OCN)
    yield "record", b"t" + bytes([2 * len(record)]) + record
    yield "record-cut", b"t" + bytes([40]) + record[:20] + bytes([2 * len(record[20:]) + 1]) + record[20:]
    yield "redirect", b"uhttps://a.example:443/b/c?d\n//b.example/e"
    yield "redirect-relative", b"uhttps://[2001:db8::1]/b/c\n../d?e"
    up = start + found + reply(1, text(HB46PP_SMALL)) + tick
    yield "sequence", b"s\0" + up + found + reply(4, b"https://b.example/x") + reply(1, text(HB46PP_SMALL)) + tick + b"\1\1"
    yield "sequence-stored", b"s\1" + start + b"\1\3" + tick + found + reply(0, b"no route") + b"\5\1" + b"\5\0" + b"\5\1" + tick
    yield "sequence-empty", b"s\0" + up + found + reply(1, text({"order": [], "auth": "req"})) + b"\6\1" + b"\6\0"


def pptp_segment(flags, *messages, host=0, back=False, seconds=0):
    data = b"".join(map(bytes, messages))
    return struct.pack("!BBH", host | back << 1 | seconds << 2, flags, len(data)) + data


def pptp_seeds():
    from scapy.layers.pptp import PPTPCallClearRequest, PPTPCallDisconnectNotify, PPTPIncomingCallReply, PPTPIncomingCallRequest, \
        PPTPOutgoingCallReply, PPTPOutgoingCallRequest, PPTPSetLinkInfo
    opened = b"".join(pptp_segment(0x02, host=host) + pptp_segment(0x12, host=host, back=True) for host in (0, 1))
    calls = b"".join(pptp_segment(0x18, PPTPOutgoingCallRequest(call_id=101), host=host) for host in (0, 1))
    answer = pptp_segment(0x18, PPTPOutgoingCallReply(call_id=7, peer_call_id=101, result_code=1), PPTPSetLinkInfo(peer_call_id=101), back=True)
    yield "two-hosts", opened + calls + answer
    yield "turned-down", opened + calls + pptp_segment(0x18, PPTPOutgoingCallReply(call_id=7, peer_call_id=101, result_code=2), back=True)
    yield "ends", opened + calls + answer + pptp_segment(0x18, PPTPCallClearRequest(call_id=101)) \
        + pptp_segment(0x18, PPTPCallDisconnectNotify(call_id=7), back=True) + pptp_segment(0x04, seconds=30)
    yield "server", opened + pptp_segment(0x18, PPTPOutgoingCallReply(call_id=9, peer_call_id=3, result_code=1)) \
        + pptp_segment(0x18, PPTPIncomingCallRequest(call_id=11)) \
        + pptp_segment(0x18, PPTPIncomingCallReply(len=24, call_id=5, peer_call_id=11, result_code=1), back=True)
    yield "seventeen", opened + b"".join(pptp_segment(0x18, PPTPOutgoingCallRequest(call_id=2 * number + 1)) for number in range(17))


def write(target, name, seed):
    path = HERE / "corpus" / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(seed)


def main():
    for case in sorted(PCAP.glob("[0-9]*")):
        if case.name.startswith(CASES):
            write("path", case.name[:3], conversion(case))
    for name, seed in conversations():
        write("path", name, seed)
    for name, seed in MAP_SEEDS.items():
        write("map", name, seed)
    for name, seed in fragment_seeds():
        write("fragments", name, seed)
    for name, seed in relay_seeds():
        write("relay", name, seed)
    for name, seed in ce_seeds():
        write("ce", name, seed)
    for name, seed in BINDINGS_SEEDS.items():
        write("bindings", name, seed)
    for name, seed in pptp_seeds():
        write("pptp", name, seed)
    for path in sorted((HERE.parent / "dhcp6").glob("*.rpl")):
        write("dhcp6", path.stem, dhcp6_seed(path))
    for name, options in DHCP6_CONTAINERS.items():
        write("dhcp6", "softwire-" + name, b"\1" + record(DHCP6_SOFTWIRE, bytes.fromhex(options.replace(" ", ""))))
    for name, seed in hb46pp_seeds():
        write("hb46pp", name, seed)
    for number in range(4):
        write("nat_sequence", f"random-{number}", random.Random(number).randbytes(300))
    udp_out = b"".join(bytes([15, 1, i, 0, 0, 0]) for i in range(70))
    write("nat_sequence", "every-port", udp_out + bytes([0, 255]) + udp_out)


main()
