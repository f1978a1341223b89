# SPDX-License-Identifier: BSD-3-Clause
"""NAT-41 — RFC 1624: checksums after translation are right for every length, odd or even, and for data of all
ones."""
from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")

for data in b"", b"\xff", b"\xff\xff", b"\0" * 3, bytes(range(256)), b"\xff" * 1199:
    case.send(lan=udp(H, 5000, E, 53, data)).gives(wan=up(udp(V4, PORT, E, 53, data, ttl=63)))
    case.send(lan=tcp(H, 5000, E, 80, "S", data)).gives(wan=up(tcp(V4, PORT, E, 80, "S", data, ttl=63)))
    case.send(lan=ping(H, E, 7, data)).gives(wan=up(ping(V4, E, PORT, data, ttl=63)))
    case.send(wan=down(udp(E, 53, V4, PORT, data))).gives(lan=udp(E, 53, H, 5000, data, ttl=63))
    case.send(wan=down(tcp(E, 80, V4, PORT, "SA", data))).gives(lan=tcp(E, 80, H, 5000, "SA", data, ttl=63))
    case.send(wan=down(pong(E, V4, PORT, data))).gives(lan=pong(E, H, 7, data, ttl=63))
