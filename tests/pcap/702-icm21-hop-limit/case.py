# SPDX-License-Identifier: BSD-3-Clause
"""ICM-21 ICM-02 CER-01 — RFC 4443 section 3.3: a hop limit of 0 or 1 ends here, and the sender learns it from the address of
the interface that it came in on; never about an error."""
from scenario import *

case = Case("ce-forward")
for hops in 1, 0:
    for packet in udp6(H6, 5000, E6, 53, hlim=hops), ping6(H6_2, E6, hlim=hops):
        source = str(IPv6Address(packet[8:24]))
        case.send(lan=Native(packet)).drops("hop_limit").replies(lan=Native(own_error6(CE_LAN6, source, TIME_EXCEEDED6, 0, packet)))
    packet = udp6(E6, 53, H6, 5000, hlim=hops)
    case.send(wan=packet).drops("hop_limit").replies(wan=own_error6(CE_WAN6, E6, TIME_EXCEEDED6, 0, packet))
    case.send(lan=Native(icmp6(H6, E6, 3, 0, 0, packet, hlim=hops))).drops("hop_limit")      # never about an error
    case.send(wan=cut6(udp6(E6, 53, H6, 5000, bytes(1600), hlim=hops), 800)[0]).drops("hop_limit") \
        .replies(wan=own_error6(CE_WAN6, E6, TIME_EXCEEDED6, 0, cut6(udp6(E6, 53, H6, 5000, bytes(1600), hlim=hops), 800)[0]))
