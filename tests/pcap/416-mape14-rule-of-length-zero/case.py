# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-14 TRAP-36 B17 — RFC 7597 section 5.2: Rule IPv4 prefix may have length 0; the whole address is in the EA bits
(vector V11)."""
from scenario import *

case = Case("br", edit={'2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6':
                        '2001:db8::/32"; ipv4 = "0.0.0.0/0"; ea = 32', "2001:db8:ffff::1": "3fff::1"})
HERE_BR = "3fff::1"
CE_A, CE_E = "2001:db8:c000:212:0:c000:212:0", "2001:db8:c633:6409:0:c633:6409:0"

case.send(internet=udp(N, 53, V4, 208)).gives(map=tunnel(HERE_BR, CE_A, udp(N, 53, V4, 208, ttl=63)))
case.send(internet=udp(N, 53, E, 53)).gives(map=tunnel(HERE_BR, CE_E, udp(N, 53, E, 53, ttl=63)))
# Every destination is under the rule, so that everything from a CE goes back to one.
case.send(map=tunnel(CE_A, HERE_BR, udp(V4, 208, E, 53))).gives(
    map=tunnel(HERE_BR, CE_E, udp(V4, 208, E, 53, ttl=63))).event("hairpin")
case.send(map=tunnel(CE_A, HERE_BR, udp("192.0.2.19", 208, E, 53))).drops("spoof_v4")
case.send(map=tunnel("2001:db8:c000:213:0:c000:212:0", HERE_BR, udp(V4, 208, E, 53))).drops("spoof_v4")
