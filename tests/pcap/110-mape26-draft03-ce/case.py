# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-26 TRAP-4 — draft-ietf-softwire-map-03: the CE's interface identifier is the RFC's, moved one byte up (0 |
IPv4 | PSID | 0), and then the RFC's address is a foreign one."""
from scenario import *

case = Case("ce", edit={'iid = "rfc7597"': 'iid = "draft03"'})
DRAFT = "2001:db8:12:3400:c0:2:1204:d000"         # 192.0.2.18 = c0 00 02 12, PSID 1232 = 04 d0

case.send(lan=udp(H, 5000, E, 53)).gives(wan=tunnel(DRAFT, BR, udp(V4, PORT, E, 53, ttl=63))).opens()
case.send(wan=tunnel(BR, DRAFT, udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.send(wan=down(udp(E, 53, V4, PORT))).drops("not_map_dst")
