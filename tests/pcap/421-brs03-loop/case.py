# SPDX-License-Identifier: BSD-3-Clause
"""BRS-03 TRAP-13 — RFC 7597 section 10: a packet that would return to the very CE it came from is not encapsulated
again."""
from scenario import *

case = Case("br")

for port in 1232, 1235, 64723:
    case.send(map=tunnel(CE1, BR, udp(V4, 1232, V4, port))).drops("loop")
    case.send(map=tunnel(CE1, BR, tcp(V4, 1233, V4, port, "S"))).drops("loop")
case.send(map=tunnel(CE1, BR, ping(V4, V4, 1232))).drops("loop")
