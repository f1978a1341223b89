# SPDX-License-Identifier: BSD-3-Clause
"""ICM-01 — RFC 1812 section 4.3.2.7: the same at the BR, on both sides."""
from scenario import *

case = Case("br")

for type, code in ERRORS:
    case.send(internet=error(E, V4, type, code, udp(V4, 1232, E, 53), ttl=1)).drops("ttl")
    case.send(map=tunnel(CE1, BR, error(V4, E, type, code, udp(E, 53, V4, 1232), ttl=1))).drops("ttl")
case.send(internet=ip(E, V4, 17, bytes(64), offset=185, ttl=1)).waits()
first = ip(E, V4, 17, udp(E, 53, V4, 1232)[20:28], mf=True)
case.send(internet=first).gives(map=tunnel(BR, CE1, spent(first))).releases(1).drops("ttl", 1)
case.send(internet=udp("127.0.0.1", 53, V4, 1232, ttl=1)).drops("martian_v4")
case.send(map=tunnel(CE1, BR, udp(V4, 1236, E, 53, ttl=1))).drops("spoof_v4")
case.send(map=tunnel("2001:db8:12:3400::1", BR, udp(V4, 1232, E, 53, ttl=1))).drops("spoof_v6")
case.send(internet=pong(E, V4, 1232, ttl=1)).drops("ttl").replies(
    internet=own_error(BR_V4, E, 11, 0, pong(E, V4, 1232, ttl=1)))
