# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-18 MAPE-06 — RFC 7597 section 5.1: a destination port with A = 0 belongs to no CE of the mesh."""
from scenario import *

case = Case("ce-mesh")

for port in 208, 1, 64, 1023:                     # 208 has the PSID bits of 0x34, but A = 0
    case.send(lan=udp(H, 5000, "192.0.2.77", port)).drops("port_excluded")
case.send(lan=tcp(H, 5000, "192.0.2.77", 208, "S")).drops("port_excluded")
# An error about a packet that has no port goes to nobody either.
case.send(lan=error(H, "192.0.2.77", 3, 3, ip("192.0.2.77", H, 50, bytes(8)))).drops("icmp_bad")
case.expect(nat={"sessions": 0, "mappings": 0})
