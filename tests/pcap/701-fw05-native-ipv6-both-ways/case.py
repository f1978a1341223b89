# SPDX-License-Identifier: BSD-3-Clause
"""FW-05 FW-10 FW-14 FW-22 — RFC 8200 section 3: native IPv6 of any protocol goes from the LAN to the WAN and back with one hop
less, whole or in fragments, beside what goes through the softwire."""
from scenario import *

case = Case("ce-forward")
case.open("udp")
there, back = udp6(H6, 5000, E6, 53), udp6(E6, 53, H6, 5000)
case.passes(there)
case.passes(back, to="lan")
case.passes(udp6(H6_2, 5000, E6, 53, hlim=2))
case.passes(udp6(E6, 53, H6_2, 5000, hlim=255), to="lan")
case.passes(udp6(H6, 5000, E6, 53, tc=0xb9, label=0x12345))

for number in 6, 33, 41, 47, 50, 51, 59, 132, 135, 253:
    case.passes(tunnel(H6, E6, bytes(24), nh=number))
    case.passes(tunnel(E6, H6, bytes(24), nh=number), to="lan")
for type in 1, 2, 3, 4, 128, 129, 144, 147, 150, 154:
    case.passes(icmp6(E6, H6, type, 0, 0, there), to="lan")
for headers in [HOP_BY_HOP], [DEST_OPTIONS], [ROUTING_DONE], [ROUTING_LEFT], [HOP_BY_HOP, DEST_OPTIONS, ROUTING_DONE]:
    case.passes(tunnel(H6, E6, there[40:], nh=17, ext=headers))
for piece in cut6(udp6(H6, 5000, E6, 53, bytes(2000)), 1200):
    case.passes(piece)
for piece in cut6(icmp6(E6, H6, 129, 0, 0, bytes(2000)), 1200):
    case.passes(piece, to="lan")

# IPv4 in IPv6 that is not for our softwire is a LAN host's own affair.
case.passes(tunnel(H6, E6, udp(E, 53, V4, PORT)))
case.passes(tunnel(E6, H6, udp(E, 53, V4, PORT)), to="lan")

# Padding does not go on; what is in the softwire still goes through it.
case.send(lan=padded("lan", Native(tunnel(H6, E6, b"", nh=59)))).gives(wan=hopped(tunnel(H6, E6, b"", nh=59))).event("forwarded_up")
burst = [back] * 40
burst[17] = down(udp(E, 53, V4, PORT))
out = [Native(hopped(back))] * 40
out[17] = udp(E, 53, H, 5000, ttl=63)
case.send(wan=burst).gives(lan=out).event("forwarded_down", 39)
