# SPDX-License-Identifier: BSD-3-Clause
"""TUN-06 TUN-07 TRAP-14 — RFC 6040 section 4.2: all 16 combinations of inner and outer ECN field on decapsulation;
the inner DSCP stays, the outer one is forgotten."""
from scenario import *

case = Case("ce")
case.open("udp")
DSCP = 46 << 2

for (inner, outer), (leaves, unused) in ECN_DECAPSULATION.items():
    step = case.send(wan=down(udp(E, 53, V4, PORT, tos=DSCP | inner), tc=8 << 2 | outer))
    if leaves is None:
        step.drops("ecn_drop")
    else:
        step.gives(lan=udp(E, 53, H, 5000, tos=DSCP | leaves, ttl=63)).event("ecn_odd", unused)
