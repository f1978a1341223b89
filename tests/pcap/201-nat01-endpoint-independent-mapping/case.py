# SPDX-License-Identifier: BSD-3-Clause
"""NAT-01 — RFC 4787 REQ-1, RFC 5382 REQ-1: one inside address and port keeps one outside port for every
destination."""
from scenario import *

case = Case("ce")

for address, port in (E, 53), (E2, 99), (E, 123), (N, 53):
    case.send(lan=udp(H, 5000, address, port)).gives(wan=up(udp(V4, PORT, address, port, ttl=63))).opens()
for address, port in (E, 80), (E2, 443):
    case.send(lan=tcp(H, 5000, address, port, "S")).gives(wan=up(tcp(V4, PORT, address, port, "S", ttl=63))).opens()

case.send(wan=down(udp(E2, 99, V4, PORT))).gives(lan=udp(E2, 99, H, 5000, ttl=63))
case.send(wan=down(tcp(E2, 443, V4, PORT, "SA"))).gives(lan=tcp(E2, 443, H, 5000, "SA", ttl=63))
case.expect(nat={"sessions": 6, "mappings": 2})
