# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-25 — RFC 7597 section 6: an end-user prefix longer than 64 bits overwrites the top of the interface
identifier."""
from scenario import *

case = Case("ce", edit={"2001:db8:12:3400::/56\"; br": "2001:db8:0:1123:4000::/68\"; br",
                        "2001:db8:12:3400::/56\"; ipv4": "2001:db8:0:1123:4000::/68\"; ipv4"})
LONG = "2001:db8:0:1123:4000:c000:212:4d0"

case.send(lan=udp(H, 5000, E, 53)).gives(wan=tunnel(LONG, BR, udp(V4, PORT, E, 53, ttl=63))).opens()
case.send(wan=tunnel(BR, LONG, udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.send(wan=tunnel(BR, "2001:db8:0:1123:0:c000:212:4d0", udp(E, 53, V4, PORT))).drops("not_map_dst")
