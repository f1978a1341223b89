# SPDX-License-Identifier: BSD-3-Clause
"""NAT-15 NAT-16 NAT-51 TRAP-19 — RFC 4787 REQ-9, RFC 5508 REQ-7: a packet to the external address and a port of ours comes back to the LAN,
from the sender's external end, without having been in the softwire, and so does an error about it; a port that is another
CE's goes to the BR."""
from scenario import *

# Port 1232 is H2's 7000 for good, so what H sends leaves from 1233.
case = Case("ce", edit=two_ports(f'forwards = ( {{ protocol = "both"; ports = "1232"; to = "{H2}"; to_port = 7000; }} );'))


def turns(packet, delivered):
    return case.send(lan=packet).gives(lan=delivered).event("hairpin")


turns(udp(H, 5000, V4, 1232), udp(V4, 1233, H2, 7000, ttl=63)).opens()
turns(udp(H2, 7000, V4, 1233), udp(V4, 1232, H, 5000, ttl=63)).opens()
turns(udp(H, 5000, V4, 1232, csum=0, ttl=2), udp(V4, 1233, H2, 7000, csum=0, ttl=1))
turns(tcp(H, 6000, V4, 1232, "S", options=mss(1460)), tcp(V4, 1233, H2, 7000, "S", options=mss(1460), ttl=63)).opens()
turns(tcp(H2, 7000, V4, 1233, "SA"), tcp(V4, 1232, H, 6000, "SA", ttl=63)).opens()
turns(udp(H, 5000, V4, 1232, bytes(1472)), udp(V4, 1233, H2, 7000, bytes(1472), ttl=63))       # more than a softwire's

# TTL 1 dies here; nothing is behind TCP 1233 but H itself, and behind it and for others' ports nobody.
about = udp(H, 5000, V4, 1232, ttl=1)
case.send(lan=about).drops("ttl").replies(lan=own_error(CE_LAN, H, 11, 0, about))
case.send(lan=udp(H, 5000, V4, 1236)).gives(wan=tunnel(CE_TWO, BR, udp(V4, 1233, V4, 1236, ttl=63))).opens()

# H2 has nobody at 7000: the error finds H, with H's own packet in it. The session of H2's answer is not needed.
seen = udp(V4, 1233, H2, 7000, ttl=63)
turns(error(H2, V4, 3, 3, seen), error(V4, H, 3, 3, udp(H, 5000, V4, 1232, ttl=63), ttl=63))

# A ping has one identifier for both ends: who pings the external address gets to himself, and hears himself.
turns(ping(H, V4, 7), ping(V4, H, 7, ttl=63)).opens()
turns(pong(H, V4, 7), pong(V4, H, 7, ttl=63))
case.expect(nat={"sessions": 6})
