# SPDX-License-Identifier: BSD-3-Clause
"""NAT-02 NAT-03 NAT-05 NAT-18 — RFC 7857 sections 3 and 13: when every port is in use, one port serves several inside
endpoints, but never two towards the same remote endpoint, and it admits only what a host behind it has spoken to. As long as
there are free ports, nothing changes."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { port_reuse = "on_exhaustion"; };'})
KINDS = (lambda src, sport, dst, dport, **more: udp(src, sport, dst, dport, **more),
         lambda src, sport, dst, dport, **more: tcp(src, sport, dst, dport, "S", **more))


def refuse(packet, host):
    case.send(lan=packet).drops("nat_no_port").replies(lan=own_error(CE_LAN, host, 3, 13, packet))


for kind in KINDS:
    # The first endpoint has the port for itself, whatever it talks to; then another one shares it towards other ends.
    for dst, dport in (E, 4500), (E2, 99):
        case.send(lan=kind(H, 5000, dst, dport)).gives(wan=up(kind(V4, PORT, dst, dport, ttl=63))).opens()
    for src, sport, dst, dport in (H2, 5000, E, 4501), (H2, 5000, E2, 4500), (H, 5001, N, 4500), (H2, 5001, N, 4501):
        case.send(lan=kind(src, sport, dst, dport)).gives(
            wan=up(kind(V4, PORT, dst, dport, ttl=63))).opens().event("port_shared")
    # Towards one remote endpoint there is one inside endpoint: whoever came first, and whether it shares or not.
    for src, sport, dst, dport in (H2, 5000, E, 4500), (H2, 5002, E, 4501), (H, 5000, E2, 4500), (H, 5001, E2, 99):
        refuse(kind(src, sport, dst, dport), src)
    # Each answer goes to the endpoint that has spoken to its sender.
    for src, sport, dst, dport in ((E, 4500, H, 5000), (E2, 99, H, 5000), (E, 4501, H2, 5000), (E2, 4500, H2, 5000),
                                   (N, 4500, H, 5001), (N, 4501, H2, 5001)):
        case.send(wan=down(kind(src, sport, V4, PORT))).gives(lan=kind(src, sport, dst, dport, ttl=63))
    # Address-dependent filtering would let E's other ports in; on a shared port nothing does.
    for src, sport in (E, 4502), (E2, 100), (N, 1):
        case.send(wan=down(kind(src, sport, V4, PORT))).drops("nat_filtered")

case.send(lan=ping(H, E, 7)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens()
case.send(lan=ping(H2, E2, 7)).gives(wan=up(ping(V4, E2, PORT, ttl=63))).opens().event("port_shared")
refuse(ping(H2, E, 7), H2)
case.send(wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 7, ttl=63))
case.send(wan=down(pong(E2, V4, PORT))).gives(lan=pong(E2, H2, 7, ttl=63))
case.expect(nat={"port_reuse": "on_exhaustion", "df": "honour", "sessions": 14, "sessions_sharing": 9, "mappings": 3,
                 "ports": {"udp": {"total": 1, "used": 1, "shared": 1}, "tcp": {"total": 1, "used": 1, "shared": 1}}})
