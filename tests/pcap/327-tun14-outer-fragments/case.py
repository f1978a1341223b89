# SPDX-License-Identifier: BSD-3-Clause
"""TUN-14 FRG-17 FRG-18 FRG-19 TRAP-12 B10 — RFC 2473 section 7.2 (b), RFC 8200 section 4.5: without DF, what is
larger than the softwire carries is encapsulated and then fragmented: pieces that fit, all but the last a multiple of
8, with the same outer header and an identification that nobody can foretell."""
from scenario import *

case = Case("br-mtus")
SIZES = {1460: [1496, 100], 1452: [1488, 108], 1420: [1456, 140], 1414: [1448, 148], 1240: [1280, 316]}
count = 0


def send(n, size, **fields):
    """Without DF: whole if it fits."""
    global count
    mtu, br, ce, address = MTUS[n]
    packet = udp(E, 53, address, 1232, bytes(range(256)) * 5 + bytes(size - 28 - 1280), df=False, **fields)
    inside = tunnel(br, ce, spent(packet), tc=packet[1] & 3)
    step = case.send(internet=packet)
    if size <= mtu:
        step.gives(map=inside)
        return []
    pieces = cut6_to_fit(inside, mtu + 40)
    step.gives(map=[unforeseen(piece, IDENT) for piece in pieces]).cuts(len(pieces))
    count += 1
    return [len(piece) for piece in pieces]


for n, (mtu, *_) in MTUS.items():
    assert send(n, 1500) == SIZES[mtu]
    if mtu > 1280 + 28:
        send(n, mtu)                                        # an atomic fragment is never made
    send(n, max(mtu + 1, 1309))
    send(n, 1500, tos=0xb8 | 2, ipid=0x1234)
    send(n, 1499)


def check(frames, _):
    ids = identifications(frames["map"])
    assert ids[::2] == ids[1::2], "the pieces of a packet must have one identification"
    assert len(set(ids)) == count == len(ids) // 2, "packets must differ in it"
    steps = {(after - before) % 2**32 for before, after in zip(ids[::2], ids[2::2])}
    assert len(steps) == count - 1 and all(2**16 < step < 2**32 - 2**16 for step in steps), "it must not count"
