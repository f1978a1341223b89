# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 NAT-38 ICM-05 ICM-07 ICM-09 — RFC 1812 section 5.3.1: a TTL of 1 or 0 from the LAN is answered by ICMP 11/0
from the CE's LAN address, quoting the packet as it came; it opens no mapping."""
from scenario import *

case = Case("ce")

for offender in (udp(H, 5000, E, 53, ttl=1), udp(H, 5000, E, 53, ttl=0), tcp(H, 5000, E, 80, "S", ttl=1),
                 ping(H, E, 7, ttl=1), udp(H2, 33434, E, 33435, ttl=1, tos=0xb8, nops=8),
                 udp(H, 5000, E, 53, bytes(1400), ttl=1)):
    case.send(lan=offender).drops("ttl").replies(
        lan=own_error(CE_LAN, str(IPv4Address(offender[12:16])), 11, 0, offender))
padding = padded("lan", udp(H, 5000, E, 53, b"!", ttl=1))
case.send(lan=padding).drops("ttl").replies(lan=own_error(CE_LAN, H, 11, 0, udp(H, 5000, E, 53, b"!", ttl=1)))
case.expect(nat={"sessions": 0, "mappings": 0, "ports": {name: {"used": 0} for name in ("udp", "tcp", "icmp")}})
