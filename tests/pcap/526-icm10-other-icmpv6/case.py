# SPDX-License-Identifier: BSD-3-Clause
"""ICM-10 B2 B3 — RFC 4443 section 2.4: ICMPv6 that is not about a softwire packet is the host system's, which answers
it or not, or forwards it: pings to the BR and through it, Neighbour Discovery, types nobody knows, errors of native
flows. None of it is answered in anybody's name, nor counted as ours; an error of an unknown type about a softwire
packet ends here."""
from scenario import *

case = Case("br")
HOST_A, HOST_B, LINK_LOCAL = "2001:db8:beef::a", "2001:db8:cafe::b", "fe80::ff:fe00:b01"
sent = tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63))
native = tunnel(HOST_A, HOST_B, bytes(20), nh=6)

for type in 128, 129, 130, 131, 133, 134, 135, 136, 137, 200, 255:
    for source, destination in (HOST_A, BR), (CE1, BR), (HOST_A, HOST_B), ("fe80::1", LINK_LOCAL):
        case.send(map=icmp6(source, destination, type, 0, 0, bytes(24), hlim=255)).drops("no_host")
for type in 1, 2, 3, 4, 60, 127:
    for destination in HOST_A, LINK_LOCAL, CE1:
        case.send(map=icmp6(HOST_B, destination, type, 0, 0, native)).drops("no_host")
        case.send(map=icmp6(HOST_B, destination, type, 0, 0, sent)).drops("no_host")
case.send(map=icmp6(HOST_B, BR, 60, 0, 0, sent)).drops("icmp6_not_relayed")
# A ping from a CE to the whole world, through the BR, is nothing of its own either.
case.send(map=icmp6(CE1, HOST_B, 128, 0, 0, b"ping")).drops("no_host")
