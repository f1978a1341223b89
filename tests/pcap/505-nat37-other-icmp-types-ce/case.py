# SPDX-License-Identifier: BSD-3-Clause
"""NAT-37 — RFC 5508 REQ-10, REQ-11: echo, unreachable, time exceeded and parameter problem pass; other types do
not."""
from scenario import *

case = Case("ce")
case.open("udp")

for type in 4, 5, 9, 10, 13, 14, 15, 16, 17, 18, 30, 40, 42, 255:
    case.send(lan=icmp(H, E, type, 0, PORT << 16, udp(E, 53, H, 5000))).drops("icmp_unsupported")
    case.send(wan=down(icmp(E, V4, type, 0, PORT << 16, udp(V4, PORT, E, 53)))).drops("icmp_unsupported")
