# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-42 NAT-22 — RFC 7597 section 8.3.1: with a WAN MTU of 1540 bytes the softwire carries 1500, and nothing is fragmented, told or
clamped."""
from scenario import *

case = Case("ce", edit={'mac = "02:00:00:00:0c:02"; mtu = 1500': 'mac = "02:00:00:00:0c:02"; mtu = 1540'})
full = bytes(1500 - 28)

case.send(lan=udp(H, 5000, E, 4500, full)).gives(wan=up(udp(V4, PORT, E, 4500, full, ttl=63))).opens()
case.send(wan=down(udp(E, 4500, V4, PORT, full))).gives(lan=udp(E, 4500, H, 5000, full, ttl=63))
case.send(lan=tcp(H, 5000, E, 80, "S", options=mss(1460))).gives(
    wan=up(tcp(V4, PORT, E, 80, "S", options=mss(1460), ttl=63))).opens()
