# SPDX-License-Identifier: BSD-3-Clause
"""TUN-23 TUN-02 TUN-19 BRS-08 FRG-23 TRAP-11 — RFC 2473 section 3.3: what came out of a softwire, whole or from
fragments, is a packet like any other: its header, source, TTL, destination and MSS count, and not those of the
fragments."""
from scenario import *

case = Case("br", edit={"martians = [ ];": 'martians = [ "private" ];'})
count = 0


def comes(inner):
    """The packet as a CE sends it, whole and in two pieces."""
    global count
    count += 1
    yield case.send(map=tunnel(CE1, BR, inner))
    yield case.send(map=cut6(tunnel(CE1, BR, inner), 32, id=count)).keeps(1).reassembles()


def inside(size=40, ttl=64, destination=E, source=V4, port=1232):
    return udp(source, port, destination, 53, bytes(size - 28), ttl=ttl)


for step in comes(inside()):
    step.gives(internet=inside(ttl=63))
for ttl in 1, 0:
    for step in comes(inside(ttl=ttl)):
        step.drops("ttl", 1).replies(map=tunnel(BR, CE1, own_error(BR_V4, V4, 11, 0, inside(ttl=ttl))))
for packet, reason in (
        (inside(destination="10.1.2.3"), "martian_v4"), (inside(destination="127.0.0.1"), "martian_v4"),
        (inside(destination="224.0.0.1"), "martian_v4"), (inside(destination=BR_V4), "no_host"),
        (inside(destination="203.0.113.77"), "no_neighbour"), (inside(source="192.0.2.19"), "spoof_v4"),
        (inside(port=1236), "spoof_v4"), (poke(inside(), 10, b"\0\0"), "inner_bad"),
        (udp(V4, 1232, E, 53, bytes(12), length=7), "l4_bad"), (ip(V4, E, 47, bytes(20)), "proto_unsupported"),
        (udp(V4, 1232, V4, 1235, bytes(12)), "loop")):
    for step in comes(packet):
        step.drops(reason, 1)
for step in comes(udp(V4, 1232, V4, 1236, bytes(12))):
    step.gives(map=tunnel(BR, CE2, udp(V4, 1232, V4, 1236, bytes(12), ttl=63))).event("hairpin")
for step in comes(tcp(V4, 1232, E, 80, "S", b"", mss(1460))):
    step.gives(internet=tcp(V4, 1232, E, 80, "S", b"", mss(1420), ttl=63)).event("mss_clamped")
