# SPDX-License-Identifier: BSD-3-Clause
"""TUN-08 — RFC 6438 section 3: with flow_label = "hash" (the default) the outer flow label is the same for all
packets of a flow and all fragments of a packet, whatever their size, TTL or DSCP, and differs between flows."""
from scenario import *

case = Case("br-two", edit={'"rfc7597"; flow_label = "zero";': '"rfc7597";',
                            '"draft03"; flow_label = "zero";': '"rfc7597";', "ea = 16; offset = 4;": "ea = 8;"})
WHOLE = Rule("3fff:100::/40", "198.18.0.0/24", ea=8)
V4_W = "198.18.0.18"
flows = []                                              # of each frame


def passes(flow, packet, br=BR, ce=CE1):
    pieces = [tunnel(br, ce, spent(packet))]
    if len(packet) > SOFTWIRE_MTU:
        pieces = cut6_to_fit(pieces[0], 1500)
    step = case.send(internet=packet).gives(
        map=[unforeseen(piece, LABEL | (IDENT if len(pieces) > 1 else {})) for piece in pieces])
    flows.extend([flow] * len(pieces))
    if len(pieces) > 1:
        step.cuts(len(pieces))


for turn in range(2):
    for source in E, E2, N:
        for sport in 53, 54:
            for port in 1232, 1233, 1236:
                for build in udp, tcp:
                    passes((source, sport, port, build), build(source, sport, V4, port), ce=F1.map_address(V4, port))
        # What has no ports.
        for proto in 47, 50:
            esp = ip(source, V4_W, proto, bytes([turn] * 40))
            passes((source, V4_W, proto), esp, "2001:db8:ffff::2", WHOLE.map_address(V4_W, 0))
    for id in 1232, 1233:
        passes((E, id), ping(E, V4, id))
fragments = cut(udp(E, 53, V4, 1232, bytes(2000), df=False, ipid=9), 800, 1600)
for packet in (udp(E, 53, V4, 1232, b"", ttl=9, ipid=77), udp(E, 53, V4, 1232, bytes(1300)),
               udp(E, 53, V4, 1232, bytes(1472), df=False), *fragments):
    passes((E, 53, 1232, udp), packet)

# From one CE to another, whatever label the first one chose.
packet = udp(V4, 1236, V4, 1232)
for label in 0, 0xfffff:
    case.send(map=tunnel(CE2, BR, packet, label=label)).gives(
        map=unforeseen(tunnel(BR, CE1, spent(packet)), LABEL)).event("hairpin")
    flows.append((V4, 1236, 1232, udp))


def check(frames, _):
    found = {}
    for flow, label in zip(flows, labels(frames["map"]), strict=True):
        found.setdefault(flow, set()).add(label)
    assert all(len(values) == 1 for values in found.values()), f"a flow has several labels: {found}"
    assert len({value for values in found.values() for value in values}) == len(found), "two flows have the same label"
