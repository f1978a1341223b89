# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-06 MAPE-04 — RFC 7597 section 5.4: what no rule covers goes to the BR; an FMR with a given PSID covers that
PSID and no other of its address."""
from scenario import *

ONE_TO_ONE = '{ ipv6 = "2001:db8:12:3500::/56"; ipv4 = "192.0.2.18/32"; ea = 0; offset = 6; psid_len = 8; psid = 0x35; fmr = true; }'
case = Case("ce-mesh", edit={'{ ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6; fmr = true; }': ONE_TO_ONE})
OWN, OUTER = "198.18.0.18", "3fff:0:1204:d000:0:c612:12:4d0"

# Port 1236 has PSID 0x35, port 1240 PSID 0x36.
case.send(lan=udp(H, 5000, V4, 1236)).gives(wan=tunnel(OUTER, CE2, udp(OWN, PORT, V4, 1236, ttl=63))).opens()
case.send(lan=udp(H, 5000, V4, 1240)).gives(wan=tunnel(OUTER, BR, udp(OWN, PORT, V4, 1240, ttl=63))).opens()
