# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-56 BRS-03 — RFC 7597 section 8.1: from CE to CE, where rules and bindings meet; back into the softwire that a
packet came out of is a loop, also when the CE has another port set there."""
from scenario import *

case = Case("br-bound")
BR2 = "2001:db8:ffff::2"
SHARED, WHOLE = "198.18.7.1", "198.18.8.3"
ONE, OTHER, ALONE = "2001:db8:100::1", "2001:db8:200::cafe", "3fff:8:3::1"      # PSID 0x34, 0x35 of SHARED; WHOLE

case.send(map=tunnel(CE1, BR, udp(V4, 1232, SHARED, 1236))).gives(
    map=tunnel(BR2, OTHER, udp(V4, 1232, SHARED, 1236, ttl=63))).event("hairpin")
case.send(map=tunnel(OTHER, BR2, udp(SHARED, 1236, V4, 1232))).gives(
    map=tunnel(BR, CE1, udp(SHARED, 1236, V4, 1232, ttl=63))).event("hairpin")
case.send(map=tunnel(ONE, BR2, udp(SHARED, 1232, SHARED, 1236))).gives(
    map=tunnel(BR2, OTHER, udp(SHARED, 1232, SHARED, 1236, ttl=63))).event("hairpin")
case.send(map=tunnel(ALONE, BR2, ip(WHOLE, E, 47, bytes(8)))).gives(internet=ip(WHOLE, E, 47, bytes(8), ttl=63))
case.send(map=tunnel(ONE, BR2, udp(SHARED, 1232, "198.18.7.2", 1233))).drops("loop")
case.send(map=tunnel(ONE, BR2, udp(SHARED, 1232, SHARED, 1240))).drops("no_rule")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, SHARED, 1240))).drops("no_rule")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, SHARED, 208))).drops("port_excluded")
