# SPDX-License-Identifier: BSD-3-Clause
"""NAT-14 — RFC 7857 sections 5 and 6: a mapping admits its own protocol only."""
from scenario import *

case = Case("ce")
case.open("udp")

case.send(wan=down(tcp(E, 53, V4, PORT, "S"))).drops("nat_no_mapping")
case.send(wan=down(tcp(E, 53, V4, PORT, "A"))).drops("nat_no_mapping")
case.send(wan=down(pong(E, V4, PORT))).drops("nat_no_mapping")
case.send(wan=down(ping(E, V4, PORT))).drops("nat_no_mapping")
case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
