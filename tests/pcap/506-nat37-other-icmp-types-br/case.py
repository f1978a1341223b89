# SPDX-License-Identifier: BSD-3-Clause
"""NAT-37 — RFC 7597 section 8.2: ICMP without an identifier or a quoted packet that says whose it is cannot reach a
shared address, nor leave from it."""
from scenario import *

case = Case("br")

for type in 4, 5, 9, 10, 13, 14, 15, 16, 17, 18, 30, 40, 42, 255:
    case.send(internet=icmp(E, V4, type, 0, 1232 << 16, udp(V4, 1232, E, 53))).drops("icmp_unsupported")
    case.send(map=tunnel(CE1, BR, icmp(V4, E, type, 0, 1232 << 16, udp(E, 53, V4, 1232)))).drops("icmp_unsupported")
