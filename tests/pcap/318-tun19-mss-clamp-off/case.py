# SPDX-License-Identifier: BSD-3-Clause
"""TUN-19 — with mss_clamp = false no MSS is touched."""
from scenario import *

case = Case("ce", edit={'name = "map0";': 'name = "map0"; mss_clamp = false;'})

case.send(lan=tcp(H, 5000, E, 80, "S", b"", mss(1460))).gives(
    wan=up(tcp(V4, PORT, E, 80, "S", b"", mss(1460), ttl=63))).opens()
case.send(wan=down(tcp(E, 80, V4, PORT, "SA", b"", mss(1460)))).gives(
    lan=tcp(E, 80, H, 5000, "SA", b"", mss(1460), ttl=63))
