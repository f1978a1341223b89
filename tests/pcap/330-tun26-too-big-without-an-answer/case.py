# SPDX-License-Identifier: BSD-3-Clause
"""TUN-26 ICM-04 — RFC 8900: what is too large with DF is counted, also when the rate limit has used up all ICMP."""
from scenario import *

case = Case("br", edit=top("icmp = { rate = 1; burst = 2; };"))
packet = udp(E, 53, V4, 1232, bytes(1500 - 28))
answer = own_error(BR_V4, E, 3, 4, packet, mtu=1460)

case.send(internet=[packet] * 8).drops("too_big").replies(internet=[answer] * 2).event("icmp_rate_limited", 6)
for _ in range(8):
    case.send(internet=packet).drops("too_big").event("icmp_rate_limited")
