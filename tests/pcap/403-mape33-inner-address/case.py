# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-33 BRS-07 OPS-02 — RFC 7597 section 8.1: the inner source address must be the one embedded in the outer
source, else the packet is dropped silently and counted; no ICMP error, not even where TTL or size would ask for
one."""
from scenario import *

case = Case("br")

for address in "192.0.2.19", "192.0.2.17", "192.0.2.0", "192.0.3.18", E, "10.0.0.1", BR_V4:
    for build in udp, tcp:
        case.send(map=tunnel(CE1, BR, build(address, 1232, E, 53))).drops("spoof_v4")
    case.send(map=tunnel(CE1, BR, udp(address, 1232, E, 53, ttl=1))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR, ping("192.0.2.19", E, 1232))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
