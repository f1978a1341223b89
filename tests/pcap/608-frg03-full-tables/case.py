# SPDX-License-Identifier: BSD-3-Clause
"""FRG-03 BRS-11 BRS-13 — RFC 4963: tables of fragments are bounded, in all, for each source and for each datagram;
beyond that fragments are dropped, never whole packets; and the time-out frees all of it."""
from scenario import *

case = Case("br", edit=top("fragments = { datagrams = 64; held = 64; };"))
SOURCES = [f"198.51.100.{n}" for n in range(1, 9)]
good = udp(E, 53, V4, 1232)


def part(index, source=E, ipid=1):
    """A piece of 8 bytes of a datagram."""
    return cut(udp(source, 53, V4, 1232, bytes(1000), df=False, ipid=ipid), *range(8, 1008, 8))[index]


def still_forwards():
    case.send(internet=good).gives(map=tunnel(BR, CE1, spent(good)))
    case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))


# One source may have an eighth of the datagrams, all of them together 64.
for source in SOURCES:
    for ipid in range(8):
        piece = part(0, source, ipid)
        case.send(internet=piece).gives(map=tunnel(BR, CE1, spent(piece)))
    case.send(internet=[part(0, source, ipid) for ipid in range(8, 24)]).drops("frag_table_full")
    still_forwards()
case.send(internet=part(0, "203.0.113.20")).drops("frag_table_full")
piece = part(1, SOURCES[0], 0)                              # the known ones go on
case.send(internet=piece).gives(map=tunnel(BR, CE1, spent(piece)))
case.send(at=20, internet=good).gives(map=tunnel(BR, CE1, spent(good)))

# 64 fragments may wait, of one datagram or of many.
case.send(internet=[part(1 + n) for n in range(64)]).waits()
case.send(internet=part(65)).drops("frag_table_full")
case.send(internet=part(1, ipid=2)).drops("frag_table_full")
still_forwards()
piece = part(0, ipid=2)                                     # nothing to wait for
case.send(internet=piece).gives(map=tunnel(BR, CE1, spent(piece)))
case.send(internet=part(0)).gives(map=[tunnel(BR, CE1, spent(part(n))) for n in range(65)]).releases(64)
case.send(internet=part(1, ipid=3)).waits()
case.send(at=40, internet=part(1, ipid=4)).waits().releases(1).drops("frag_timeout", 1)
case.send(at=60, internet=good).gives(map=tunnel(BR, CE1, spent(good))).releases(1).drops("frag_timeout", 1)
