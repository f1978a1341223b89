# SPDX-License-Identifier: BSD-3-Clause
"""FRG-10 FRG-03 — RFC 1858 section 4, RFC 6864 section 4.2: where some bytes of a fragment have come before, it and
all that is still to come of its datagram is dropped; where all have, it alone; also bytes behind the end, and more
gaps than anybody needs."""
from scenario import *

case = Case("br")
numbers = iter(range(1, 1000))


def datagram(size=1000):
    return udp(E, 53, V4, 1232, bytes(size - 28), df=False, ipid=next(numbers))


def piece(packet, start, end, more=True):
    """Bytes start..end-1 of the payload, as a fragment."""
    payload = packet[20 + start:20 + end].ljust(end - start, b"\0")
    return ip(E, V4, 17, payload, ipid=int.from_bytes(packet[4:6], "big"), mf=more, offset=start // 8, df=False)


def passes(*fragments):
    for fragment in fragments:
        case.send(internet=fragment).gives(map=tunnel(BR, CE1, spent(fragment)))


# Some bytes twice: from the left, from the right, around; the rest is lost.
for wrong in (392, 480), (480, 808), (392, 808), (0, 408):
    packet = datagram()
    passes(piece(packet, 0, 400), piece(packet, 800, 980, more=False))
    if wrong == (480, 808):
        passes(piece(packet, 400, 480))
    case.send(internet=piece(packet, *wrong)).drops("frag_overlap")
    for later in (piece(packet, 400, 800), piece(packet, 480, 800), piece(packet, 0, 400)):
        case.send(internet=later).drops("frag_overlap")

# All of them twice: only the copy is lost.
packet = datagram()
passes(piece(packet, 0, 400), piece(packet, 400, 600))
for copy in (0, 400), (400, 600), (8, 400), (392, 408), (0, 600):
    case.send(internet=piece(packet, *copy)).drops("frag_duplicate")
passes(piece(packet, 600, 980, more=False))

# While they wait, too.
packet = datagram()
case.send(internet=piece(packet, 400, 600)).waits()
case.send(internet=piece(packet, 400, 600)).drops("frag_duplicate")
case.send(internet=piece(packet, 592, 800)).releases(1).drops("frag_overlap", 2)
case.send(internet=piece(packet, 0, 400)).drops("frag_overlap")

# Bytes behind the end; a second end; an end before what has come.
packet = datagram()
passes(piece(packet, 0, 400), piece(packet, 800, 980, more=False))
case.send(internet=piece(packet, 984, 1000, more=False)).drops("frag_overlap")
packet = datagram()
passes(piece(packet, 0, 400), piece(packet, 800, 960))
case.send(internet=piece(packet, 400, 600, more=False)).drops("frag_overlap")

# 24 gaps, but not 25.
packet = datagram(2000)
passes(*(piece(packet, start, start + 8) for start in range(0, 25 * 16, 16)))
case.send(internet=piece(packet, 25 * 16, 25 * 16 + 8)).drops("frag_overlap")
