# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-19 TRAP-37 — RFC 7597 section 5.1: with a = 0 each PSID has one range and no port is excluded (vector V7: PSID
1 has 1024-2047)."""
from scenario import *

case = Case("br", edit={"ea = 16; offset = 6": "ea = 14; offset = 0"})

for port, ce in (1024, "2001:db8:12:400:0:c000:212:1"), (2047, "2001:db8:12:400:0:c000:212:1"), \
        (1, "2001:db8:12::c000:212:0"), (1023, "2001:db8:12::c000:212:0"), \
        (2048, "2001:db8:12:800:0:c000:212:2"), (65535, "2001:db8:12:fc00:0:c000:212:3f"):
    case.send(internet=udp(E, 53, V4, port)).gives(map=tunnel(BR, ce, udp(E, 53, V4, port, ttl=63)))
    case.send(map=tunnel(ce, BR, udp(V4, port, E, 53))).gives(internet=udp(V4, port, E, 53, ttl=63))
for port in 1023, 2048:
    case.send(map=tunnel("2001:db8:12:400:0:c000:212:1", BR, udp(V4, port, E, 53))).drops("spoof_v4")
