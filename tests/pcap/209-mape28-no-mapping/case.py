# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-28 NAT-25 ICM-18 — RFC 7597 section 4: the shared address is only the outside of the NAT; what nobody asked
for ends there, silently, whether the port is in the set, in another CE's or in nobody's, and whatever its TTL."""
from scenario import *

case = Case("ce")

for port in PORT, 1236, 22, 208, 65535:
    case.send(wan=down(udp(E, 53, V4, port))).drops("nat_no_mapping")
    case.send(wan=down(tcp(E, 80, V4, port, "S"))).drops("nat_no_mapping")
    case.send(wan=down(ping(E, V4, port))).drops("nat_no_mapping")
case.send(wan=down(udp(E, 53, V4, PORT, ttl=1))).drops("nat_no_mapping")
