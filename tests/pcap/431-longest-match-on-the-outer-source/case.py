# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-32 TRAP-35 — RFC 7597 section 8.1: the rule of an outer source is the longest match: 2001:db8:12:3400::
belongs to the /48 and has 198.18.0.52 there, not 192.0.2.18 of the /40."""
from scenario import *

case = Case("br", edit={"offset = 6; } );": 'offset = 6; },\n              '
                        '{ ipv6 = "2001:db8:12::/48"; ipv4 = "198.18.0.0/24"; ea = 8; } );'})
SHORT, LONG = "2001:db8:13:3400:0:c000:213:34", "2001:db8:12:3400:0:c612:34:0"

case.send(map=tunnel(LONG, BR, udp("198.18.0.52", 1232, E, 53))).gives(internet=udp("198.18.0.52", 1232, E, 53, ttl=63))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).drops("spoof_v4")
case.send(map=tunnel(SHORT, BR, udp("192.0.2.19", 1232, E, 53))).gives(internet=udp("192.0.2.19", 1232, E, 53, ttl=63))
