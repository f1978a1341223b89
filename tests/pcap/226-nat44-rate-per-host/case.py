# SPDX-License-Identifier: BSD-3-Clause
"""NAT-44 — RFC 6888 REQ-5: a host opens so many sessions a second, and as many at once; what it has open is not slowed down."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { new_sessions_per_host = 2; };'})
destination = iter(range(1000, 2000))


def opens(host, **when):
    port = next(destination)
    if host == H:
        return case.send(lan=udp(H, 5000, E, port), **when).gives(wan=up(udp(V4, PORT, E, port, ttl=63))).opens()
    return case.send(lan=tcp(H2, 5000, E, port, "S"), **when).gives(wan=up(tcp(V4, PORT, E, port, "S", ttl=63))).opens()


def refused():
    case.send(lan=udp(H, 5000, E, next(destination))).drops("nat_host_limit")


opens(H)
opens(H)
refused()
opens(H2)
for _ in range(5):
    case.send(lan=udp(H, 5000, E, 1000)).gives(wan=up(udp(V4, PORT, E, 1000, ttl=63)))
opens(H, at=0.6)                                    # half a second is worth one
refused()
opens(H, at=60)                                     # but a minute only two
opens(H)
refused()
