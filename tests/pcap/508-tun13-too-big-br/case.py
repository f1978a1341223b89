# SPDX-License-Identifier: BSD-3-Clause
"""TUN-13 ICM-05 ICM-07 ICM-09 TRAP-16 B8 B10 — RFC 2473 section 7.2: the same at the BR, towards the Internet, from its
Internet address; no MTU is configured for the domain."""
from scenario import *

case = Case("br")
packet = lambda size, **fields: udp(E, 53, V4, 1232, bytes(size - 28), **fields)

case.send(internet=packet(1460)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, bytes(1460 - 28), ttl=63)))
for size in 1461, 1480, 1500:
    case.send(internet=packet(size)).drops("too_big").replies(
        internet=own_error(BR_V4, E, 3, 4, packet(size), mtu=1460))
far = udp(N, 53, V4, 1232, bytes(1480 - 28))
case.send(internet=far).drops("too_big").replies(internet=own_error(BR_V4, N, 3, 4, far, mtu=1460))
whole = tunnel(BR, CE1, udp(E, 53, V4, 1232, bytes(1461 - 28), ttl=63, df=False))
case.send(internet=packet(1461, df=False)).gives(
    map=[unforeseen(piece, IDENT) for piece in cut6_to_fit(whole, 1500)]).cuts()

case.send(internet=udp(E, 53, V4, 208, bytes(1480 - 28))).drops("port_excluded")       # nobody's: nothing to say
case.send(internet=error(E, V4, 3, 3, udp(V4, 1232, E, 53, bytes(1452 - 28)))).drops("too_big")     # 1480 bytes
