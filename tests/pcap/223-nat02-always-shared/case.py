# SPDX-License-Identifier: BSD-3-Clause
"""NAT-02 NAT-03 — RFC 7857 section 3: with port_reuse = "always" no session has a port for itself, so there is no mapping
that could let anybody else in; two towards one remote endpoint still have two ports."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { port_reuse = "always"; filtering = "endpoint-independent"; };'})

for src, sport, dst in (H, 5000, E), (H2, 5000, E2), (H, 5001, N):
    case.send(lan=udp(src, sport, dst, 53)).gives(wan=up(udp(V4, PORT, dst, 53, ttl=63))).opens().event("port_shared")
    case.send(wan=down(udp(dst, 53, V4, PORT))).gives(lan=udp(dst, 53, src, sport, ttl=63))
    case.send(wan=down(udp(dst, 54, V4, PORT))).drops("nat_no_mapping")
refused = udp(H2, 5000, E, 53)
case.send(lan=refused).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, refused))
case.expect(nat={"sessions": 3, "sessions_sharing": 3, "mappings": 0})
