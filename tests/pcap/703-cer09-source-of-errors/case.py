# SPDX-License-Identifier: BSD-3-Clause
"""CER-09 CER-10 — RFC 7084 WAA-9: a WAN that has no address of its own borrows one of the LAN, and not the site's alone."""
from scenario import *

lan6 = '"2001:db8:12:3401::1/64"'
case = Case("ce-forward", edit={'    addresses = [ "2001:db8:6::2/64" ];\n': "", lan6: f'"fd00:1::1/64", {lan6}'})
packet = udp6(E6, 53, H6, 5000, hlim=1)
case.send(wan=packet).drops("hop_limit").replies(wan=own_error6(CE_LAN6, E6, TIME_EXCEEDED6, 0, packet))
packet = udp6(H6, 5000, E6, 53, hlim=1)
case.send(lan=Native(packet)).drops("hop_limit").replies(lan=Native(own_error6(CE_LAN6, H6, TIME_EXCEEDED6, 0, packet)))
