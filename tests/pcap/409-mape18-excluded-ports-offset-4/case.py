# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-18 MAPE-20 — RFC 7597 section 5.1: with a = 4 (vector V2) the ports below 4096 belong to nobody and PSID 0x34
has 15 ranges of 16 ports."""
from scenario import *

case = Case("br", edit={"offset = 6": "offset = 4"})

for port in 15, 16, 17, 832, 1232, 4095:                    # 832 has the PSID bits of 0x34
    case.send(internet=udp(E, 53, V4, port)).drops("port_excluded")
    case.send(map=tunnel(CE1, BR, udp(V4, port, E, 53))).drops("spoof_v4")

for first in range(4928, 65536, 4096):
    for port in first, first + 15:
        case.send(internet=udp(E, 53, V4, port)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, port, ttl=63)))
        case.send(map=tunnel(CE1, BR, udp(V4, port, E, 53))).gives(internet=udp(V4, port, E, 53, ttl=63))
    for port in first - 1, first + 16:
        case.send(map=tunnel(CE1, BR, udp(V4, port, E, 53))).drops("spoof_v4")
case.send(internet=udp(E, 53, V4, 4096)).gives(map=tunnel(BR, "2001:db8:12::c000:212:0", udp(E, 53, V4, 4096, ttl=63)))
