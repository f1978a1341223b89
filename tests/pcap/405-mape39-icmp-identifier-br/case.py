# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-39 — RFC 7597 section 8.2: the identifier of an ICMP query counts as its port, in the choice of the CE and in
the source check, for requests and replies."""
from scenario import *

case = Case("br")

for query in ping, pong:
    case.send(internet=query(E, V4, 2256)).gives(map=tunnel(BR, CE1, query(E, V4, 2256, ttl=63)))
    case.send(internet=query(E, V4, 1236)).gives(map=tunnel(BR, CE2, query(E, V4, 1236, ttl=63)))
    case.send(map=tunnel(CE1, BR, query(V4, E, 1232))).gives(internet=query(V4, E, 1232, ttl=63))
    case.send(map=tunnel(CE1, BR, query(V4, E, 1236))).drops("spoof_v4")
    case.send(map=tunnel(CE1, BR, query("192.0.2.19", E, 1232))).drops("spoof_v4")
    case.send(internet=query(E, V4, 208)).drops("port_excluded")
    case.send(internet=query(E, V4, 0)).drops("port_excluded")

# The BR does not verify ICMP checksums, it forwards them.
case.send(internet=icmp(E, V4, 0, 0, 2256 << 16, b"x", wrong=1)).gives(
    map=tunnel(BR, CE1, icmp(E, V4, 0, 0, 2256 << 16, b"x", wrong=1, ttl=63)))
