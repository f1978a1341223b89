# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-15 MAPE-27 MAPE-18 TRAP-3 — RFC 7597 appendix A, examples 4 and 5: PSID 0 of 8 bits is one of 256 port sets, and
its ports below 1024 are nobody's; no PSID is the whole address with all ports, whatever the offset."""
from scenario import *

WHOLE4 = "198.18.0.7"
SET = '{ ipv6 = "3fff:1::/56"; ipv4 = "198.18.0.6/32"; ea = 0; offset = 6; psid_len = 8; psid = 0; }'
WHOLE = '{ ipv6 = "3fff:2::/56"; ipv4 = "198.18.0.7/32"; ea = 0; offset = 6; }'
case = Case("br", edit={"ea = 16; offset = 6; } );": f"ea = 16; offset = 6; }}, {SET}, {WHOLE} );"})
CE_SET, CE_WHOLE = "3fff:1::c612:6:0", "3fff:2::c612:7:0"           # the same PSID field, by hand from section 6
SET4 = "198.18.0.6"

for port in 1024, 1027, 2048, 64515:
    case.send(internet=udp(E, 53, SET4, port)).gives(map=tunnel(BR, CE_SET, udp(E, 53, SET4, port, ttl=63)))
    case.send(map=tunnel(CE_SET, BR, udp(SET4, port, E, 53))).gives(internet=udp(SET4, port, E, 53, ttl=63))
for port in 1028, 2047, 64516, 65535:
    case.send(internet=udp(E, 53, SET4, port)).drops("no_rule")
    case.send(map=tunnel(CE_SET, BR, udp(SET4, port, E, 53))).drops("spoof_v4")
for port in 1, 3, 1023:
    case.send(internet=udp(E, 53, SET4, port)).drops("port_excluded")
    case.send(map=tunnel(CE_SET, BR, udp(SET4, port, E, 53))).drops("spoof_v4")
case.send(internet=ip(E, SET4, 47, bytes(8))).drops("proto_unsupported")

for port in 1, 1023, 1024, 1028, 65535:
    case.send(internet=udp(E, 53, WHOLE4, port)).gives(map=tunnel(BR, CE_WHOLE, udp(E, 53, WHOLE4, port, ttl=63)))
    case.send(map=tunnel(CE_WHOLE, BR, udp(WHOLE4, port, E, 53))).gives(internet=udp(WHOLE4, port, E, 53, ttl=63))
case.send(internet=ip(E, WHOLE4, 47, bytes(8))).gives(map=tunnel(BR, CE_WHOLE, ip(E, WHOLE4, 47, bytes(8), ttl=63)))
