# SPDX-License-Identifier: BSD-3-Clause
"""NAT-51 TUN-02 — RFC 1812 section 5.3.1: the TTL goes down by one from LAN to softwire and by one back."""
from scenario import *

case = Case("ce")
case.open("udp")

for ttl in 2, 3, 64, 128, 129, 255:
    case.send(lan=udp(H, 5000, E, 53, ttl=ttl)).gives(wan=up(udp(V4, PORT, E, 53, ttl=ttl - 1)))
    case.send(wan=down(udp(E, 53, V4, PORT, ttl=ttl), hlim=1)).gives(lan=udp(E, 53, H, 5000, ttl=ttl - 1))
