# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-57 — RFC 7597 section 8.1: in eabits mode only rule prefix and EA bits of the outer source count, the
identifier is free."""
from scenario import *

case = Case("br", edit={'source_check = "strict"': 'source_check = "eabits"'})

for source in CE1, "2001:db8:12:3400::1", "2001:db8:12:3401:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400":
    case.send(map=tunnel(source, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
    case.send(map=tunnel(source, BR, udp(V4, 1236, E, 53))).drops("spoof_v4")
    case.send(map=tunnel(source, BR, udp(V4, 208, E, 53))).drops("spoof_v4")
    case.send(map=tunnel(source, BR, udp("192.0.2.19", 1232, E, 53))).drops("spoof_v4")
case.send(map=tunnel("2001:db9:12:3400:0:c000:212:34", BR, udp(V4, 1232, E, 53))).drops("spoof_v6")
