# SPDX-License-Identifier: BSD-3-Clause
"""NAT-55 BRS-01 B16 — RFC 768, RFC 9293, RFC 1858: a TCP, UDP or ICMP header that is cut short, or whose length field
lies, is dropped before a port is read; port 0 is no port."""
from scenario import *

case = Case("br")

for packet in broken_l4(V4, 1232, E, 53):
    case.send(map=tunnel(CE1, BR, packet)).drops("l4_bad")
for packet in broken_l4(E, 53, V4, 1232):
    case.send(internet=packet).drops("l4_bad")
