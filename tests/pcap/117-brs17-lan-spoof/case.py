# SPDX-License-Identifier: BSD-3-Clause
"""BRS-17 — a packet from the LAN whose source is outside the LAN subnets, or is the shared address, is dropped before
NAT."""
from scenario import *

case = Case("ce")

for source in "203.0.113.1", V4, E, "192.168.2.10", "192.168.0.255", "10.0.0.1":
    case.send(lan=udp(source, 5000, E, 53)).drops("lan_spoof")
    case.send(lan=ip(source, E, 50, bytes(32))).drops("lan_spoof")
    case.send(lan=udp(source, 5000, "192.168.1.1", 53)).drops("lan_spoof")
case.expect(nat={"sessions": 0, "ports": {"udp": {"used": 0}}})
