# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-16 MAPE-10 TRAP-36 — RFC 7597 section 5.2: 48 EA bits carry a whole address and a whole port (vector V12:
192.0.2.18:1232)."""
from scenario import *

case = Case("br", edit={'2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6':
                        '2001::/16"; ipv4 = "0.0.0.0/0"; ea = 48; offset = 0', "2001:db8:ffff::1": "3fff::1"})
HERE_BR = "3fff::1"
CE_A, CE_B = "2001:c000:212:4d0:0:c000:212:4d0", "2001:c000:212:4d1:0:c000:212:4d1"

case.send(internet=udp(N, 53, V4, 1232)).gives(map=tunnel(HERE_BR, CE_A, udp(N, 53, V4, 1232, ttl=63)))
case.send(internet=udp(N, 53, V4, 1233)).gives(map=tunnel(HERE_BR, CE_B, udp(N, 53, V4, 1233, ttl=63)))
case.send(map=tunnel(CE_A, HERE_BR, udp(V4, 1232, V4, 1233))).gives(
    map=tunnel(HERE_BR, CE_B, udp(V4, 1232, V4, 1233, ttl=63))).event("hairpin")
case.send(map=tunnel(CE_A, HERE_BR, udp(V4, 1233, E, 53))).drops("spoof_v4")
