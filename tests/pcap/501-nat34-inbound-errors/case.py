# SPDX-License-Identifier: BSD-3-Clause
"""NAT-34 NAT-42 NAT-19 NAT-20 — RFC 5508 REQ-4, REQ-6: an ICMP error about a packet of ours, from whatever router,
reaches the host with the host's own packet in it, all checksums right; it ends no session."""
from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")
ROUTER = E2

# The packet as it left and as its host sent it; routers quote all of it or 8 bytes after the IP header.
QUOTED = (
    (udp(V4, PORT, E, 53, ttl=1), udp(H, 5000, E, 53, ttl=1)),
    (udp(V4, PORT, E, 53, csum=0), udp(H, 5000, E, 53, csum=0)),
    (udp(V4, PORT, E, 53, nops=4), udp(H, 5000, E, 53, nops=4)),                     # IHL 6 and 15
    (udp(V4, PORT, E, 53, nops=40), udp(H, 5000, E, 53, nops=40)),
    (tcp(V4, PORT, E, 80, "S"), tcp(H, 5000, E, 80, "S")),
    (ping(V4, E, PORT), ping(H, E, 7)),
    (udp(V4, PORT, E, 53)[:28], udp(H, 5000, E, 53)[:28]),
    (tcp(V4, PORT, E, 80, "S")[:28], tcp(H, 5000, E, 80, "S")[:28]),
    (ping(V4, E, PORT)[:28], ping(H, E, 7)[:28]),
)
for outside, inside in QUOTED:
    for type, code in ERRORS:
        case.send(wan=down(error(ROUTER, V4, type, code, outside))).gives(
            lan=error(ROUTER, H, type, code, inside, ttl=63))
outside, inside = QUOTED[0]
case.send(wan=down(error(ROUTER, V4, 3, 4, outside, rest=1400))).gives(lan=error(ROUTER, H, 3, 4, inside, 1400, ttl=63))
case.send(wan=down(error(E, V4, 3, 3, outside, nops=20))).gives(lan=error(E, H, 3, 3, inside, ttl=63, nops=20))

case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))                 # still there
case.send(wan=down(tcp(E, 80, V4, PORT, "SA"))).gives(lan=tcp(E, 80, H, 5000, "SA", ttl=63))
case.send(wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 7, ttl=63))
