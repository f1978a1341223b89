# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-32 BRS-12 B7 — RFC 7597 section 8.1: the BR decapsulates what comes from an address under a rule to a BR
address; other destinations and sources end here, in different counters."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53)

for destination in "2001:db8:ffff::2", "2001:db8:ffff::", "2001:db8:ffff::1:1", "fe80::ff:fe00:b01", CE2, CE1:
    case.send(map=tunnel(CE1, destination, inner)).drops("not_map_dst")
for source in "2001:db8:112:3400:0:c000:212:34", "2001:db9:12:3400:0:c000:212:34", "3fff::1":
    case.send(map=tunnel(source, BR, inner)).drops("spoof_v6")
case.send(map=tunnel(CE1, BR, inner)).gives(internet=udp(V4, 1232, E, 53, ttl=63))
