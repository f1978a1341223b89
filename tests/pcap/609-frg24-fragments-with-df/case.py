# SPDX-License-Identifier: BSD-3-Clause
"""FRG-24 TUN-13 ICM-01 — RFC 792: a fragment that is too large for the way on and has DF is dropped; about the first
one there is an ICMP error, about no other. The same for one whose TTL ends here."""
from scenario import *

case = Case("br", edit=interface("internet", "mtu = 1400;"))


def df(packet):
    return refresh(poke(packet, 6, bytes([packet[6] | 0x40])))


first, second, last = (df(piece) for piece in cut(udp(E, 53, V4, 1232, bytes(4000), df=False, ipid=1), 1480, 2960))
case.send(internet=first).drops("too_big").replies(internet=own_error(BR_V4, E, 3, 4, first, mtu=1460))
case.send(internet=second).drops("too_big")
case.send(internet=last).gives(map=tunnel(BR, CE1, spent(last)))

first, second = (df(piece) for piece in cut(udp(V4, 1232, E, 53, bytes(2800), df=False, ipid=2), 1400))
case.send(map=tunnel(CE1, BR, first)).drops("too_big").replies(
    map=tunnel(BR, CE1, own_error(BR_V4, V4, 3, 4, first, mtu=1400)))
case.send(map=tunnel(CE1, BR, second)).drops("too_big")

first, second = cut(udp(E, 53, V4, 1232, bytes(800), df=False, ipid=3, ttl=1), 400)
case.send(internet=first).drops("ttl").replies(internet=own_error(BR_V4, E, 11, 0, first))
case.send(internet=second).drops("ttl")
first, second = cut(udp(V4, 1232, E, 53, bytes(800), df=False, ipid=4, ttl=1), 400)
case.send(map=tunnel(CE1, BR, first)).drops("ttl").replies(map=tunnel(BR, CE1, own_error(BR_V4, V4, 11, 0, first)))
case.send(map=tunnel(CE1, BR, second)).drops("ttl")
