# SPDX-License-Identifier: BSD-3-Clause
"""NAT-08 — RFC 4787 REQ-5: a UDP mapping lives at least 120 s, by default 300 s after its last packet."""
from scenario import *

case = Case("ce")
out, back = udp(H, 5000, E, 4500), down(udp(E, 4500, V4, PORT))

case.send(at=0, lan=out).gives(wan=up(udp(V4, PORT, E, 4500, ttl=63))).opens()
case.send(at=119, wan=back).gives(lan=udp(E, 4500, H, 5000, ttl=63))
case.send(at=119 + 299, wan=back).gives(lan=udp(E, 4500, H, 5000, ttl=63))      # what came in at 119 s kept it alive
case.send(at=119 + 299 + 302, wan=back).drops("nat_no_mapping").expires()
case.expect(nat={"sessions": 0, "mappings": 0, "ports": {"udp": {"used": 0}}})
