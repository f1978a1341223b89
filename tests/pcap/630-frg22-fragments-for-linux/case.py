# SPDX-License-Identifier: BSD-3-Clause
"""FRG-22 BRS-12 — RFC 6980: only fragments that say that they are of an IPv4 packet for a BR address are made whole;
all others reach the host system as they came, which can then ignore Neighbour Discovery in fragments and put DHCPv6
together."""
from scenario import *

case = Case("br")
ROUTER, LINK_LOCAL = "fe80::1", "fe80::ff:fe00:b01"


def discovery(type, src, dst):
    return icmp6(src, dst, type, 0, 0, IPv6Address(BR).packed + bytes(200), hlim=255)


def atomic(packet, ext=()):
    return tunnel(CE1, BR, packet[40:], ext=[*ext, fragment_header()], nh=58)


for type in range(133, 138):                                    # solicitations, advertisements, redirect
    for packet in discovery(type, ROUTER, LINK_LOCAL), discovery(type, CE1, BR):
        case.send(map=cut6(packet, 80)).drops("no_host")
    case.send(map=atomic(discovery(type, CE1, BR))).drops("no_host")
case.send(map=cut6(tunnel(ROUTER, LINK_LOCAL, bytes(1800), nh=17), 1448)).drops("no_host")             # DHCPv6
case.send(map=cut6(icmp6(CE1, BR, 128, 0, 1, bytes(1800)), 1448)).drops("no_host")                     # ping
case.send(map=cut6(tunnel(CE1, "2001:db8:ffff::2", udp(V4, 1232, E, 53, bytes(200))), 80)).drops("no_host")

# Behind more headers one sees it when it is whole.
hidden = tunnel(CE1, BR, discovery(136, CE1, BR)[40:], ext=[DEST_OPTIONS], nh=58)
case.send(map=cut6(hidden, 80)).keeps(1).reassembles().drops("ipv6_ext", 1)
case.send(map=tunnel(CE1, BR, hidden[40:], ext=[fragment_header()], nh=60)).drops("ipv6_ext")
