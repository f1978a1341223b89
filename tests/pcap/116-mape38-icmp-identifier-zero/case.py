# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-38 — RFC 792: the identifier of a query may be zero, so that a host's identifier 0 is translated like any
other."""
from scenario import *

case = Case("ce")

case.send(lan=ping(H, E, 0)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens()
case.send(wan=down(pong(E, V4, PORT))).gives(lan=pong(E, H, 0, ttl=63))
