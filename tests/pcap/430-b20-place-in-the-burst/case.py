# SPDX-License-Identifier: BSD-3-Clause
"""OPS-03 BRS-07 B20 B18 — what becomes of a packet does not depend on its place in a burst or on its neighbours
there: every offender is judged and answered, every good packet forwarded in order."""
from scenario import *

case = Case("br")


def good(port):
    return udp(E, 53, V4, port)


def passed(port):
    return tunnel(BR, F1.map_address(V4, port), udp(E, 53, V4, port, ttl=63))


late = udp(E, 53, V4, 1232, ttl=1)
own = own_error(BR_V4, E, 11, 0, late)

case.send(internet=[late] * 8).drops("ttl").replies(internet=[own] * 8)

mixed = [good(1232), late, udp(E, 53, V4, 208), good(1236), poke(good(1), 8, b"\1"), good(2256),
         ip(E, V4, 47, bytes(8)), good(64727)]
for turn in range(len(mixed)):
    order = mixed[turn:] + mixed[:turn]
    case.send(at=10 * (turn + 1), internet=order).replies(internet=own).gives(
        map=[passed(port) for packet in order for port in (1232, 1236, 2256, 64727) if packet == good(port)]
    ).drops("ttl", 1).drops("port_excluded", 1).drops("ipv4_bad", 1).drops("proto_unsupported", 1)

ports = [1024 + 4 * n for n in range(256)]                             # 256 CEs in one instant
case.send(at=100, internet=[good(port) for port in ports]).gives(map=[passed(port) for port in ports])
