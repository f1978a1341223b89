# SPDX-License-Identifier: BSD-3-Clause
"""ICM-01 — RFC 1812 section 4.3.2.7: no ICMP error about an ICMP error, a broadcast or multicast, a fragment, or an
invalid source; about other ICMP there is one."""
from scenario import *

case = Case("ce")
case.open("udp")
about_echo = ping(H, E, 7, ttl=1)

for type, code in ERRORS:
    case.send(lan=error(H, E, type, code, udp(E, 53, H, 5000), ttl=1)).drops("ttl")
case.table("lan", (
    (error(H, E, 3, 3, udp(E, 53, H, 5000, bytes(1452 - 28))), "too_big"),
    (udp(H, 5000, "224.0.0.251", 5353, ttl=1), "no_host"),
    (ether(BROADCAST, MAC[H], 0x0800, udp(H, 5000, E, 53, ttl=1)), "no_host"),
    (udp("0.0.0.0", 5000, E, 53, ttl=1), "martian_v4"),
    (udp("10.0.0.1", 5000, E, 53, ttl=1), "lan_spoof"),
))
first, later = cut(udp(H, 5000, E, 53, bytes(64), df=False, ttl=1), 40)
case.send(lan=first).drops("ttl").replies(lan=own_error(CE_LAN, H, 11, 0, first))
case.send(lan=later).drops("ttl")
case.send(lan=about_echo).drops("ttl").replies(lan=own_error(CE_LAN, H, 11, 0, about_echo))
