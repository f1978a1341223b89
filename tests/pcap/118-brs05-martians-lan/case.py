# SPDX-License-Identifier: BSD-3-Clause
"""BRS-05 ICM-01 — RFC 1812 section 5.3.7: sources and destinations that must never be forwarded; no ICMP error about
them."""
from scenario import *

case = Case("ce")

for source in "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "224.0.0.5", "239.255.255.250", "240.0.0.1", \
        "255.255.255.255":
    case.send(lan=udp(source, 5000, E, 53, ttl=1)).drops("martian_v4")
for destination in "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255":
    case.send(lan=udp(H, 5000, destination, 53, ttl=1)).drops("martian_v4")
