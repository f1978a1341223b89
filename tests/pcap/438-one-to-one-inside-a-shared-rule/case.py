# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-07 MAPE-15 — a rule with a given PSID inside another rule's IPv4 prefix takes that PSID of the address and
leaves the others to the CEs that have them."""
from scenario import *

ONE_TO_ONE = '{ ipv6 = "3fff:1::/56"; ipv4 = "192.0.2.18/32"; ea = 0; offset = 6; psid_len = 8; psid = 0x99; }'
case = Case("br", edit={"ea = 16; offset = 6; } );": "ea = 16; offset = 6; }, " + ONE_TO_ONE + " );"})
CE99 = Rule("3fff:1::/56", "192.0.2.18/32", ea=0, offset=6, psid=0x99, psid_len=8).map_address(V4, 1024 + (0x99 << 2))

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
case.send(internet=udp(E, 53, V4, 1636)).gives(map=tunnel(BR, CE99, udp(E, 53, V4, 1636, ttl=63)))
case.send(map=tunnel(CE99, BR, udp(V4, 1636, E, 53))).gives(internet=udp(V4, 1636, E, 53, ttl=63))
