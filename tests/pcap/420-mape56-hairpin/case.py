# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-56 B4 — RFC 7597 section 8.1: a packet from CE to CE is checked as from the one, mapped and encapsulated to
the other, with the BR as source; its TTL goes down once."""
from scenario import *

case = Case("br")
EXCLUDED, FOREIGN = 208, 1236

case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4, 1236))).gives(
    map=tunnel(BR, CE2, udp(V4, 1232, V4, 1236, ttl=63))).event("hairpin")
case.send(map=tunnel(CE2, BR, tcp(V4, 1236, V4, 1232, "SA"))).gives(
    map=tunnel(BR, CE1, tcp(V4, 1236, V4, 1232, "SA", ttl=63))).event("hairpin")
case.send(map=tunnel(CE1, BR, ping(V4, "192.0.2.77", 1232))).gives(
    map=tunnel(BR, "2001:db8:4d:3400:0:c000:24d:34", ping(V4, "192.0.2.77", 1232, ttl=63))).event("hairpin")
case.send(map=tunnel(CE1, BR, error(V4, V4, 3, 3, udp(V4, 1236, V4, 1232)))).gives(
    map=tunnel(BR, CE2, error(V4, V4, 3, 3, udp(V4, 1236, V4, 1232), ttl=63))).event("hairpin")

# ECN through both tunnels.
case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4, 1236, tos=3), tc=3)).gives(
    map=tunnel(BR, CE2, udp(V4, 1232, V4, 1236, tos=3, ttl=63), tc=3)).event("hairpin")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4, 1236, tos=2), tc=3)).gives(
    map=tunnel(BR, CE2, udp(V4, 1232, V4, 1236, tos=3, ttl=63), tc=3)).event("hairpin")

case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4, EXCLUDED))).drops("port_excluded")
case.send(map=tunnel(CE1, BR, udp(V4, FOREIGN, V4, 1240))).drops("spoof_v4")
