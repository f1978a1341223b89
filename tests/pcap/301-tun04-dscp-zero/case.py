# SPDX-License-Identifier: BSD-3-Clause
"""TUN-04 — RFC 2473 section 6.4: the outer DSCP is 0 by default, whatever the inner one; the inner one passes
unchanged."""
from scenario import *

case = Case("ce")
case.open("udp")

for dscp in 0, 8, 46, 63:
    case.send(lan=udp(H, 5000, E, 53, tos=dscp << 2)).gives(wan=up(udp(V4, PORT, E, 53, tos=dscp << 2, ttl=63), tc=0))
    case.send(wan=down(udp(E, 53, V4, PORT, tos=dscp << 2), tc=46 << 2)).gives(
        lan=udp(E, 53, H, 5000, tos=dscp << 2, ttl=63))
