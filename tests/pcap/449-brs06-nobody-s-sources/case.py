# SPDX-License-Identifier: BSD-3-Clause
"""BRS-06 BRS-02 BRS-07 — RFC 2827: what comes to a BR address from under no rule is dropped before anything else is made of it: no ICMP,
no room in a table, no other CE reached, whatever is inside."""
from scenario import *

case = Case("br")
NOBODIES = "3fff::1", "2001:db9::1", BR, "2001:db8:ffff::2", "fe80::1", "::", "ff02::1"

for source in NOBODIES:
    for inner in (udp(V4, 1232, E, 53), udp(V4, 1232, E, 53, ttl=1), tcp(V4, 1232, V4, 1236, "S"), ping(V4, BR_V4, 1232),
                  udp(V4, 1232, E, 53, bytes(1432)), ip(V4, E, 47, bytes(20)), error(V4, E, 3, 3, udp(E, 53, V4, 1232)),
                  udp("10.0.0.1", 1232, E, 53), udp(E2, 1, E, 53), ip(V4, E, 17, bytes(64), offset=185),
                  *cut(udp(V4, 1232, E, 53, bytes(100), df=False), 48)[::-1]):
        case.send(map=tunnel(source, BR, inner)).drops("spoof_v6")
    case.send(map=cut6(tunnel(source, BR, udp(V4, 1232, E, 53, bytes(100))), 64)).drops("spoof_v6")
    case.send(map=tunnel(source, BR, udp(V4, 1232, E, 53, bytes(1)), ext=[fragment_header(more=True)])).drops("spoof_v6")
