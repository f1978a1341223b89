# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-15 MAPE-27 TRAP-36 — RFC 7597 appendix A, example 5: with no EA bits the rule is one CE, its PSID given
(vector V9)."""
from scenario import *

case = Case("br", edit={'2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6':
                        '2001:db8:12:3400::/56"; ipv4 = "192.0.2.18/32"; ea = 0; offset = 6; psid = 52; psid_len = 8'})

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(CE1, BR, udp(V4, 64723, E, 53))).gives(internet=udp(V4, 64723, E, 53, ttl=63))
case.send(map=tunnel(CE1, BR, udp(V4, 1236, E, 53))).drops("spoof_v4")
case.send(map=tunnel(CE2, BR, udp(V4, 1236, E, 53))).drops("spoof_v6")
case.send(internet=udp(E, 53, "192.0.2.19", 1232)).drops("no_rule")
