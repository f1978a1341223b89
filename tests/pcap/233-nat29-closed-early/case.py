# SPDX-License-Identifier: BSD-3-Clause
"""NAT-29 NAT-30 TRAP-26 — with closed_early and no port left, a connection that both sides closed or that was reset gives its port to a
new one after five seconds (RFC 5382 section 5), the one closed longest ago first; a live one never does, and neither does UDP."""
from scenario import *

case = Case("ce", edit=two_ports("closed_early = true;"))
down2 = lambda inner: tunnel(BR, CE_TWO, inner)
SERVER = {1: E, 2: E2}


def to(server, flags, **when):
    return case.send(lan=tcp(H, 5000 + server, SERVER[server], server, flags), **when).gives(wan=ANY)


def refused(packet, **when):
    return case.send(lan=packet, **when).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, packet))


new = tcp(H2, 6000, E, 80, "S")
for server in 1, 2:
    to(server, "S").opens()
refused(new, at=100)                                # both are alive
case.send(at=101, wan=[down2(tcp(E, 1, V4, port, "SA")) for port in (1232, 1233)]).gives(
    lan=tcp(E, 1, H, 5001, "SA", ttl=63)).drops("nat_filtered", 1)
to(1, "FA", at=102)
refused(new, at=110)                                # closed by one side only
case.send(at=111, wan=[down2(tcp(E, 1, V4, port, "FA")) for port in (1232, 1233)]).gives(
    lan=tcp(E, 1, H, 5001, "FA", ttl=63)).drops("nat_filtered", 1)
refused(new, at=115)
case.send(at=117, lan=new).gives(wan=ANY).opens().event("closed_early")
refused(tcp(H2, 6001, E, 80, "S"), at=118)

for server in 1, 2:
    case.send(lan=udp(H, 5000 + server, E, server)).gives(wan=ANY).opens()
refused(udp(H2, 6000, E, 1), at=200)


def check(frames, _):
    ports = [int.from_bytes(frame[ETHER + 60:ETHER + 62], "big") for frame in frames["wan"]]
    first, second, fin, new_port, *_ = ports
    assert {first, second} == {1232, 1233} and new_port == fin == first
