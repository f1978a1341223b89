# SPDX-License-Identifier: BSD-3-Clause
"""FRG-02 FRG-01 FRG-05 — RFC 7597 section 8.3.2: fragments that come before the first one wait for it and follow it,
in the order in which they came, towards the CE and towards the Internet."""
from itertools import permutations

from scenario import *

case = Case("br")


def to_ce(fragment):
    return {"internet": fragment}, {"map": tunnel(BR, CE1, spent(fragment))}


def from_ce(fragment):
    return {"map": tunnel(CE1, BR, fragment)}, {"internet": spent(fragment)}


def between_ces(fragment):
    return {"map": tunnel(CE1, BR, fragment)}, {"map": tunnel(BR, CE2, spent(fragment))}


def merged(packets):
    iface = next(iter(packets[0]))
    return {iface: [packet[iface] for packet in packets]}


for way, ends in (to_ce, (E, 53, V4, 1232)), (from_ce, (V4, 1232, E, 53)), (between_ces, (V4, 1232, V4, 1236)):
    for ipid, order in enumerate(permutations(range(3)), 1):
        pieces = cut(udp(*ends, bytes(1000), df=False, ipid=ipid), 400, 800)
        hairpins = 3 * (way == between_ces)
        for place, index in enumerate(order):
            step = case.send(**way(pieces[index])[0]).piece(index, order, **merged([way(piece)[1] for piece in pieces]))
            step.event("hairpin", hairpins if place == 2 else 0)

# All of it in one instant.
pieces = cut(udp(E, 53, V4, 1232, bytes(1000), df=False, ipid=99), *range(200, 1000, 200))
going = [tunnel(BR, CE1, spent(piece)) for piece in (pieces[0], *pieces[:0:-1])]
case.send(internet=pieces[::-1]).gives(map=going).event("fragments_held", len(pieces) - 1)
