# SPDX-License-Identifier: BSD-3-Clause
"""TUN-04 TUN-05 — RFC 2983 section 3, RFC 6040 section 4.1: with traffic_class = "copy" the outer DSCP is the inner
one; back, the inner one stays."""
from scenario import *

case = Case("ce", edit={'name = "map0";': 'name = "map0"; traffic_class = "copy";'})
case.open("udp")

for tos in 0, 46 << 2, 46 << 2 | 2, 63 << 2 | 3:
    case.send(lan=udp(H, 5000, E, 53, tos=tos)).gives(wan=up(udp(V4, PORT, E, 53, tos=tos, ttl=63), tc=tos))
case.send(wan=down(udp(E, 53, V4, PORT, tos=8 << 2), tc=46 << 2)).gives(lan=udp(E, 53, H, 5000, tos=8 << 2, ttl=63))
