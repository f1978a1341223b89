# SPDX-License-Identifier: BSD-3-Clause
"""OPS-03 — a frame that ends before its Ethernet or fixed IP header does is dropped unread."""
from scenario import *

case = Case("ce")
lan, wan = padded("lan", udp(H, 5000, E, 53), 0), padded("wan", down(udp(E, 53, V4, PORT)), 0)

for size in 1, 6, 13, 14, 15, 33:
    case.send(lan=Frame(lan[:size])).drops("l2_short")
for size in 13, 14, 53:
    case.send(wan=Frame(wan[:size])).drops("l2_short")
