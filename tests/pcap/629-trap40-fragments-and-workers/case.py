# SPDX-License-Identifier: BSD-3-Clause
"""FRG-01 FRG-02 FRG-12 FRG-18 TRAP-40 — whatever queue a fragment comes in on, it meets the others of its packet; and
whichever worker fragments a packet, no two packets get the same identification."""
from scenario import *

case = Case("br", edit=top("dpdk = { workers = 4; };"))
case.any_number_of("handoff")
WORKERS, packets = 4, 0

for ipid in range(1, 41):
    there = cut(udp(E, 53, V4, 1232, bytes(1000), df=False, ipid=ipid), 400, 800)
    back = cut(udp(V4, 1232, E, 53, bytes(1000), df=False, ipid=ipid), 400, 800)
    outer = cut6(tunnel(CE1, BR, udp(V4, 1233, E, 53, bytes(500), ipid=ipid)), 200, 400, id=ipid)
    case.send(internet=there[1]).waits()
    case.send(internet=there[0]).gives(map=[tunnel(BR, CE1, spent(piece)) for piece in there[:2]]).releases(1)
    case.send(internet=there[2]).gives(map=tunnel(BR, CE1, spent(there[2])))
    case.send(map=tunnel(CE1, BR, back[2])).waits()
    case.send(map=tunnel(CE1, BR, back[0])).gives(internet=[spent(back[0]), spent(back[2])]).releases(1)
    case.send(map=tunnel(CE1, BR, back[1])).gives(internet=spent(back[1]))
    for piece in outer[:2]:
        case.send(map=piece).keeps()
    case.send(map=outer[2]).reassembles(3).gives(internet=udp(V4, 1233, E, 53, bytes(500), ipid=ipid, ttl=63))
    # 10 steps a turn: over the turns every worker has each of them.
    large = udp(E, 53, V4, 1232, bytes(1472), df=False, ipid=ipid)
    pieces = cut6_to_fit(tunnel(BR, CE1, spent(large)), 1500)
    case.send(internet=large).gives(map=[unforeseen(piece, IDENT) for piece in pieces]).cuts()
    packets += 1


def check(frames, _):
    ids = identifications(frames["map"])
    assert ids[::2] == ids[1::2] and len(set(ids)) == packets
