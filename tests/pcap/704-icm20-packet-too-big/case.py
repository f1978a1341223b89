# SPDX-License-Identifier: BSD-3-Clause
"""ICM-20 ICM-06 CER-01 — RFC 8200 section 5, RFC 4443 section 3.2: what is larger than the link on the other side is told its MTU, and is
never cut."""
from scenario import *

def sized(packet, size):
    return udp6(str(IPv6Address(packet[8:24])), 5000, str(IPv6Address(packet[24:40])), 53, bytes(size - 48))


case = Case("ce-forward", edit=interface("lan", "mtu = 1400;"))
here, there = udp6(H6, 5000, E6, 53), udp6(E6, 53, H6, 5000)
case.passes(sized(there, 1400), to="lan")
for size in 1401, 1500:
    packet = sized(there, size)
    case.send(wan=packet).drops("too_big_v6").replies(wan=own_error6(CE_WAN6, E6, TOO_BIG6, 0, packet, rest=1400))
case.send(wan=icmp6(E6, H6, 3, 0, 0, bytes(1400))).drops("too_big_v6")
case.passes(sized(here, 1500))
packet = sized(here, 1501)
case.send(lan=Native(packet)).drops("too_big_v6").replies(lan=Native(own_error6(CE_LAN6, H6, TOO_BIG6, 0, packet, rest=1500)))
