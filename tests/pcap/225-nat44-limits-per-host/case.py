# SPDX-License-Identifier: BSD-3-Clause
"""NAT-44 — RFC 6888 REQ-4: a host that has as many sessions as it may is refused further ones, and keeps those it has; the
others notice nothing."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { sessions_per_host = 2; };'})

for dst in E, E2:
    case.send(lan=udp(H, 5000, dst, 4500)).gives(wan=up(udp(V4, PORT, dst, 4500, ttl=63))).opens()
case.send(lan=udp(H, 5000, N, 4500)).drops("nat_host_limit")
case.send(lan=tcp(H, 5000, N, 80, "S")).drops("nat_host_limit")
case.send(lan=ping(H, N, 7)).drops("nat_host_limit")
case.send(lan=tcp(H2, 5000, N, 80, "S")).gives(wan=up(tcp(V4, PORT, N, 80, "S", ttl=63))).opens()
for dst in E, E2:
    case.send(lan=udp(H, 5000, dst, 4500)).gives(wan=up(udp(V4, PORT, dst, 4500, ttl=63)))
    case.send(wan=down(udp(dst, 4500, V4, PORT))).gives(lan=udp(dst, 4500, H, 5000, ttl=63))
# One that ends makes room for another.
case.send(at=250, lan=udp(H, 5000, E2, 4500)).gives(wan=up(udp(V4, PORT, E2, 4500, ttl=63))).expires()       # H2's SYN
case.send(at=310, lan=udp(H, 5000, N, 4500)).gives(wan=up(udp(V4, PORT, N, 4500, ttl=63))).opens().expires()
case.send(lan=udp(H, 5000, E, 4500)).drops("nat_host_limit")
