# SPDX-License-Identifier: BSD-3-Clause
"""BRS-05 ICM-01 — RFC 1812 section 5.3.7: from the Internet, sources that must never be forwarded are dropped
without an ICMP error; such destinations are under no rule."""
from scenario import *

case = Case("br")

for source in "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.5", "240.0.0.1", "255.255.255.255":
    case.send(internet=udp(source, 53, V4, 1232, ttl=1)).drops("martian_v4")
for destination in "0.0.0.0", "127.0.0.1":
    case.send(internet=udp(E, 53, destination, 1232, ttl=1)).drops("no_rule")
