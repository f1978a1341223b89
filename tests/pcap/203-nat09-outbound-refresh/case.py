# SPDX-License-Identifier: BSD-3-Clause
"""NAT-09 — RFC 4787 REQ-6: outbound traffic keeps the mapping alive."""
from scenario import *

case = Case("ce")

for n in range(5):
    step = case.send(at=200 * n, lan=udp(H, 5000, E, 4500)).gives(wan=up(udp(V4, PORT, E, 4500, ttl=63)))
    step.opens(1 if n == 0 else 0)
case.send(at=800 + 299, wan=down(udp(E, 4500, V4, PORT))).gives(lan=udp(E, 4500, H, 5000, ttl=63))
