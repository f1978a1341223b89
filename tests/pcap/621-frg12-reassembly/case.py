# SPDX-License-Identifier: BSD-3-Clause
"""FRG-12 TUN-20 TUN-22 TRAP-11 — RFC 8200 section 4.5: fragments of a softwire packet to a BR address are made whole,
by (source, destination, identification), in any order and of any size, with extension headers on either side of the
fragment header."""
from itertools import permutations

from scenario import *

case = Case("br-two", edit={"ea = 16; offset = 4;": "ea = 16; offset = 6;", '"draft03"': '"rfc7597"'})
inner = udp(V4, 1232, E, 53, bytes(range(200)))
whole = tunnel(CE1, BR, inner)


def comes(*pieces, packet=inner):
    for piece in pieces[:-1]:
        case.send(map=piece).keeps()
    case.send(map=pieces[-1]).reassembles(len(pieces)).gives(internet=spent(packet))


for id, order in enumerate(permutations(cut6(whole, 80, 160)), 1):
    comes(*(poke(piece, 44, id.to_bytes(4, "big")) for piece in order))
comes(*cut6(whole, *range(32, len(inner), 8)))                              # 26 pieces of 8 bytes
comes(*cut6(whole, *range(32, len(inner), 8))[::-1])

# The same identification from another CE, and between another pair of ends, in between.
other, second = udp(V4, 1236, E, 53, bytes(100)), Rule("3fff:100::/40", "198.18.0.0/24", ea=16)
third = udp("198.18.0.18", 1232, E, 53, bytes(100))
ends = (whole, inner), (tunnel(CE2, BR, other), other), \
    (tunnel(second.map_address("198.18.0.18", 1232), "2001:db8:ffff::2", third), third)
halves = [(*cut6(packet, 64), inside) for packet, inside in ends]
for first, _, _ in halves:
    case.send(map=first).keeps()
for _, last, inside in halves:
    case.send(map=last).reassembles().gives(internet=spent(inside))

# Extension headers in front, and behind in the fragmentable part; only the first fragment's count.
for ext in [HOP_BY_HOP], [DEST_OPTIONS], [ROUTING_DONE]:
    comes(*cut6(tunnel(CE1, BR, inner, ext=ext), 96, head=48))
for ext in [ENCAP_LIMIT], [DEST_OPTIONS, ENCAP_LIMIT]:
    comes(*cut6(tunnel(CE1, BR, inner, ext=ext), 96))
comes(*cut6(tunnel(CE1, BR, inner, ext=[HOP_BY_HOP, ENCAP_LIMIT]), 96, head=48))

# Ethernet padding behind the fragments.
first, last = cut6(whole, 32)
case.send(map=padded("map", first, 200)).keeps()
case.send(map=padded("map", last, 400)).reassembles().gives(internet=spent(inner))
