# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-55 MAPE-12 B12 — RFC 7597 section 5.2: a whole address (vector V6) carries every port and protocol, and is
source-checked like any other."""
from scenario import *

case = Case("br", edit={"ea = 16; offset = 6": "ea = 8"})
WHOLE = "2001:db8:12::c000:212:0"
ANYTHING = [udp(E, 53, V4, 22), tcp(E, 80, V4, 208, "S"), pong(E, V4, 0), ip(E, V4, 47, bytes(8)),
            ip(E, V4, 50, bytes(32)), ip(E, V4, 41, bytes(40)), ip(E, V4, 132, bytes(12)),
            ip(E, V4, 4, udp(E2, 1, V4, 1))]


def turned(packet, source=V4, ttl=64):
    """The same protocol bytes from the CE to E; checksums that cover addresses turn with them."""
    return refresh(poke(poke(packet, 8, bytes([ttl])), 12, IPv4Address(source).packed + packet[12:16]))


for packet in ANYTHING:
    case.send(internet=packet).gives(map=tunnel(BR, WHOLE, refresh(poke(packet, 8, b"\x3f"))))
    case.send(map=tunnel(WHOLE, BR, turned(packet))).gives(internet=turned(packet, ttl=63))
    case.send(map=tunnel(WHOLE, BR, turned(packet, "192.0.2.19"))).drops("spoof_v4")
case.send(map=tunnel("2001:db8:12::1", BR, udp(V4, 22, E, 53))).drops("spoof_v6")
case.send(map=tunnel("2001:db8:13::c000:213:0", BR, udp(V4, 22, E, 53))).drops("spoof_v4")
