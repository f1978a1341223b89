# SPDX-License-Identifier: BSD-3-Clause
"""NAT-08 TRAP-28 — RFC 4787 REQ-5 (a): the short timer is for destination port 53 over UDP only, not for a host's own port 53, nor
for other well-known ports, nor TCP."""
from scenario import *

case = Case("ce")
own, ntp, over_tcp = (udp, 53, 5000), (udp, 5000, 123), (tcp, 5000, 53)



now = 0
for kind, inside, port in (own, ntp, over_tcp):
    more = ("S",) if kind is tcp else ()
    case.send(at=now, lan=kind(H, inside, E, port, *more)).gives(wan=up(kind(V4, PORT, E, port, *more, ttl=63))).opens()
    case.send(at=now + 200, wan=down(kind(E, port, V4, PORT))).gives(lan=kind(E, port, H, inside, ttl=63))
    now += 600
    case.send(at=now, wan=down(kind(E, port, V4, PORT))).drops("nat_no_mapping").expires()
    now += 1
case.send(at=now, lan=udp(H, 5000, E, 53)).gives(wan=up(udp(V4, PORT, E, 53, ttl=63))).opens()
# What a session with port 53 lives has nothing to do with the mapping's other sessions.
case.send(at=now + 1, lan=udp(H, 5000, E, 123)).gives(wan=up(udp(V4, PORT, E, 123, ttl=63))).opens()
case.send(at=now + 32, wan=down(udp(E2, 53, V4, PORT))).drops("nat_filtered").expires()
case.send(at=now + 33, wan=down(udp(E, 123, V4, PORT))).gives(lan=udp(E, 123, H, 5000, ttl=63))
