# SPDX-License-Identifier: BSD-3-Clause
"""SEC-13 NAT-30 TRAP-26 — when the table of sessions is full, new ones are refused and no live one ends; one that has ended makes
room."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { sessions = 16; };'})
NUMBERS = range(1000, 1016)


def out(port, **when):
    return case.send(lan=udp(H, 5000, E, port), **when).gives(wan=up(udp(V4, PORT, E, port, ttl=63)))


for port in NUMBERS:
    out(port).opens()
for packet in udp(H, 5000, E, 2000), udp(H2, 5000, E2, 53), tcp(H, 5000, E, 80, "S"), ping(H2, E, 7):
    case.send(lan=packet).drops("nat_table_full")
for port in NUMBERS:
    case.send(wan=down(udp(E, port, V4, PORT))).gives(lan=udp(E, port, H, 5000, ttl=63))
for port in NUMBERS:
    if port != 1003:
        out(port, at=200 + port / 1000)
case.send(at=305, lan=tcp(H, 5000, E, 80, "S")).gives(wan=up(tcp(V4, PORT, E, 80, "S", ttl=63))).opens().expires()
case.send(lan=udp(H, 5000, E, 2000)).drops("nat_table_full")
case.expect(nat={"sessions": 16})
