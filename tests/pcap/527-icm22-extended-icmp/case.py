# SPDX-License-Identifier: BSD-3-Clause
"""ICM-22 — RFC 4884: an ICMP error with extensions (MPLS labels of a traceroute) passes in both directions as it is;
of an ICMPv6 error only the quoted packet is relayed, not what follows it."""
from scenario import *

case = Case("br")
MPLS = bytes.fromhex("2000 0000 0008 0101 0001 2d01")             # one object: a label stack entry (RFC 4950)
EXTENSION = poke(MPLS, 2, checksum(MPLS).to_bytes(2, "big"))
WORDS = 128 // 4 << 16                                            # the length field: 128 bytes are the quoted packet


def quoting(packet):
    return packet[:128].ljust(128, b"\0") + EXTENSION


for type, code in (UNREACHABLE, 3), (TIME_EXCEEDED, 0), (PARAMETER_PROBLEM, 0):
    there = error(E2, V4, type, code, quoting(udp(V4, 1232, E, 53, bytes(50), ttl=1)), WORDS)
    case.send(internet=there).gives(map=tunnel(BR, CE1, spent(there)))
    back = error(V4, E, type, code, quoting(udp(E, 53, V4, 1232, bytes(50), ttl=1)), WORDS)
    case.send(map=tunnel(CE1, BR, back)).gives(internet=spent(back))
    case.send(map=tunnel(CE1, BR, error(V4, E, type, code, quoting(udp(E, 53, V4, 1236)), WORDS))).drops("spoof_v4")

# In ICMPv6 the length counts units of 8 bytes, in the first of the four bytes.
inner = udp(E, 53, V4, 1232, bytes(60), ttl=63)
about = tunnel(BR, CE1, inner)
assert len(about) == 128
for type in UNREACHABLE6, TIME_EXCEEDED6:
    message = icmp6("2001:db8:beef::5", BR, type, 0, 128 // 8 << 24, about + EXTENSION)
    case.send(map=message).drops("icmp6_relayed").replies(internet=own_error(BR_V4, E, 3, 1, inner))
