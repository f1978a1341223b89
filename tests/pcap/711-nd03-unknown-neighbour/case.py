# SPDX-License-Identifier: BSD-3-Clause
"""ND-18 — a destination on the LAN that nobody has: without Linux there is no way to ask. A broken header goes nowhere."""
from scenario import *

case = Case("ce-forward")
case.send(wan=udp6(E6, 53, "2001:db8:12:3401::99", 5000)).drops("no_neighbour")
case.send(wan=poke(udp6(E6, 53, H6, 5000), 4, b"\0\xff")).drops("ipv6_bad")
case.send(lan=Native(poke(udp6(H6, 5000, E6, 53), 4, b"\0\xff"))).drops("ipv6_bad")
case.send(lan=Native(poke(udp6(H6, 5000, E6, 53), 0, b"\x40"))).drops("ipv6_bad")
case.send(lan=ether(MAC["lan"], MAC[H], 0x86dd, udp6(H6, 5000, E6, 53)[:39])).drops("l2_short")
