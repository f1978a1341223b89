# SPDX-License-Identifier: BSD-3-Clause
"""NAT-21 TUN-13 ICM-05 ICM-07 ICM-09 TRAP-16 B8 — RFC 2473 section 7.2, RFC 4787 REQ-13: a packet with DF that is
larger than the softwire MTU is answered by ICMP 3/4 with the softwire MTU (1460, not 1500), quoting what the host
sent; one without DF is fragmented."""
from scenario import *

case = Case("ce")
packet = lambda size, **fields: udp(H, 5000, E, 53, bytes(size - 28), **fields)

case.send(lan=packet(1460)).gives(wan=up(udp(V4, PORT, E, 53, bytes(1460 - 28), ttl=63))).opens()
for size in 1461, 1480, 1500:
    case.send(lan=packet(size)).drops("too_big").replies(lan=own_error(CE_LAN, H, 3, 4, packet(size), mtu=1460))
case.send(lan=packet(1480, ttl=9, nops=4)).drops("too_big").replies(
    lan=own_error(CE_LAN, H, 3, 4, packet(1480, ttl=9, nops=4), mtu=1460))

# Without DF: in two pieces. Its identification is the CE's (NAT-40).
whole = up(udp(V4, PORT, E, 53, bytes(1461 - 28), ttl=63, df=False))
first, last = cut6_to_fit(whole, 1500)
pieces = [reidentified(first, 48, IDENT), unforeseen(last, IDENT)]
case.send(lan=packet(1461, df=False)).gives(wan=pieces).cuts()
case.send(wan=down(udp(E, 53, V4, PORT, bytes(1460 - 28)))).gives(lan=udp(E, 53, H, 5000, bytes(1460 - 28), ttl=63))
