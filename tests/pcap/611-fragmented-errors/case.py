# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-40 MAPE-41 FRG-05 — RFC 7597 sections 8.2 and 8.3.2: of an ICMP error in fragments the first one quotes whose
port it is; from CE to CE, where both ends of the quoted packet would have to be remembered, it does not pass."""
from scenario import *

case = Case("br")


def pieces(message, ipid):
    return cut(without_df(poke(message, 4, ipid.to_bytes(2, "big"))), 48, 96)


first, second, third = pieces(error(E2, V4, 3, 3, udp(V4, 1232, E, 53, bytes(100))), 1)
case.send(internet=third).waits()
case.send(internet=first).gives(map=[tunnel(BR, CE1, spent(piece)) for piece in (first, third)]).releases(1)
case.send(internet=second).gives(map=tunnel(BR, CE1, spent(second)))
for piece in pieces(error(V4, E, 3, 3, udp(E, 53, V4, 1232, bytes(100))), 2):
    case.send(map=tunnel(CE1, BR, piece)).gives(internet=spent(piece))
for piece in pieces(error(V4, E, 3, 3, udp(E, 53, V4, 1236, bytes(100))), 3):
    case.send(map=tunnel(CE1, BR, piece)).drops("spoof_v4")
for piece in pieces(error(E2, V4, 3, 3, ip(V4, E, 17, bytes(100), offset=185)), 4):
    case.send(internet=piece).drops("icmp_bad")
for piece in pieces(error(V4, V4, 3, 3, udp(V4, 1236, V4, 1232, bytes(100))), 5):
    case.send(map=tunnel(CE1, BR, piece)).drops("icmp_bad")
