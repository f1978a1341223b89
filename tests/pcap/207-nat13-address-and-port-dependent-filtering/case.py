# SPDX-License-Identifier: BSD-3-Clause
"""NAT-13 — RFC 4787 REQ-8: with address and port-dependent filtering a mapping admits only what its host has spoken
to."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce";\nnat = { filtering = "address-and-port-dependent"; };'})
case.open("udp")

case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.send(wan=down(udp(E, 99, V4, PORT))).drops("nat_filtered")
case.send(wan=down(udp(E2, 53, V4, PORT))).drops("nat_filtered")
