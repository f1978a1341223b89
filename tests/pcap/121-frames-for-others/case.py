# SPDX-License-Identifier: BSD-3-Clause
"""OPS-03 — a unicast frame for another MAC address is not ours, however good its content."""
from scenario import *

case = Case("ce")
case.send(lan=ether(OTHER_MAC, MAC[H], 0x0800, udp(H, 5000, E, 53))).drops("l2_other")
case.send(lan=ether(MAC["wan"], MAC[H], 0x0800, udp(H, 5000, E, 53))).drops("l2_other")
case.send(wan=ether(OTHER_MAC, MAC["wan gateway"], 0x86dd, down(udp(E, 53, V4, PORT)))).drops("l2_other")
