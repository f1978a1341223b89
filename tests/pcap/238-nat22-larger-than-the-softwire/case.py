# SPDX-License-Identifier: BSD-3-Clause
"""NAT-22 MAPE-42 TUN-14 FRG-19 — RFC 4787 REQ-13a, RFC 2473 section 7.2 (b): without DF, what is larger than the softwire carries
leaves translated and in IPv6 fragments, in their order; with a WAN of 1540 bytes nothing has to be fragmented."""
from scenario import *

case = Case("ce")
large = bytes(range(250)) * 5 + bytes(250 - 28)
for packet, outside in ((udp(H, 5000, E, 4500, large, df=False), udp(V4, PORT, E, 4500, large, df=False, ttl=63)),
                        (ping(H, E, 7, large, df=False), ping(V4, E, PORT, large, df=False, ttl=63)),
                        (tcp(H, 5000, E, 80, "A", large, df=False), tcp(V4, PORT, E, 80, "A", large, df=False, ttl=63))):
    first, last = cut6_to_fit(up(outside), 1500)
    case.send(lan=packet).gives(wan=[reidentified(first, 48, IDENT), unforeseen(last, IDENT)]).cuts().opens()


def check(frames, _):
    ids = identifications(frames["wan"])
    assert ids[::2] == ids[1::2] and len(set(ids)) == 3
    ipv4_identifications(frames["wan"][::2], at=48)
