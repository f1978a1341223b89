# SPDX-License-Identifier: BSD-3-Clause
"""NAT-13 MAPE-52 — RFC 7597 section 10, RFC 4787 REQ-8: by default a mapping admits every port of an address its host
has spoken to, and no other address."""
from scenario import *

case = Case("ce")
case.open("udp", "ping")

case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.send(wan=down(udp(E, 99, V4, PORT))).gives(lan=udp(E, 99, H, 5000, ttl=63))
case.send(wan=down(udp(E2, 53, V4, PORT))).drops("nat_filtered")
case.send(wan=down(pong(E2, V4, PORT))).drops("nat_filtered")

case.send(lan=udp(H, 5000, E2, 99)).gives(wan=up(udp(V4, PORT, E2, 99, ttl=63))).opens()
case.send(wan=down(udp(E2, 53, V4, PORT))).gives(lan=udp(E2, 53, H, 5000, ttl=63))
