# SPDX-License-Identifier: BSD-3-Clause
"""NAT-55 NAT-50 — RFC 768, RFC 9293, RFC 1858: a TCP, UDP or ICMP header that is cut short, or whose length field
lies, is dropped before a port is read; port 0 is no port."""
from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")

for packet in broken_l4(H, 5000, E, 53):
    case.send(lan=packet).drops("l4_bad")
for packet in broken_l4(E, 53, V4, PORT):
    case.send(wan=down(packet)).drops("l4_bad")
case.expect(nat={"sessions": 3, "mappings": 3})
