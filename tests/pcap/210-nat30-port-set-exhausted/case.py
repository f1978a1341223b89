# SPDX-License-Identifier: BSD-3-Clause
"""NAT-30 — RFC 4787 REQ-11, RFC 6888 REQ-11: with every port in use a new flow is refused and no live mapping ends; a
port is free again when the last session of its mapping has ended. RFC 5508 REQ-8: the host is told by ICMP 3/13."""
from scenario import *

case = Case("ce")
case.open("nat-t")


def refuse(host, offender, **at):
    return case.send(lan=offender, **at).drops("nat_no_port").replies(lan=own_error(CE_LAN, host, 3, 13, offender))


refuse(H, udp(H, 5001, E, 4500))
refuse(H2, udp(H2, 5000, E, 4500))
refuse(H2, udp(H2, 5000, E2, 4500))
case.send(at=10, lan=udp(H, 5000, E2, 4500)).gives(wan=up(udp(V4, PORT, E2, 4500, ttl=63))).opens()
case.send(at=20, wan=down(udp(E, 4500, V4, PORT))).gives(lan=udp(E, 4500, H, 5000, ttl=63))

# At 315 s the session with E2 has ended, but the mapping lives with the one with E.
refuse(H2, udp(H2, 5000, E, 4500), at=315).expires()
case.send(at=20 + 302, lan=udp(H2, 5000, E, 4500)).gives(wan=up(udp(V4, PORT, E, 4500, ttl=63))).opens().expires()
case.send(wan=down(udp(E, 4500, V4, PORT))).gives(lan=udp(E, 4500, H2, 5000, ttl=63))
case.expect(nat={"sessions": 1, "mappings": 1, "ports": {"udp": {"total": 1, "used": 1}}})
