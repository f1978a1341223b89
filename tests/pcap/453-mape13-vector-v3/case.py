# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-13 MAPE-17 MAPE-20 MAPE-23 — RFC 7597 section 5.2: 14 EA bits behind a /24 are 8 bits of address and 6 of PSID, in this order (vector V3:
1008 ports in 63 ranges of 16); the PSID offset is 6 when none is given."""
from scenario import *

case = Case("br", edit={'2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6':
                        '2001:db8:100::/42"; ipv4 = "192.0.2.0/24"; ea = 14'})
CE_V3, SHARED = "2001:db8:112:3400:0:c000:248:34", "192.0.2.72"

for first in range(1856, 65536, 1024):
    for port in first, first + 15:
        case.send(internet=udp(E, 53, SHARED, port)).gives(map=tunnel(BR, CE_V3, udp(E, 53, SHARED, port, ttl=63)))
        case.send(map=tunnel(CE_V3, BR, udp(SHARED, port, E, 53))).gives(internet=udp(SHARED, port, E, 53, ttl=63))
    for port in first - 1, first + 16:
        case.send(map=tunnel(CE_V3, BR, udp(SHARED, port, E, 53))).drops("spoof_v4")
assert port == 65344 + 16
case.send(map=tunnel(CE_V3, BR, udp(V4, 1856, E, 53))).drops("spoof_v4")
case.send(internet=udp(E, 53, SHARED, 832)).drops("port_excluded")                  # the same bits, A = 0
