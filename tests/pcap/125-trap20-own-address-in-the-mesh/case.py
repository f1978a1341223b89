# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-06 TRAP-19 TRAP-20 — RFC 7597 section 5: in a mesh, a port of our own address that is another CE's leads to that CE; the
destination alone says nothing."""
from scenario import *

case = Case("ce-mesh")
MESH = Rule("3fff::/32", "198.18.0.0/24", ea=24, offset=0)
OURS = "198.18.0.18"
MINE = MESH.map_address(OURS, PORT)

for kind in (lambda *ends, **ttl: udp(*ends, **ttl)), (lambda *ends, **ttl: tcp(*ends, "S", **ttl)):
    for port in 1236, 1231, 1, 65535:
        case.send(lan=kind(H, 5000, OURS, port)).gives(
            wan=tunnel(MINE, MESH.map_address(OURS, port), kind(OURS, PORT, OURS, port, ttl=63))).opens()
        theirs = kind(OURS, port, OURS, PORT)
        case.send(wan=tunnel(MESH.map_address(OURS, port), MINE, theirs)).gives(
            lan=kind(OURS, port, H, 5000, ttl=63))
        case.send(wan=tunnel(MESH.map_address(OURS, 7), MINE, theirs)).drops("spoof_v4")
