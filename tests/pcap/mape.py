# SPDX-License-Identifier: BSD-3-Clause
"""What the cases are written with: the arithmetic of RFC 7597, the fixture F1, and packet builders.

Nothing here knows the program under test. The arithmetic is a second implementation, made from sections 5 and 6 of
the RFC; selftest() proves it by published numbers, and the packet builders by Scapy. Packets are bytes that start at
the IP header; checksums are computed from scratch, never updated as the program does it.
"""
import logging
import struct
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network


# ---- RFC 7597 sections 5 and 6 ----

class Rule:
    """A mapping rule (section 5): n, r, o = ea, a = offset, k = psid_len in the RFC's letters."""

    def __init__(self, ipv6, ipv4, ea, offset=6, psid=None, psid_len=0, iid="rfc7597"):
        self.rule6, self.rule4 = IPv6Network(ipv6), IPv4Network(ipv4)
        self.ea, self.offset, self.iid = ea, offset, iid
        self.suffix_len = 32 - self.rule4.prefixlen                          # p
        self.psid, self.psid_len = psid, psid_len or max(0, ea - self.suffix_len)

    def psid_of(self, port):
        """Section 5.1: port = A | PSID | M. None where a > 0 and A = 0: such a port belongs to nobody."""
        if self.offset and port >> (16 - self.offset) == 0:
            return None
        m = 16 - self.offset - self.psid_len
        return (port >> m) & ((1 << self.psid_len) - 1)

    def ports(self, psid):
        return [port for port in range(65536) if self.psid_of(port) == psid]

    def map_address(self, ipv4, port):
        """The MAP address of the CE that owns ipv4:port, None if nobody does (sections 5.2, 5.3 and 6)."""
        psid = self.psid_of(port) if self.psid_len else 0
        if psid is None or (self.psid is not None and psid != self.psid):
            return None
        ipv4 = int(IPv4Address(ipv4))
        host = ipv4 - int(self.rule4.network_address)                        # the bits after Rule IPv4 prefix
        if self.ea < self.suffix_len:                                        # an IPv4 prefix: cut the host away
            spare = self.suffix_len - self.ea
            ea_bits, ipv4 = host >> spare, ipv4 >> spare << spare
        else:
            ea_bits = host << (self.ea - self.suffix_len) | psid if self.ea else 0
        prefix_len = self.rule6.prefixlen + self.ea
        prefix = int(self.rule6.network_address) | ea_bits << (128 - prefix_len)
        iid = ipv4 << 16 | psid if self.iid == "rfc7597" else ipv4 << 24 | psid << 8
        iid &= (1 << min(64, 128 - prefix_len)) - 1                          # beyond 64 bits the prefix wins
        return str(IPv6Address(prefix | iid))


# ---- Fixture F1: RFC 7597 appendix A, example 1 ----

F1 = Rule("2001:db8::/40", "192.0.2.0/24", ea=16, offset=6)

BR = "2001:db8:ffff::1"
V4 = "192.0.2.18"                           # the shared address
CE1 = "2001:db8:12:3400:0:c000:212:34"      # owns V4 with PSID 0x34: ports 1232-1235, 2256-2259 … 64720-64723
CE2 = "2001:db8:12:3500:0:c000:212:35"      # owns V4 with PSID 0x35: ports 1236-1239, 2260-2263 … 64724-64727

# The CEs of configs/br-mtus.conf that own port 1232 of 198.18.n.18: {n: (softwire MTU, BR address, CE, address)}
MTUS = {n: (mtu, f"2001:db8:ffff::{n}",
            Rule(f"2001:db8:{n}00::/40", f"198.18.{n}.0/24", 16).map_address(f"198.18.{n}.18", 1232), f"198.18.{n}.18")
        for n, mtu in enumerate((1460, 1452, 1420, 1414, 1240), 1)}

# The CE under test (configs/ce.conf) owns exactly one port of V4, so that its NAT has nothing to choose:
# offset 0, PSID length 16, PSID 1232 (0x4d0).
CE = "2001:db8:12:3400:0:c000:212:4d0"
PORT = 1232

H, H2, CE_LAN = "192.168.1.10", "192.168.1.11", "192.168.1.1"     # two LAN hosts and the CE's LAN address
H6, H6_2, CE_LAN6 = "2001:db8:12:3401::10", "2001:db8:12:3401::11", "2001:db8:12:3401::1"      # the same, configs/ce-forward.conf
CE_WAN6, E6 = "2001:db8:6::2", "2400:cb00::9"                     # the CE's WAN address, a host on the IPv6 Internet
E, E2 = "198.51.100.9", "198.51.100.200"                          # two hosts on the Internet
BR_V4, N = "203.0.113.1", "203.0.113.20"                          # the BR's Internet address and its neighbour

MAC = {
    "lan": "02:00:00:00:0c:01", "wan": "02:00:00:00:0c:02",            # the CE
    "map": "02:00:00:00:0b:01", "internet": "02:00:00:00:0b:02",       # the BR
    H: "02:00:00:00:01:10", H2: "02:00:00:00:01:11", H6: "02:00:00:00:01:10", H6_2: "02:00:00:00:01:11", N: "02:00:00:00:04:20",
    "wan gateway": "02:00:00:00:06:01", "map gateway": "02:00:00:00:06:02",
    "internet gateway": "02:00:00:00:04:01",
}
OTHER_MAC, BROADCAST = "02:00:00:00:99:99", "ff:ff:ff:ff:ff:ff"

SOFTWIRE_MTU = 1460                         # WAN MTU 1500 - 40


# ---- IPv4 packets ----

def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(src, dst, proto, payload=b"", ttl=64, tos=0, ipid=1, df=True, mf=False, offset=0, nops=0, options=b""):
    """Any IPv4 packet; `options`, or `nops` option bytes that mean nothing (a multiple of 4), follow the header."""
    flags = 0x4000 * (df and not mf and not offset) | 0x2000 * mf | offset
    options += b"\1" * nops
    header = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, tos, 20 + len(options) + len(payload), ipid, flags,
                         ttl, proto, 0, IPv4Address(src).packed, IPv4Address(dst).packed) + options
    return refresh(header) + payload


def _pseudo_header(src, dst, proto, length):
    return IPv4Address(src).packed + IPv4Address(dst).packed + struct.pack("!HH", proto, length)


def udp(src, sport, dst, dport, data=b"MAP-E", csum=None, length=None, **fields):
    """`csum` and `length` replace the right values."""
    length = 8 + len(data) if length is None else length
    ports = struct.pack("!HHH", sport, dport, length)
    if csum is None:
        csum = checksum(_pseudo_header(src, dst, 17, length) + ports + b"\0\0" + data) or 0xffff
    return ip(src, dst, 17, ports + struct.pack("!H", csum) + data, **fields)


def tcp(src, sport, dst, dport, flags="A", data=b"", options=b"", dataofs=None, seq=1000, ack=0, window=8192, **fields):
    """`flags` as tcpdump writes them; `dataofs` replaces the right value, in words."""
    options += b"\0" * (-len(options) % 4)
    words = 5 + len(options) // 4 if dataofs is None else dataofs
    bits = sum(1 << "FSRPAUEW".index(flag) for flag in flags)
    header = struct.pack("!HHIIBBH", sport, dport, seq, ack, words << 4, bits, window)
    segment = b"\0\0\0\0" + options + data
    csum = checksum(_pseudo_header(src, dst, 6, 16 + len(segment)) + header + segment)
    return ip(src, dst, 6, header + struct.pack("!HH", csum, 0) + options + data, **fields)


def icmp(src, dst, type, code=0, rest=0, data=b"", wrong=0, **fields):
    """Any ICMP message: `rest` are bytes 4-7, `wrong` is added to the right checksum."""
    message = struct.pack("!BBHI", type, code, 0, rest) + data
    return ip(src, dst, 1, poke(message, 2, struct.pack("!H", (checksum(message) + wrong) & 0xffff)), **fields)


def ping(src, dst, id, data=b"MAP-E", **fields):
    return icmp(src, dst, 8, 0, id << 16 | 1, data, **fields)


def pong(src, dst, id, data=b"MAP-E", **fields):
    return icmp(src, dst, 0, 0, id << 16 | 1, data, **fields)


UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM = 3, 11, 12
ERRORS = [(UNREACHABLE, 1), (UNREACHABLE, 3), (UNREACHABLE, 13), (TIME_EXCEEDED, 0), (PARAMETER_PROBLEM, 0)]


def error(src, dst, type, code, quoted, rest=0, **fields):
    """An ICMP error of another node, quoting `quoted`."""
    return icmp(src, dst, type, code, rest, quoted, **fields)


def own_error(src, dst, type, code, offender, mtu=0):
    """An ICMP error of the box itself: RFC 1812 section 4.3.2, as much of the offender as fits in 576 bytes."""
    return icmp(src, dst, type, code, mtu, offender[:576 - 28], tos=0xc0, ipid=0, ttl=64)


# ---- The softwire ----

def tunnel(src, dst, inner, tc=0, hlim=64, ext=(), nh=4, plen=None, version=6, label=0):
    """IPv4-in-IPv6. `ext` are extension headers, each (its number, its bytes after the next-header byte)."""
    numbers = [number for number, _ in ext] + [nh]
    payload = b"".join(bytes([after]) + body for (_, body), after in zip(ext, numbers[1:])) + inner
    plen = len(payload) if plen is None else plen
    return struct.pack("!IHBB16s16s", version << 28 | tc << 20 | label, plen, numbers[0], hlim,
                       IPv6Address(src).packed, IPv6Address(dst).packed) + payload


HOP_BY_HOP = (0, bytes.fromhex("00 01 04 00 00 00 00"))              # PadN
DEST_OPTIONS = (60, bytes.fromhex("00 01 04 00 00 00 00"))           # PadN
ENCAP_LIMIT = (60, bytes.fromhex("00 04 01 04 01 01 00"))            # RFC 2473 section 5.1: limit 4, PadN
ROUTING_DONE = (43, bytes.fromhex("00 04 00 00 00 00 00"))           # segments left 0
SOURCE_ROUTE = (43, bytes.fromhex("02 00 01 00000000") + IPv6Address(E6).packed)     # RFC 2460: type 0, one segment left
ROUTING_LEFT = (43, bytes.fromhex("00 04 01 00 00 00 00"))           # segments left 1


FRAGMENT_ID = 0x4d415045


def fragment_header(offset=0, more=False, id=FRAGMENT_ID):
    return 44, struct.pack("!BHI", 0, offset << 3 | more, id)


def up(inner, **fields):
    """What the CE under test sends to the BR."""
    return tunnel(CE, BR, inner, **fields)


def down(inner, **fields):
    """What the BR sends to the CE under test."""
    return tunnel(BR, CE, inner, **fields)


# ---- Fragments ----

def cut(packet, *places, header=None):
    """RFC 791: the IPv4 packet in pieces, its payload cut at these places (multiples of 8); DF stays as it is.

    `header`: that of the later pieces, where the options are not the same."""
    start, field = (packet[0] & 15) * 4, struct.unpack_from("!H", packet, 6)[0]
    payload, places = packet[start:], [0, *places, len(packet) - start]
    pieces = []
    for here, there in zip(places, places[1:]):
        head = header if header and here else packet[:start]
        more = 0x2000 * (there < len(payload))
        head = poke(head, 2, struct.pack("!H", len(head) + there - here))
        pieces.append(refresh(poke(head, 6, struct.pack("!H", field + here // 8 | more))) + payload[here:there])
    return pieces


def cut_to_fit(packet, mtu):
    """RFC 791: as few pieces as the link takes, all but the last as large as it takes."""
    start = (packet[0] & 15) * 4
    step = (mtu - start) // 8 * 8
    return cut(packet, *range(step, len(packet) - start, step))


def spent(packet, by=1):
    """The packet after so many routers."""
    return refresh(poke(packet, 8, bytes([packet[8] - by])))


def without_df(packet):
    return refresh(poke(packet, 6, bytes([packet[6] & 0xbf])))


def cut6(packet, *places, id=FRAGMENT_ID, head=40):
    """RFC 8200 section 4.5: the IPv6 packet in pieces, what follows the first `head` bytes cut at these places."""
    number = packet[6] if head == 40 else packet[40]       # there is at most one extension header in front
    payload, places = packet[head:], [0, *places, len(packet) - head]
    front = poke(packet[:head], 6 if head == 40 else 40, b"\x2c")
    pieces = []
    for here, there in zip(places, places[1:]):
        fragment = struct.pack("!BBHI", number, 0, here | (there < len(payload)), id)
        length = struct.pack("!H", head - 40 + 8 + there - here)
        pieces.append(poke(front, 4, length) + fragment + payload[here:there])
    return pieces


def cut6_to_fit(packet, mtu):
    """As few pieces as the path takes, all but the last as large as it takes; the identification is 0."""
    step = (mtu - 48) // 8 * 8
    return cut6(packet, *range(step, len(packet) - 40, step), id=0)


# ---- ICMPv6 ----

def icmp6(src, dst, type, code=0, rest=0, data=b"", wrong=0, hlim=64, tc=0):
    """Any ICMPv6 message: `rest` are bytes 4-7, `wrong` is added to the right checksum."""
    message = struct.pack("!BBHI", type, code, 0, rest) + data
    pseudo = IPv6Address(src).packed + IPv6Address(dst).packed + struct.pack("!II", len(message), 58)
    csum = (checksum(pseudo + message) + wrong) & 0xffff
    return tunnel(src, dst, poke(message, 2, struct.pack("!H", csum)), tc=tc, hlim=hlim, nh=58)


def udp6(src, sport, dst, dport, data=b"MAP-E", **fields):
    """Native IPv6; `fields` as of tunnel()."""
    length = 8 + len(data)
    pseudo = IPv6Address(src).packed + IPv6Address(dst).packed + struct.pack("!II", length, 17)
    csum = checksum(pseudo + struct.pack("!HHHH", sport, dport, length, 0) + data) or 0xffff
    return tunnel(src, dst, struct.pack("!HHHH", sport, dport, length, csum) + data, nh=17, **fields)


def ping6(src, dst, id=7, **fields):
    return icmp6(src, dst, 128, 0, id << 16 | 1, b"MAP-E", **fields)


def hopped(packet):
    """The IPv6 packet after a router."""
    return poke(packet, 7, bytes([packet[7] - 1]))


UNREACHABLE6, TOO_BIG6, TIME_EXCEEDED6, PARAMETER_PROBLEM6 = 1, 2, 3, 4


def own_error6(src, dst, type, code, offender, rest=0):
    """An ICMPv6 error of the box itself: RFC 4443 section 2.4 (c), as much of the offender as fits in 1280 bytes."""
    return icmp6(src, dst, type, code, rest, offender[:1280 - 48])


# ---- Tables that hold for CE and BR ----

NOT_ECT, ECT1, ECT0, CONGESTED = range(4)
UNUSED = True

# RFC 6040 figure 4: {(inner, outer): (what leaves, whether this combination is unused so far)}; None: to be dropped.
ECN_DECAPSULATION = {
    (NOT_ECT, NOT_ECT): (NOT_ECT, False),   (NOT_ECT, ECT0): (NOT_ECT, UNUSED),
    (NOT_ECT, ECT1): (NOT_ECT, UNUSED),     (NOT_ECT, CONGESTED): (None, UNUSED),
    (ECT0, NOT_ECT): (ECT0, False),         (ECT0, ECT0): (ECT0, False),
    (ECT0, ECT1): (ECT1, False),            (ECT0, CONGESTED): (CONGESTED, False),
    (ECT1, NOT_ECT): (ECT1, False),         (ECT1, ECT0): (ECT1, UNUSED),
    (ECT1, ECT1): (ECT1, False),            (ECT1, CONGESTED): (CONGESTED, False),
    (CONGESTED, NOT_ECT): (CONGESTED, False), (CONGESTED, ECT0): (CONGESTED, False),
    (CONGESTED, ECT1): (CONGESTED, UNUSED), (CONGESTED, CONGESTED): (CONGESTED, False),
}


def mss(value):
    return b"\2\4" + struct.pack("!H", value)


_NOP, _SACK, _WSCALE, _TIMESTAMP = b"\1", b"\4\2", b"\3\3\7", b"\x08\x0a" + bytes(8)
_FAST_OPEN = b"\x22\x12" + b"a cookie of 16 B"

# TCP options of a SYN through a softwire whose MTU is 1460: (in, out; None where nothing changes).
MSS_CLAMP = (
    (mss(1460), mss(1420)), (mss(1421), mss(1420)), (mss(65535), mss(1420)),
    (mss(1420), None), (mss(1400), None), (mss(536), None), (mss(0), None), (b"", None), (_TIMESTAMP, None),
    (_NOP + mss(1460), _NOP + mss(1420)),                               # the value at an odd place
    (_NOP * 3 + mss(1460) + _SACK, _NOP * 3 + mss(1420) + _SACK),
    (_WSCALE + mss(1460), _WSCALE + mss(1420)),
    (_SACK + _TIMESTAMP + _WSCALE + _NOP + mss(1460), _SACK + _TIMESTAMP + _WSCALE + _NOP + mss(1420)),
    (_FAST_OPEN + _NOP * 18 + mss(1460), _FAST_OPEN + _NOP * 18 + mss(1420)),       # data offset 15
    (b"\0" + mss(1460), None),                                          # behind the end of the options
    (b"\2\0" + mss(1460), None), (_NOP * 2 + b"\2\4", None), (_NOP + b"\x1e\xff\0", None),       # broken options
)


# ---- Damage ----

def poke(packet, at, value):
    """The packet with `value` at byte `at`, its checksums as they were."""
    return packet[:at] + value + packet[at + len(value):]


def refresh(packet):
    """The packet with a right IPv4 header checksum, over as many bytes as its IHL says."""
    cleared = poke(packet, 10, b"\0\0")
    return poke(cleared, 10, struct.pack("!H", checksum(cleared[:(packet[0] & 15) * 4])))


def l4_checksum_wrong(packet, by=1):
    """A TCP or UDP packet (IHL 5) whose checksum is off by `by` in ones' complement arithmetic."""
    at = 20 + (16 if packet[9] == 6 else 6)
    value = struct.unpack_from("!H", packet, at)[0] + by
    return poke(packet, at, struct.pack("!H", (value & 0xffff) + (value >> 16)))


def broken_l4(src, mine, dst, yours):
    """Every way to spoil the header of a TCP, UDP or ICMP packet from src:mine to dst:yours."""
    for length in 0, 4, 7, 14, 65535:                           # 13 is right
        yield udp(src, mine, dst, yours, b"12345", length=length)
    yield ip(src, dst, 17, udp(src, mine, dst, yours)[20:27])
    yield ip(src, dst, 17)
    yield udp(src, 0, dst, yours)
    yield udp(src, mine, dst, 0)
    for words in 0, 4, 6, 15:                                   # 5 is right
        yield tcp(src, mine, dst, yours, "S", dataofs=words)
    for length in 19, 4, 0:
        yield ip(src, dst, 6, tcp(src, mine, dst, yours, "S")[20:20 + length])
    yield tcp(src, 0, dst, yours, "S")
    yield tcp(src, mine, dst, 0, "S")
    yield ip(src, dst, 1, ping(src, dst, mine)[20:27])
    yield ip(src, dst, 1)


def selftest():
    selftest_arithmetic()
    selftest_builders()


def selftest_arithmetic():
    """RFC 7597 appendix A and further published numbers: (rule, IPv4 and port, MAP address in both formats)."""
    vectors = [
        (("2001:db8::/40", "192.0.2.0/24", 16, 6), "192.0.2.18", 1232,
         "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
        (("2001:db8::/40", "192.0.2.0/24", 16, 4), "192.0.2.18", 4928,
         "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
        (("2001:db8:100::/42", "192.0.2.0/24", 14, 6), "192.0.2.72", 1856,
         "2001:db8:112:3400:0:c000:248:34", "2001:db8:112:3400:c0:2:4800:3400"),
        (("2001:db8:0:1000::/52", "192.0.2.0/24", 16, 6), "192.0.2.18", 1232,
         "2001:db8:0:1123:4000:c000:212:34", "2001:db8:0:1123:40c0:2:1200:3400"),
        (("2001:db8::/40", "198.51.0.0/16", 8), "198.51.100.77", 53, "2001:db8:64::c633:6400:0", None),
        (("2001:db8::/40", "192.0.2.0/24", 8), "192.0.2.18", 53, "2001:db8:12::c000:212:0", None),
        (("2001:db8::/40", "192.0.2.0/24", 14, 0), "192.0.2.18", 1024, "2001:db8:12:400:0:c000:212:1", None),
        (("2001:db8:12::/48", "192.0.2.18/32", 8, 6), "192.0.2.18", 1232,
         "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
        (("2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6, 0x34, 8), "192.0.2.18", 1232,
         "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400"),
        (("2001:db8:0:1200::/56", "192.0.2.18/32", 8, 4), "192.0.2.18", 4928,
         "2001:db8:0:1234:0:c000:212:34", "2001:db8:0:1234:c0:2:1200:3400"),
        (("2001:db8::/32", "0.0.0.0/0", 32), "192.0.2.18", 53, "2001:db8:c000:212:0:c000:212:0", None),
        (("2001::/16", "0.0.0.0/0", 48, 0), "192.0.2.18", 1232, "2001:c000:212:4d0:0:c000:212:4d0", None),
    ]
    for rule, ipv4, port, rfc, draft in vectors:
        for iid, want in ("rfc7597", rfc), ("draft03", draft):
            got = Rule(*rule, iid=iid).map_address(ipv4, port)
            assert want is None or IPv6Address(got) == IPv6Address(want), (rule, iid, got, want)
    assert len(F1.ports(0x34)) == 252 and F1.ports(0x34)[:5] == [1232, 1233, 1234, 1235, 2256]
    assert F1.psid_of(208) is None and F1.map_address(V4, 1232) == CE1 and F1.map_address(V4, 1236) == CE2


def selftest_builders():
    """Scapy builds the same bytes."""
    logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
    from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, fragment
    from scapy.layers.inet6 import (ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                    IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN, fragment6)

    their_ip = IP(src=H, dst=E, ttl=9, tos=2, id=7, flags="DF")
    fields = {"ttl": 9, "tos": 2, "ipid": 7}
    same = [
        (udp(H, 5000, E, 53, b"odd", **fields), their_ip / UDP(sport=5000, dport=53) / b"odd"),
        (udp(H, 5000, E, 53, csum=0, **fields), their_ip / UDP(sport=5000, dport=53, chksum=0) / b"MAP-E"),
        (tcp(H, 5000, E, 80, "SAE", b"x", b"\x02\x04\x05\xb4", **fields),
         their_ip / TCP(sport=5000, dport=80, flags="SAE", seq=1000, options=[("MSS", 1460)]) / b"x"),
        (tcp(H, 5000, E, 80, "PA", b"x", seq=2**32 - 1, ack=77, window=5, **fields),
         their_ip / TCP(sport=5000, dport=80, flags="PA", seq=2**32 - 1, ack=77, window=5) / b"x"),
        (ping(H, E, 7, **fields), their_ip / ICMP(type=8, id=7, seq=1) / b"MAP-E"),
        (error(H, E, 3, 4, b"quoted..", 1460, **fields),
         their_ip / ICMP(type=3, code=4, nexthopmtu=1460) / b"quoted.."),
        (ip(H, E, 47, b"gre", nops=8, mf=True, offset=3),
         IP(src=H, dst=E, proto=47, flags="MF", frag=3, options=[IPOption_NOP()] * 8) / b"gre"),
    ]
    same += [(tunnel(CE1, BR, ours, tc=3, hlim=5), IPv6(src=CE1, dst=BR, tc=3, hlim=5, nh=4) / theirs)
             for ours, theirs in same]
    padding = PadN(optdata=b"\0" * 4)
    same.append((tunnel(CE1, BR, b"inner", ext=[HOP_BY_HOP, DEST_OPTIONS, fragment_header(185, True)]),
                 IPv6(src=CE1, dst=BR) / IPv6ExtHdrHopByHop(options=[padding]) / IPv6ExtHdrDestOpt(options=[padding])
                 / IPv6ExtHdrFragment(nh=4, offset=185, m=1, id=0x4d415045) / b"inner"))
    their_ip, their_ip6 = IP(src=H, dst=E, id=1), IPv6(src=CE1, dst=BR)
    same += zip(cut(udp(H, 5000, E, 53, bytes(1492), df=False), 1440),
                fragment(their_ip / UDP(sport=5000, dport=53) / bytes(1492), 1440), strict=True)
    long = UDP(sport=1, dport=2) / bytes(3000)
    same += zip(cut6(bytes(their_ip6 / long), 1448, 2896),
                fragment6(their_ip6 / IPv6ExtHdrFragment(id=FRAGMENT_ID) / long, 1496), strict=True)
    same += [(icmp6(CE1, BR, 2, 0, 1280, b"quoted"), their_ip6 / ICMPv6PacketTooBig(mtu=1280) / b"quoted"),
             (icmp6(CE1, BR, 128, 0, 7 << 16 | 1, b"x"), their_ip6 / ICMPv6EchoRequest(id=7, seq=1) / b"x"),
             (udp6(CE1, 5000, BR, 53, b"odd", hlim=9), IPv6(src=CE1, dst=BR, hlim=9) / UDP(sport=5000, dport=53) / b"odd")]
    same.append((tunnel(CE1, BR, b"x", ext=[SOURCE_ROUTE], nh=59),
                 their_ip6 / IPv6ExtHdrRouting(addresses=[E6], nh=59) / b"x"))
    for ours, theirs in same:
        assert ours == bytes(theirs), (ours.hex(), bytes(theirs).hex(), theirs.summary())
