# SPDX-License-Identifier: BSD-3-Clause
"""NAT-35 NAT-42 — RFC 5508 REQ-5: an ICMP error from the LAN leaves from the shared address, its quoted destination
translated to the shared address and the outside port."""
from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")

# What came in, as the host saw it and as the Internet sent it.
QUOTED = (
    (udp(E, 53, H, 5000), udp(E, 53, V4, PORT)),
    (udp(E, 53, H, 5000, csum=0), udp(E, 53, V4, PORT, csum=0)),
    (udp(E, 53, H, 5000, nops=40), udp(E, 53, V4, PORT, nops=40)),
    (tcp(E, 80, H, 5000, "SA"), tcp(E, 80, V4, PORT, "SA")),
    (pong(E, H, 7), pong(E, V4, PORT)),
    (udp(E, 53, H, 5000)[:28], udp(E, 53, V4, PORT)[:28]),
    (tcp(E, 80, H, 5000, "SA")[:28], tcp(E, 80, V4, PORT, "SA")[:28]),
)
for inside, outside in QUOTED:
    for type, code in ERRORS:
        case.send(lan=error(H, E, type, code, inside)).gives(wan=up(error(V4, E, type, code, outside, ttl=63)))

case.table("lan", (
    (error(H, E, 3, 3, udp(E, 53, H, 5001)), "nat_no_mapping"),
    (error(H, E, 3, 3, udp(E, 53, H2, 5000)), "nat_no_mapping"),
    (error(H, E, 3, 3, pong(E, H, 8)), "nat_no_mapping"),
    (icmp(H, E, 3, 3, 0, udp(E, 53, H, 5000), wrong=1), "icmp_bad"),
    (error(H, E, 3, 3, poke(udp(E, 53, H, 5000), 10, b"\0\0")), "icmp_bad"),
    (error(H, E, 3, 3, ip(E, H, 17, udp(E, 53, H, 5000)[20:], offset=185)), "icmp_bad"),
    (error(H, E, 3, 3, udp(E, 53, H, 5000)[:20]), "icmp_bad"),
))
