# SPDX-License-Identifier: BSD-3-Clause
"""CER-33 — RFC 8504 section 14: prefixes are matched at whatever bit they end (BCP 198), and a router alert is of no interest to whom it
says nothing: the packet goes on like any other (RFC 6398 section 5)."""
from scenario import *

SUBNETS = "2001:db8:12:3401::13/126", "2001:db8:12:3402:8000::1/65", "2001:db8:12:34ff::fe/127", "2001:db8:12:3410::1/61"
case = Case("ce-forward", edit={'"2001:db8:12:3401::1/64"': ", ".join(f'"{subnet}"' for subnet in SUBNETS)})


def nobody(address):
    packet = udp6(E6, 53, address, 5000)
    case.send(wan=packet).drops("route_discard").replies(wan=own_error6(CE_WAN6, E6, UNREACHABLE6, 6, packet))


# On the link as far as the prefix goes, and the next address is nobody's.
for known in H6, H6_2:
    case.passes(udp6(E6, 53, known, 5000), to="lan")
for on_link in ("2001:db8:12:3401::12", "2001:db8:12:3402:8000::", "2001:db8:12:3402:ffff:ffff:ffff:ffff", "2001:db8:12:34ff::ff",
                "2001:db8:12:3417:ffff:ffff:ffff:ffff"):
    case.send(wan=udp6(E6, 53, on_link, 5000)).drops("no_neighbour")
for address in ("2001:db8:12:3401::f", "2001:db8:12:3401::14", "2001:db8:12:3402:7fff:ffff:ffff:ffff", "2001:db8:12:3403::", "2001:db8:12:34ff::fd",
                "2001:db8:12:34ff::100", "2001:db8:12:340f:ffff:ffff:ffff:ffff", "2001:db8:12:3418::"):
    nobody(address)

# RFC 2711: a value for MLD, for RSVP, and one that nobody knows.
for value in 0, 1, 0xffff:
    alert = 0, bytes([0, 5, 2]) + value.to_bytes(2, "big") + bytes([1, 0])
    there, back = udp6(H6, 5000, E6, 53)[40:], udp6(E6, 53, H6, 5000)[40:]
    case.passes(tunnel(H6, E6, there, nh=17, ext=[alert]))
    case.passes(tunnel(E6, H6, back, nh=17, ext=[alert]), to="lan")
