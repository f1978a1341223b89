# SPDX-License-Identifier: BSD-3-Clause
"""FW-04 FW-24 FW-26 — RFC 5095: no Routing header of type 0 passes, wherever in the chain; RFC 4890: no ICMPv6 of links and sites;
RFC 8504 section 5.3: no chain of more headers than nine."""
from scenario import *

case = Case("ce-forward")
there = udp6(H6, 5000, E6, 53)[40:]
NO_SEGMENTS = (43, bytes.fromhex("00 00 00 00 00 00 00"))
for headers in [SOURCE_ROUTE], [NO_SEGMENTS], [HOP_BY_HOP, SOURCE_ROUTE], [DEST_OPTIONS, SOURCE_ROUTE, ROUTING_DONE]:
    case.send(lan=Native(tunnel(H6, E6, there, nh=17, ext=headers))).drops("routing_header")
    case.send(wan=tunnel(E6, H6, there, nh=17, ext=headers)).drops("routing_header")
for count in 1, 8, 9:
    case.passes(tunnel(H6, E6, there, nh=17, ext=[DEST_OPTIONS] * count))
for count in 10, 20:
    case.send(wan=tunnel(E6, H6, there, nh=17, ext=[DEST_OPTIONS] * count)).drops("ipv6_ext")

REFUSED = {100, 101, 127, *range(130, 144), 148, 149, 151, 152, 153, 200, 201, 255}
for type in range(256):
    inward, outward = icmp6(E6, H6, type, 0, 0, bytes(20)), icmp6(H6, E6, type, 0, 0, bytes(20))
    if type in REFUSED:
        case.send(wan=inward).drops("icmp6_local")
        case.send(lan=Native(outward)).drops("icmp6_local")
    else:
        case.passes(inward, to="lan")
        case.passes(outward)
solicitation = icmp6(E6, H6, 135, 0, 0, bytes(20))
case.send(wan=tunnel(E6, H6, solicitation[40:], nh=58, ext=[DEST_OPTIONS])).drops("icmp6_local")
case.send(wan=tunnel(E6, H6, solicitation[40:], nh=58, ext=[fragment_header()])).drops("icmp6_local")
# What cannot be told is for its receiver to refuse (RFC 7045 section 2.1).
case.passes(tunnel(E6, H6, solicitation[40:], nh=58, ext=[fragment_header(offset=1)]), to="lan")
case.passes(tunnel(E6, H6, b"\x3a\x05cut", nh=60), to="lan")
case.passes(tunnel(E6, H6, b"", nh=58), to="lan")
