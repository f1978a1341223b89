# SPDX-License-Identifier: BSD-3-Clause
"""CER-11 ICM-19 MAPE-58 — RFC 7084 WPD-5: what of the end-user prefix is nobody's is refused and not sent back to the provider, nor is
anything else; the softwire's address inside the prefix works, and so does a LAN inside it."""
from scenario import *

case = Case("ce-forward")
case.open("udp")
case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.passes(udp6(E6, 53, H6, 5000), to="lan")
for nobody in "2001:db8:12:3400::", "2001:db8:12:3400:0:c000:212:4d1", "2001:db8:12:3402::10", "2001:db8:12:34ff:ffff:ffff:ffff:ffff":
    packet = udp6(E6, 53, nobody, 5000)
    case.send(wan=packet).drops("route_discard").replies(wan=own_error6(CE_WAN6, E6, UNREACHABLE6, 6, packet))
    packet = udp6(H6, 5000, nobody, 53)
    case.send(lan=Native(packet)).drops("route_discard").replies(lan=Native(own_error6(CE_LAN6, H6, UNREACHABLE6, 6, packet)))
for elsewhere in "2001:db8:12:3500::1", "2001:db8:12:33ff:ffff:ffff:ffff:ffff", "2001:db8:6::3", E6:
    packet = udp6("2400:cb00::1", 53, elsewhere, 5000)
    case.send(wan=packet).drops("no_route").replies(wan=own_error6(CE_WAN6, "2400:cb00::1", UNREACHABLE6, 0, packet))
