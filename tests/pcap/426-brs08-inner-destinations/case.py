# SPDX-License-Identifier: BSD-3-Clause
"""BRS-08 BRS-05 — RFC 1812 section 5.3.7: from a CE, destinations that must never be forwarded are dropped; such a
source is never the CE's own; the BR's own address is for the host system; an on-link host without a known MAC
address cannot be reached."""
from scenario import *

case = Case("br")

for destination in "224.0.0.1", "239.255.255.250", "127.0.0.1", "0.0.0.0", "0.1.2.3", "240.0.0.1", "255.255.255.255":
    case.send(map=tunnel(CE1, BR, udp(V4, 1232, destination, 53))).drops("martian_v4")
for source in "0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255":
    case.send(map=tunnel(CE1, BR, udp(source, 1232, E, 53))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR, ping(V4, BR_V4, 1232))).drops("no_host")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, BR_V4, 53))).drops("no_host")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, "203.0.113.77", 53))).drops("no_neighbour")
