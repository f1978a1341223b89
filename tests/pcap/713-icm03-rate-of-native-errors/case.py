# SPDX-License-Identifier: BSD-3-Clause
"""ICM-03 CER-11 — RFC 4443 section 2.4 (f): errors about native IPv6 have the box's rate; what is refused beyond it is still
counted."""
from scenario import *

case = Case("ce-forward", edit={"ipv6_martians = [ ];": "ipv6_martians = [ ]; icmp = { rate = 10; burst = 3; };"})
packet = udp6(E6, 53, "2001:db8:12:3402::10", 5000)
error = own_error6(CE_WAN6, E6, UNREACHABLE6, 6, packet)
case.send(wan=[packet] * 20).drops("route_discard").replies(wan=[error] * 3).event("icmp_rate_limited", 17)
case.send(at=1, wan=packet).drops("route_discard").replies(wan=error)
