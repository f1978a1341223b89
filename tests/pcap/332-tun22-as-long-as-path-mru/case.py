# SPDX-License-Identifier: BSD-3-Clause
"""TUN-22 TUN-13 TUN-14 FRG-19 — RFC 8200 section 5: IPv6 packets as long as the link's MTU are taken, and fragments
that are longer together: 1540 bytes by default, path_mru if it says more. What is then longer than the Internet's
link is fragmented or, with DF, answered by that link's MTU through the softwire."""
from scenario import *

case = Case("br", edit=top("fragments = { path_mru = 2000; };"))
E_V4 = 1500                                                 # MTU of the Internet's link


def packet(size, **fields):
    return udp(V4, 1232, E, 53, bytes(size - 28), **fields)


def in_pieces(inner, id):
    pieces = cut6_to_fit(tunnel(CE1, BR, inner), 1500)
    return [poke(piece, 44, id.to_bytes(4, "big")) for piece in pieces]


case.send(map=tunnel(CE1, BR, packet(1460))).gives(internet=packet(1460, ttl=63))
for id, size in enumerate((1461, 1500)):
    case.send(map=in_pieces(packet(size), id)).keeps(1).reassembles().gives(internet=packet(size, ttl=63))
for id, size in enumerate((1501, 1960), 10):
    case.send(map=in_pieces(packet(size), id)).keeps(1).reassembles().drops("too_big", 1).replies(
        map=tunnel(BR, CE1, own_error(BR_V4, V4, 3, 4, packet(size), mtu=E_V4)))
    case.send(map=in_pieces(packet(size, df=False), 10 * id)).keeps(1).reassembles().cuts().gives(
        internet=cut_to_fit(packet(size, ttl=63, df=False), E_V4))
case.send(map=in_pieces(packet(1961), 99)).keeps(1).drops("frag6_too_big", 1)
