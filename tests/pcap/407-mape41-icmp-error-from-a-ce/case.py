# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-41 TRAP-6 — RFC 7597 section 8.2: an ICMP error from a CE is source-checked by the *destination* address and
port of the packet it quotes."""
from scenario import *

case = Case("br")


def quoting(quoted, type=UNREACHABLE, code=3, source=V4, **fields):
    return error(source, E, type, code, quoted, **fields)


for type, code in ERRORS:
    for quoted in (udp(E, 53, V4, 1232), tcp(E, 80, V4, 1232), ping(E, V4, 1232), pong(E, V4, 1232),
                   tcp(E, 80, V4, 1232)[:28], udp(E, 53, V4, 1232, nops=40), udp(E, 1236, V4, 1232)):
        case.send(map=tunnel(CE1, BR, quoting(quoted, type, code))).gives(internet=quoting(quoted, type, code, ttl=63))

case.table("map", (
    (tunnel(CE1, BR, quoting(udp(E, 53, V4, 1236))), "spoof_v4"),
    (tunnel(CE1, BR, quoting(udp(E, 1232, V4, 1236))), "spoof_v4"),
    (tunnel(CE1, BR, quoting(udp(V4, 1232, E, 53))), "spoof_v4"),               # the wrong way round
    (tunnel(CE1, BR, quoting(udp(E, 53, V4, 208))), "spoof_v4"),
    (tunnel(CE1, BR, quoting(udp(E, 53, "192.0.2.19", 1232))), "spoof_v4"),
    (tunnel(CE1, BR, quoting(udp(E, 53, V4, 1232), source="192.0.2.19")), "spoof_v4"),
    (tunnel(CE1, BR, quoting(ping(E, V4, 1236))), "spoof_v4"),
    (tunnel(CE1, BR, quoting(ip(E, V4, 17, udp(E, 53, V4, 1232)[20:], offset=185))), "icmp_bad"),
    (tunnel(CE1, BR, quoting(udp(E, 53, V4, 1232)[:20])), "icmp_bad"),
    (tunnel(CE1, BR, quoting(b"")), "icmp_bad"),
))
