# SPDX-License-Identifier: BSD-3-Clause
"""NAT-34 — RFC 5508 REQ-4: an ICMP error about a packet for which there is no mapping is dropped silently."""
from scenario import *

case = Case("ce")
case.open("udp")

for quoted in (udp(V4, 1236, E, 53), udp(V4, 208, E, 53), tcp(V4, PORT, E, 80), ping(V4, E, PORT),
               tcp(V4, PORT, E, 80)[:28]):
    for ttl in 64, 1:
        case.send(wan=down(error(E, V4, 3, 3, quoted, ttl=ttl))).drops("nat_no_mapping")
