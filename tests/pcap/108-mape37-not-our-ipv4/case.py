# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-37 — RFC 7597 section 8.1: the CE drops decapsulated packets whose IPv4 destination is not its own address."""
from scenario import *

case = Case("ce")
case.open("udp")

for address, port in (H, 5000), (H, PORT), (CE_LAN, PORT), ("192.0.2.19", PORT), ("192.0.2.17", PORT), (E2, 53):
    case.send(wan=down(udp(E, 53, address, port))).drops("not_my_v4dst")
case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
