# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 TRAP-13 ICM-07 — RFC 1812 section 5.3.1: a TTL that ends at the BR on the way from a CE is answered through
the softwire, from the BR's Internet address, also where the packet was for another CE."""
from scenario import *

case = Case("br")

for offender in (udp(V4, 1232, E, 53, ttl=1), udp(V4, 1232, E, 53, ttl=0), tcp(V4, 1232, E, 80, "S", ttl=1),
                 ping(V4, E, 1232, ttl=1), udp(V4, 1232, E, 53, bytes(1400), ttl=1), udp(V4, 1232, V4, 1236, ttl=1)):
    case.send(map=tunnel(CE1, BR, offender)).drops("ttl").replies(
        map=tunnel(BR, CE1, own_error(BR_V4, V4, 11, 0, offender)))
case.send(map=tunnel(CE1, BR, error(V4, E, 3, 3, udp(E, 53, V4, 1232), ttl=1))).drops("ttl")
