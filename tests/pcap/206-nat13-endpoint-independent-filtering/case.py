# SPDX-License-Identifier: BSD-3-Clause
"""NAT-13 — RFC 4787 REQ-8: with endpoint-independent filtering a mapping admits everybody."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce";\nnat = { filtering = "endpoint-independent"; };'})
case.open("udp")

for address, port in (E, 53), (E, 99), (E2, 53), (N, 1):
    case.send(wan=down(udp(address, port, V4, PORT))).gives(lan=udp(address, port, H, 5000, ttl=63))
case.send(wan=down(udp(E, 53, V4, 1236))).drops("nat_no_mapping")
