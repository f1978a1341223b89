# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 ICM-05 ICM-07 ICM-09 B5 — RFC 1812 section 5.3.1: a TTL of 1 or 0 from the Internet is answered by ICMP 11/0
from the BR's Internet address: the BR is seen by traceroute."""
from scenario import *

case = Case("br")

for offender in (udp(E, 53, V4, 1232, ttl=1), udp(E, 53, V4, 1232, ttl=0), tcp(E, 80, V4, 1236, "S", ttl=1),
                 ping(E, V4, 1232, ttl=1), udp(N, 53, V4, 1232, ttl=1), udp(E, 53, V4, 1232, ttl=1, tos=0xb8, nops=40),
                 udp(E, 53, V4, 1232, bytes(1400), ttl=1)):
    case.send(internet=offender).drops("ttl").replies(
        internet=own_error(BR_V4, str(IPv4Address(offender[12:16])), 11, 0, offender))
case.send(internet=udp(E, 53, V4, 208, ttl=1)).drops("port_excluded")
case.send(internet=udp(E, 53, E2, 53, ttl=1)).drops("no_rule")
