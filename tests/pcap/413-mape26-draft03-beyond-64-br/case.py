# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-25 MAPE-26 TRAP-4 — the same format with a prefix of 68 bits (vector V4): bits 64-67 are the prefix's."""
from scenario import *

case = Case("br", edit={'iid = "rfc7597"': 'iid = "draft03"', "2001:db8::/40": "2001:db8:0:1000::/52"})
DRAFT = "2001:db8:0:1123:40c0:2:1200:3400"

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, DRAFT, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(DRAFT, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
case.send(map=tunnel(DRAFT, BR, udp("192.0.2.19", 1232, E, 53))).drops("spoof_v4")
