# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-26 TRAP-4 — draft-ietf-softwire-map-03: the interface identifier is the RFC's, moved one byte up (vector V1);
in strict mode the RFC's address is then a wrong one."""
from scenario import *

case = Case("br", edit={'iid = "rfc7597"': 'iid = "draft03"'})
DRAFT = "2001:db8:12:3400:c0:2:1200:3400"

case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, DRAFT, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(DRAFT, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))
case.send(map=tunnel(DRAFT, BR, udp(V4, 1236, E, 53))).drops("spoof_v4")
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).drops("spoof_v6")
