# SPDX-License-Identifier: BSD-3-Clause
"""BRS-11 FRG-09 TRAP-8 TRAP-9 — RFC 1858: an IPv4 fragment is never taken for a packet: what stands where ports would
is not read, a first fragment is no better, and no mapping comes of it."""
from scenario import *

case = Case("ce")
case.open("udp")
LIKE_UDP = udp(V4, PORT, E, 53)[20:]

for fields in {"mf": True}, {"mf": True, "offset": 185}, {"offset": 185}, {"offset": 1}, {"mf": True, "ttl": 1}:
    for proto in 6, 17, 1, 50:
        case.send(lan=ip(H, E, proto, LIKE_UDP, **fields)).drops("fragment_v4")
        case.send(wan=down(ip(E, V4, proto, LIKE_UDP, **fields))).drops("fragment_v4")
case.send(lan=ip(H, E, 6, tcp(H, 6000, E, 80, "S")[20:28], mf=True)).drops("fragment_v4")       # RFC 1858: tiny
case.expect(nat={"sessions": 1, "mappings": 1})
