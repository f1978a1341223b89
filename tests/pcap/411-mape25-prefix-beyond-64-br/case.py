# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-25 — RFC 7597 section 6: an end-user prefix longer than 64 bits overwrites the top of the interface
identifier, as destination and in the source check (vector V4)."""
from scenario import *

case = Case("br", edit={"2001:db8::/40": "2001:db8:0:1000::/52"})
LONG = "2001:db8:0:1123:4000:c000:212:34"

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, LONG, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(LONG, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
case.send(internet=udp(E, 53, V4, 1236)).gives(
    map=tunnel(BR, "2001:db8:0:1123:5000:c000:212:35", udp(E, 53, V4, 1236, ttl=63)))
case.send(map=tunnel(LONG, BR, udp(V4, 1236, E, 53))).drops("spoof_v4")
case.send(map=tunnel("2001:db8:0:1123:4100:c000:212:34", BR, udp(V4, 1232, E, 53))).drops("spoof_v6")
