# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-25 MAPE-26 — the same prefix with the interface identifier of draft-ietf-softwire-map-03: bits 64-67 are the
prefix's, then the identifier goes on with its own c0."""
from scenario import *

case = Case("ce", edit={"2001:db8:12:3400::/56\"; br": "2001:db8:0:1123:4000::/68\"; br",
                        "2001:db8:12:3400::/56\"; ipv4": "2001:db8:0:1123:4000::/68\"; ipv4",
                        'iid = "rfc7597"': 'iid = "draft03"'})
LONG = "2001:db8:0:1123:40c0:2:1204:d000"

case.send(lan=udp(H, 5000, E, 53)).gives(wan=tunnel(LONG, BR, udp(V4, PORT, E, 53, ttl=63))).opens()
case.send(wan=tunnel(BR, LONG, udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
case.send(wan=tunnel(BR, "2001:db8:0:1123:4000:c000:212:4d0", udp(E, 53, V4, PORT))).drops("not_map_dst")
