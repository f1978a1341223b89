# SPDX-License-Identifier: BSD-3-Clause
"""FRG-08 NAT-23 NAT-40 — RFC 4787 REQ-14, RFC 6864 section 5.3.1: the fragments of a datagram from the LAN leave with the
external port in the first one and one new identification in all of them, in whatever order they came."""
from itertools import permutations

from scenario import *

case = Case("ce")
datagrams = []                                                  # of each: how many pieces


def leaves(fragment):
    return reidentified(up(spent(fragment)))


def translated(ends, data, build, places, **fields):
    return cut(build(*ends, data, df=False, **fields), *places)


for ipid, order in enumerate(permutations(range(3)), 1):
    inside = translated((H, 5000, E, 53), bytes(range(250)) * 12, udp, (1000, 2000), ipid=ipid)
    outside = translated((V4, PORT, E, 53), bytes(range(250)) * 12, udp, (1000, 2000), ipid=ipid)
    for index in order:
        step = case.send(lan=inside[index]).piece(index, order, wan=[leaves(one) for one in outside])
        step.opens(1 if ipid == 1 and index == 0 else 0)
    datagrams.append(3)

# Ping and TCP, and the same identification from another host, for the answer to a mapping is its own.
for build, ends, theirs in ((lambda *ends, **fields: ping(*ends, **fields), (H, E, 7), (V4, E, PORT)),
                            (lambda *ends, **fields: tcp(*ends[:4], "A", ends[4], **fields), (H, 5000, E, 80),
                             (V4, PORT, E, 80))):
    inside = cut(build(*ends, bytes(1000), df=False, ipid=77), 400, 800)
    outside = cut(build(*theirs, bytes(1000), df=False, ipid=77), 400, 800)
    case.send(lan=inside).gives(wan=[leaves(one) for one in outside]).opens()
    datagrams.append(3)

# Whole packets that may be fragmented later get a new identification, others keep theirs.
for _ in range(5):
    case.send(lan=udp(H, 5000, E, 53, df=False, ipid=9)).gives(
        wan=leaves(udp(V4, PORT, E, 53, df=False, ipid=9, ttl=64)))
    datagrams.append(1)
case.send(lan=udp(H, 5000, E, 53, ipid=9)).gives(wan=up(udp(V4, PORT, E, 53, ipid=9, ttl=63)))


def check(frames, _):
    ids, seen = ipv4_identifications(frames["wan"]), set()
    assert ids.pop() == 9
    for count in datagrams:
        mine, ids = set(ids[:count]), ids[count:]
        assert len(mine) == 1, "the fragments of a datagram must have one identification"
        assert not mine & seen, "two datagrams must not have the same"
        seen |= mine
