# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-08 — RFC 7597 section 5: the MAP address is the only one that terminates MAP traffic, not another address of
the prefix, not that of another PSID, not the other interface identifier format."""
from scenario import *

case = Case("ce")
case.open("udp")

for outer in ("2001:db8:12:3400::1", "2001:db8:12:3400::", CE1, CE2, "2001:db8:12:3401:0:c000:212:4d0",
              "2001:db8:12:3400:c0:2:1204:d000", "fe80::ff:fe00:c02", BR):
    case.send(wan=tunnel(BR, outer, udp(E, 53, V4, PORT))).drops("not_map_dst")
case.send(wan=down(udp(E, 53, V4, PORT))).gives(lan=udp(E, 53, H, 5000, ttl=63))
