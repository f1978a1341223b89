# SPDX-License-Identifier: BSD-3-Clause
"""NAT-29 — RFC 5382 section 5: closed connections need not be held for four minutes: tcp_closing_timeout and
tcp_reset_timeout say how long, and no stray segment makes it longer."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { tcp_closing_timeout = 5; tcp_reset_timeout = 7; };'})


def out(flags, **when):
    return case.send(lan=tcp(H, 5000, E, 80, flags), **when).gives(wan=up(tcp(V4, PORT, E, 80, flags, ttl=63)))


def back(flags, **when):
    return case.send(wan=down(tcp(E, 80, V4, PORT, flags)), **when).gives(lan=tcp(E, 80, H, 5000, flags, ttl=63))


out("S", at=0).opens()
back("SA")
out("FA", at=10)
back("A", at=100)                                   # closed by one side: held
back("FA", at=110)
out("A", at=114)
theirs = tcp(H2, 5000, E, 80, "S")
case.send(at=115, lan=theirs).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, theirs))
case.send(at=117, lan=theirs).gives(wan=up(tcp(V4, PORT, E, 80, "S", ttl=63))).opens().expires()
case.send(at=118, wan=down(tcp(E, 80, V4, PORT, "RA", seq=0))).gives(lan=tcp(E, 80, H2, 5000, "RA", seq=0, ttl=63))
case.send(at=125, lan=tcp(H, 5001, E, 80, "S")).drops("nat_no_port").replies(
    lan=own_error(CE_LAN, H, 3, 13, tcp(H, 5001, E, 80, "S")))
out("S", at=127).opens().expires()
