# SPDX-License-Identifier: BSD-3-Clause
"""NAT-18 NAT-01 — RFC 4787 REQ-1, REQ-11: a host with reserved ports keeps its endpoint-independent mapping and its filter however
short ports are; the others share what is left and never get the reserved one."""
from scenario import *

case = Case("ce", edit=two_ports(
    f'port_reuse = "on_exhaustion"; reserved_ports = 1; policies = ( {{ hosts = "{H2}/32"; reserved = true; '
    'filtering = "endpoint-independent"; } );'))
SHARED, OWN = 10, 10

case.send(lan=udp(H, 5000, E, 1000)).gives(wan=ANY).opens()
for number in range(SHARED):
    case.send(lan=udp(H, 6000, E, 2000 + number)).gives(wan=ANY).opens().event("port_shared")
for number in range(OWN):
    case.send(lan=udp(H2, 7000, E, 3000 + number)).gives(wan=ANY).opens()
# One of the two is open to everybody, the shared one is not; which one that is the program may choose.
case.send(wan=[tunnel(BR, CE_TWO, udp(N, 9, V4, port)) for port in (1232, 1233)]).gives(
    lan=udp(N, 9, H2, 7000, ttl=63)).drops("nat_filtered", 1)
case.expect(nat={"sessions": 1 + SHARED + OWN, "sessions_sharing": SHARED, "mappings": 2})


def check(frames, _):
    ports = [int.from_bytes(frame[ETHER + 60:ETHER + 62], "big") for frame in frames["wan"]]
    assert set(ports) == {1232, 1233}
    assert len(set(ports[:1 + SHARED])) == 1 and len(set(ports[1 + SHARED:])) == 1
