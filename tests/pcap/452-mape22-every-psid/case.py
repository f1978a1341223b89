# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-22 MAPE-34 MAPE-20 — RFC 7597 appendix B: the port sets of the 256 CEs that share an address do not overlap and leave nothing out: the
first and the last port of each belong to it, and to its neighbours neither."""
from scenario import *

case = Case("br")

sets = {}
for port in range(65536):
    sets.setdefault(F1.psid_of(port), []).append(port)
assert len(sets.pop(None)) == 1024 and {len(ports) for ports in sets.values()} == {252}

for psid, ports in sets.items():
    ce = F1.map_address(V4, ports[0])
    neighbours = [F1.map_address(V4, sets[(psid + step) % 256][0]) for step in (1, -1)]
    for port, neighbour in zip((ports[0], ports[-1]), neighbours):
        case.send(internet=udp(E, 53, V4, port)).gives(map=tunnel(BR, ce, udp(E, 53, V4, port, ttl=63)))
        case.send(map=tunnel(ce, BR, udp(V4, port, E, 53))).gives(internet=udp(V4, port, E, 53, ttl=63))
        case.send(map=tunnel(neighbour, BR, udp(V4, port, E, 53))).drops("spoof_v4")
