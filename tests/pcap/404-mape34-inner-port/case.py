# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-34 BRS-07 OPS-02 — RFC 7597 section 8.1: the inner source port must be in the port set of the outer source;
else silent drop."""
from scenario import *

case = Case("br")
MINE = set(F1.ports(0x34))

for port in 1, 1023, 1024, 1228, 1231, 1232, 1235, 1236, 1240, 2255, 2256, 2260, 64719, 64720, 64723, 64724, 65535:
    step = case.send(map=tunnel(CE1, BR, udp(V4, port, E, 53)))
    step.gives(internet=udp(V4, port, E, 53, ttl=63)) if port in MINE else step.drops("spoof_v4")
case.send(map=tunnel(CE2, BR, tcp(V4, 1236, E, 80))).gives(internet=tcp(V4, 1236, E, 80, ttl=63))
case.send(map=tunnel(CE2, BR, tcp(V4, 1232, E, 80))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR, tcp(V4, 1236, E, 80, ttl=1))).drops("spoof_v4")
