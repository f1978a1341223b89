# SPDX-License-Identifier: BSD-3-Clause
"""BRS-11 BRS-01 TRAP-8 TRAP-9 TRAP-10 — RFC 1858, RFC 7597 section 8.1: neither side's fragments are read as packets;
a spoofed one does not pass either."""
from scenario import *

case = Case("br")
LIKE_UDP = udp(V4, 1232, E, 53)[20:]

for fields in {"mf": True}, {"mf": True, "offset": 185}, {"offset": 185}, {"offset": 1}, {"mf": True, "ttl": 1}:
    for proto in 6, 17, 1, 50:
        case.send(internet=ip(E, V4, proto, LIKE_UDP, **fields)).drops("fragment_v4")
        case.send(map=tunnel(CE1, BR, ip(V4, E, proto, LIKE_UDP, **fields))).drops("fragment_v4")
case.send(map=tunnel(CE1, BR, ip("192.0.2.99", E, 17, LIKE_UDP, offset=185))).drops("fragment_v4")
