# SPDX-License-Identifier: BSD-3-Clause
"""NAT-47 — RFC 6888 REQ-8: a port whose last session has ended is given to nobody for as long as the operator says, so that
late packets of its former host reach nobody else."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { port_quarantine = 100; };'})
case.open("udp")
late = down(udp(E, 53, V4, PORT))
theirs = udp(H2, 5000, E, 53)

case.send(at=32, wan=late).drops("nat_no_mapping").expires()
for at in 33, 100, 131:
    case.send(at=at, lan=theirs).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, theirs))
case.send(at=134, lan=theirs).gives(wan=up(udp(V4, PORT, E, 53, ttl=63))).opens()
case.send(wan=late).gives(lan=udp(E, 53, H2, 5000, ttl=63))
