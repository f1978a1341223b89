# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-04 MAPE-30 MAPE-58 MAPE-31 TUN-01 TUN-03 NAT-51 — RFC 7597 sections 5.4 and 8: a destination under no rule
goes to the BR, from the MAP address, with the provisioned IPv4 address inside; the way back ends at the host."""
from scenario import *

case = Case("ce")

case.send(lan=udp(H, 5000, E, 53)).gives(wan=up(udp(V4, PORT, E, 53, ttl=63))).opens()
case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))

case.send(lan=tcp(H, 5000, E, 80, "S")).gives(wan=up(tcp(V4, PORT, E, 80, "S", ttl=63))).opens()
case.send(wan=down(tcp(E, 80, V4, PORT, "SA"))).gives(lan=tcp(E, 80, H, 5000, "SA", ttl=63))

case.send(lan=ping(H, E, 7)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens()
case.send(wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 7, ttl=63))

# TUN-03: the outer hop limit is 64 whatever the inner TTL.
case.send(lan=udp(H, 5000, E, 53, ttl=5)).gives(wan=up(udp(V4, PORT, E, 53, ttl=4), hlim=64))
case.send(lan=udp(H, 5000, E, 53, ttl=255)).gives(wan=up(udp(V4, PORT, E, 53, ttl=254), hlim=64))

UDP, TCP, ICMP = (len(udp(H, 1, E, 1)), len(tcp(H, 1, E, 1)), len(ping(H, E, 1)))
case.expect(
    softwires={"map0": {
        "rcvd_ipv4_packets": 5, "rcvd_ipv4_bytes": 3 * UDP + TCP + ICMP,
        "sent_ipv6_packets": 5, "sent_ipv6_bytes": 3 * UDP + TCP + ICMP + 5 * 40,
        "rcvd_ipv6_packets": 3, "rcvd_ipv6_bytes": UDP + TCP + ICMP + 3 * 40,
        "sent_ipv4_packets": 3, "sent_ipv4_bytes": UDP + TCP + ICMP}},
    nat={"sessions": 3, "mappings": 3,
         "ports": {name: {"total": 1, "used": 1} for name in ("tcp", "udp", "icmp")}})
