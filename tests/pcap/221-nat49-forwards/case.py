# SPDX-License-Identifier: BSD-3-Clause
"""NAT-48 NAT-49 NAT-01 — RFC 4787 REQ-1: a forwarded port leads to its host, whoever calls; what the host sends from there leaves
from that port, and nobody else ever gets it."""
from scenario import *

case = Case("ce", edit=two_ports(
    f'forwards = ( {{ protocol = "tcp"; ports = "1232"; to = "{H2}"; to_port = 80; }},'
    f' {{ protocol = "udp"; ports = "1232-1240"; to = "{H2}"; to_port = 7000; }} );'))
up2 = lambda inner: tunnel(CE_TWO, BR, inner)
down2 = lambda inner: tunnel(BR, CE_TWO, inner)

# Anybody gets in, and nothing is remembered until the host answers.
for address, port in (E, 4444), (E2, 1), (E, 65535):
    case.send(wan=down2(tcp(address, port, V4, 1232, "S"))).gives(lan=tcp(address, port, H2, 80, "S", ttl=63))
    case.send(lan=tcp(H2, 80, address, port, "SA")).gives(wan=up2(tcp(V4, 1232, address, port, "SA", ttl=63))).opens()
    case.send(wan=down2(tcp(address, port, V4, 1232, "A"))).gives(lan=tcp(address, port, H2, 80, "A", ttl=63))
for port in 1232, 1233:
    case.send(wan=down2(udp(E, 53, V4, port))).gives(lan=udp(E, 53, H2, 7000 + port - 1232, ttl=63))
case.send(lan=udp(H2, 7001, E2, 99)).gives(wan=up2(udp(V4, 1233, E2, 99, ttl=63))).opens()
case.send(lan=error(H2, E, 3, 3, udp(E, 53, H2, 7000))).gives(wan=up2(error(V4, E, 3, 3, udp(E, 53, V4, 1232), ttl=63)))

# TCP has 1233 left, UDP has none.
case.send(lan=tcp(H, 5000, E, 80, "S")).gives(wan=up2(tcp(V4, 1233, E, 80, "S", ttl=63))).opens()
case.send(wan=down2(tcp(E2, 80, V4, 1233, "S"))).drops("nat_filtered")
refused = udp(H, 5000, E, 53)
case.send(lan=refused).drops("nat_no_port").replies(lan=own_error(CE_LAN, H, 3, 13, refused))
case.send(lan=udp(H2, 7002, E, 53)).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, udp(H2, 7002, E, 53)))

# The host may be silent for days.
case.send(at=200000, wan=down2(tcp(E2, 7, V4, 1232, "S"))).gives(lan=tcp(E2, 7, H2, 80, "S", ttl=63)).expires(5)
case.expect(nat={"sessions": 0})
