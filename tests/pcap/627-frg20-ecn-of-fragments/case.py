# SPDX-License-Identifier: BSD-3-Clause
"""FRG-20 TUN-06 B13 — RFC 3168 section 5.3: a congestion mark of one fragment is the packet's; with one that is not
ECN-capable the packet is dropped; then RFC 6040 section 4.2 holds. Other mixtures take the first fragment's mark."""
from itertools import product

from scenario import *

case = Case("br")


def mark(packet, tc):
    return poke(packet, 0, (6 << 12 | tc << 4).to_bytes(2, "big"))


for id, (inner_ecn, *outer) in enumerate(product(range(4), repeat=4), 1):
    inner = udp(V4, 1232, E, 53, bytes(100), tos=46 << 2 | inner_ecn)
    pieces = [mark(piece, 8 << 2 | ecn) for piece, ecn in zip(cut6(tunnel(CE1, BR, inner), 40, 80, id=id), outer)]
    if CONGESTED in outer and NOT_ECT in outer:
        leaves, unused = None, False
    else:
        leaves, unused = ECN_DECAPSULATION[inner_ecn, CONGESTED if CONGESTED in outer else outer[0]]
    lost = CONGESTED in outer and NOT_ECT in outer
    step = case.send(map=pieces)
    if lost:
        step.drops("ecn_drop", 3)
    elif leaves is None:
        step.keeps(2).reassembles(3).drops("ecn_drop", 1)
    else:
        step.keeps(2).reassembles(3).event("ecn_odd", unused).gives(
            internet=udp(V4, 1232, E, 53, bytes(100), tos=46 << 2 | leaves, ttl=63))
