# SPDX-License-Identifier: BSD-3-Clause
"""TUN-05 — RFC 6040 section 4.1: encapsulation copies the inner ECN field (normal mode)."""
from scenario import *

case = Case("ce")
case.open("udp")

for dscp in 0, 46:
    for ecn in 0, 1, 2, 3:
        tos = dscp << 2 | ecn
        case.send(lan=udp(H, 5000, E, 53, tos=tos)).gives(wan=up(udp(V4, PORT, E, 53, tos=tos, ttl=63), tc=ecn))
