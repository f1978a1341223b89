# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 ICM-07 — RFC 1812 section 5.3.1, RFC 7597 section 8: a packet for a LAN host whose TTL ends at the CE is
answered through the softwire, from the shared address, quoting what was inside the tunnel."""
from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")

for offender in (udp(E, 53, V4, PORT, ttl=1), udp(E, 53, V4, PORT, ttl=0), tcp(E, 80, V4, PORT, "SA", ttl=1),
                 pong(E, V4, PORT, ttl=1), udp(E, 53, V4, PORT, bytes(1400), ttl=1, tos=0xb8)):
    case.send(wan=down(offender, tc=8)).drops("ttl").replies(wan=up(own_error(V4, E, 11, 0, offender)))
case.send(wan=down(udp(E, 53, V4, PORT, ttl=1), hlim=1)).drops("ttl").replies(
    wan=up(own_error(V4, E, 11, 0, udp(E, 53, V4, PORT, ttl=1))))
case.send(wan=down(error(E, V4, 3, 3, udp(V4, PORT, E, 53), ttl=1))).drops("ttl")             # none about an error
