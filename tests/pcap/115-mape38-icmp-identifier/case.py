# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-38 NAT-31 — RFC 7597 section 8.2: the identifier of an ICMP query is rewritten to a value of the port set, the
same for every destination, and back in the reply."""
from scenario import *

case = Case("ce")

case.send(lan=ping(H, E, 7)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens()
case.send(lan=ping(H, E2, 7)).gives(wan=up(ping(V4, E2, PORT, ttl=63))).opens()
case.send(wan=down(pong(E2, V4, PORT))).gives(lan=pong(E2, H, 7, ttl=63))
case.send(wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 7, ttl=63))

case.send(wan=down(pong(E, V4, 7))).drops("nat_no_mapping")
case.send(wan=down(pong(E, V4, 1236))).drops("nat_no_mapping")
case.expect(nat={"mappings": 1, "ports": {"icmp": {"total": 1, "used": 1}, "udp": {"total": 1, "used": 0}}})
