# SPDX-License-Identifier: BSD-3-Clause
"""B1 B2 BRS-16 MAPE-08 — what is for the box is Linux's, with forwarding, too: its own addresses from either side, links, groups,
and what stays on the LAN; IPv4 in IPv6 to an address of ours that is not the softwire's is not MAP."""
from scenario import *

case = Case("ce-forward")
for mine in CE_LAN6, CE_WAN6, CE:
    case.send(lan=Native(udp6(H6, 5000, mine, 53))).drops("no_host")
    case.send(wan=udp6(E6, 5000, mine, 53)).drops("no_host")
    case.send(wan=udp6("fe80::1", 5000, mine, 53, hlim=1)).drops("no_host")
for link in "fe80::ff:fe00:c02", "fe80::99", "ff02::1", "ff0e::1":
    case.send(lan=Native(udp6("fe80::10", 5000, link, 53))).drops("no_host")
    case.send(wan=udp6("fe80::1", 5000, link, 53)).drops("no_host")
case.send(lan=Native(udp6(H6, 5000, H6_2, 53))).drops("no_host")
case.send(lan=Native(icmp6("::", "ff02::1:ff00:10", 135, 0, 0, IPv6Address(H6).packed, hlim=255))).drops("no_host")
for inner in udp(E, 53, V4, PORT), b"":
    case.send(wan=tunnel(BR, CE_WAN6, inner)).drops("not_map_dst")
# A sender on a link that has no other address is not heard beyond it.
case.send(wan=udp6("fe80::1", 53, H6, 5000)).drops("martian_v6")
case.send(lan=Native(udp6("fe80::10", 5000, E6, 53))).drops("martian_v6")
