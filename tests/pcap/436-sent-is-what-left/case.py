# SPDX-License-Identifier: BSD-3-Clause
"""OPS-03 — a decapsulated packet without a neighbour to go to is dropped, so it is not counted as sent."""
from scenario import *

case = Case("br")

case.send(map=tunnel(CE1, BR, udp(V4, 1232, "203.0.113.200", 53))).drops("no_neighbour")
case.expect(softwires={"f1": {"sent_ipv4_packets": 0}})
