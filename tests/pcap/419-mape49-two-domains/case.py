# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-48 MAPE-49 MAPE-47 — RFC 7597 section 7.2: a BR serves several domains at once, each with its own BR address,
PSID offset and interface identifiers; a CE only ever sees the BR address of its domain."""
from scenario import *

case = Case("br-two")
BR_B, V4_B, CE_B = "2001:db8:ffff::2", "198.18.0.18", "3fff:100:12:3400:c6:1200:1200:3400"

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))
case.send(internet=udp(E, 53, V4_B, 4928)).gives(map=tunnel(BR_B, CE_B, udp(E, 53, V4_B, 4928, ttl=63)))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
case.send(map=tunnel(CE_B, BR_B, udp(V4_B, 62287, E, 53))).gives(internet=udp(V4_B, 62287, E, 53, ttl=63))

case.send(internet=udp(E, 53, V4_B, 1232)).drops("port_excluded")                # a = 4: below 4096
case.send(map=tunnel(CE_B, BR_B, udp(V4_B, 1232, E, 53))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR_B, udp(V4, 1232, E, 53))).drops("spoof_v6")         # the other domain's BR address
case.send(map=tunnel(CE_B, BR, udp(V4_B, 4928, E, 53))).drops("spoof_v6")
case.send(map=tunnel(CE_B, BR_B, udp(V4, 1232, E, 53))).drops("spoof_v4")        # the other domain's IPv4 address

# From one domain into the other.
case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4_B, 4928))).gives(
    map=tunnel(BR_B, CE_B, udp(V4, 1232, V4_B, 4928, ttl=63))).event("hairpin")
case.send(map=tunnel(CE_B, BR_B, udp(V4_B, 4928, V4, 1232))).gives(
    map=tunnel(BR, CE1, udp(V4_B, 4928, V4, 1232, ttl=63))).event("hairpin")
case.expect(softwires={"f1": {"sent_ipv4_packets": 1}, "second": {"sent_ipv4_packets": 1}})
