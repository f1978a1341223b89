# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-40 TRAP-6 TRAP-7 — RFC 7597 section 8.2: an ICMP error from the Internet goes to the CE that owns the *source*
port of the packet it quotes; the message passes unchanged."""
from scenario import *

case = Case("br")
ROUTER = E2


def quoting(quoted, type=UNREACHABLE, code=3, rest=0, **fields):
    return error(ROUTER, V4, type, code, quoted, rest, **fields)


for type, code in ERRORS:
    for quoted in (udp(V4, 1232, E, 53, ttl=1), tcp(V4, 1232, E, 80, ttl=1), udp(V4, 1232, E, 1236),
                   ping(V4, E, 1232), tcp(V4, 1232, E, 80)[:28], udp(V4, 1232, E, 53, nops=40),
                   poke(udp(V4, 1232, E, 53), 10, b"\0\0")):                  # a quoted checksum is not checked here
        case.send(internet=quoting(quoted, type, code)).gives(
            map=tunnel(BR, CE1, quoting(quoted, type, code, ttl=63)))

case.send(internet=quoting(udp(V4, 1232, E, 53), 3, 4, rest=1400)).gives(
    map=tunnel(BR, CE1, quoting(udp(V4, 1232, E, 53), 3, 4, rest=1400, ttl=63)))
case.send(internet=quoting(udp(V4, 1236, E, 1232))).gives(map=tunnel(BR, CE2, quoting(udp(V4, 1236, E, 1232), ttl=63)))
case.send(internet=quoting(udp(V4, 1232, E, 53), nops=20)).gives(
    map=tunnel(BR, CE1, quoting(udp(V4, 1232, E, 53), nops=20, ttl=63)))

case.send(internet=quoting(udp(V4, 208, E, 53))).drops("port_excluded")
case.send(internet=quoting(ip(V4, E, 17, udp(V4, 1232, E, 53)[20:], offset=185))).drops("icmp_bad")
case.send(internet=quoting(udp(V4, 1232, E, 53)[:20])).drops("icmp_bad")          # no ports
case.send(internet=quoting(udp(V4, 1232, E, 53)[:19])).drops("icmp_bad")          # no whole IP header
case.send(internet=quoting(udp(V4, 1232, E, 53, nops=40)[:40])).drops("icmp_bad")
case.send(internet=quoting(b"")).drops("icmp_bad")
case.send(internet=quoting(tunnel(CE1, BR, b"x" * 20))).drops("icmp_bad")         # not IPv4
