# SPDX-License-Identifier: BSD-3-Clause
"""NAT-32 — RFC 5508 REQ-2: an ICMP query session lives at least 60 s."""
from scenario import *

case = Case("ce")
case.open("ping")

case.send(at=59, wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 7, ttl=63))
case.send(at=59 + 62, wan=down(pong(E, V4, PORT))).drops("nat_no_mapping").expires()
