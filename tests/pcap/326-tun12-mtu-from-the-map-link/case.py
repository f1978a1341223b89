# SPDX-License-Identifier: BSD-3-Clause
"""TUN-12 TUN-13 TUN-14 TUN-19 — RFC 2473 section 7.2: softwire MTU = MTU of the map link - 40, not a constant: 1454
gives 1414, MSS 1374, and IPv6 fragments of 1448 + 148 bytes."""
from scenario import *

case = Case("br", edit=interface("map", "mtu = 1454;"))


def packet(size, **fields):
    return udp(E, 53, V4, 1232, bytes(size - 28), **fields)


case.send(internet=packet(1414)).gives(map=tunnel(BR, CE1, packet(1414, ttl=63)))
for size in 1415, 1460, 1500:
    case.send(internet=packet(size)).drops("too_big").replies(
        internet=own_error(BR_V4, E, 3, 4, packet(size), mtu=1414))
pieces = cut6_to_fit(tunnel(BR, CE1, packet(1500, ttl=63, df=False)), 1454)
assert [len(piece) for piece in pieces] == [1448, 148]
case.send(internet=packet(1500, df=False)).gives(map=[unforeseen(piece, IDENT) for piece in pieces]).cuts()
case.send(internet=tcp(E, 80, V4, 1232, "S", b"", mss(1460))).gives(
    map=tunnel(BR, CE1, tcp(E, 80, V4, 1232, "S", b"", mss(1374), ttl=63))).event("mss_clamped")
