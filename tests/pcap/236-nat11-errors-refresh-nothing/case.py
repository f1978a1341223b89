# SPDX-License-Identifier: BSD-3-Clause
"""NAT-11 NAT-36 NAT-19 — RFC 7857 section 7.1, RFC 5508 REQ-6, RFC 4787 REQ-12: an ICMP error, from outside or from the host, neither
keeps a session alive nor ends it, be it about UDP, TCP or a query; a reset that answers nothing keeps nothing alive either."""
from scenario import *

case = Case("ce")
case.send(at=0, lan=udp(H, 5000, E, 4500)).gives(wan=up(udp(V4, PORT, E, 4500, ttl=63))).opens()
case.send(at=1, lan=tcp(H, 5000, E, 80, "S")).gives(wan=up(tcp(V4, PORT, E, 80, "S", ttl=63))).opens()
case.send(at=250, lan=ping(H, E, 7)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens().expires()       # TCP: 240 s
case.send(at=251, lan=tcp(H, 5000, E, 80, "S")).gives(wan=up(tcp(V4, PORT, E, 80, "S", ttl=63))).opens()


def errors(at, *kinds):
    for outside, inside in kinds:
        case.send(at=at, wan=down(error(E2, V4, 3, 1, outside))).gives(lan=error(E2, H, 3, 1, inside, ttl=63))
        at += 0.1


def reports(at, *kinds):
    for inside, outside in kinds:
        case.send(at=at, lan=error(H, E, 3, 3, inside)).gives(wan=up(error(V4, E, 3, 3, outside, ttl=63)))
        at += 0.1


UDP = udp(V4, PORT, E, 4500), udp(H, 5000, E, 4500)
TCP = tcp(V4, PORT, E, 80, "S"), tcp(H, 5000, E, 80, "S")
PING = ping(V4, E, PORT), ping(H, E, 7)
errors(299, UDP, TCP, PING)
reports(299.5, (udp(E, 4500, H, 5000), udp(E, 4500, V4, PORT)), (pong(E, H, 7), pong(E, V4, PORT)))
case.send(at=302, wan=down(udp(E, 4500, V4, PORT))).drops("nat_no_mapping").expires()
errors(309, PING)
case.send(at=312, wan=down(pong(E, V4, PORT))).drops("nat_no_mapping").expires()
errors(490, TCP)
case.send(at=493, wan=down(tcp(E, 80, V4, PORT, "SA"))).drops("nat_no_mapping").expires()
case.send(lan=error(H, E, 3, 3, udp(E, 4500, H, 5000))).drops("nat_no_mapping")
