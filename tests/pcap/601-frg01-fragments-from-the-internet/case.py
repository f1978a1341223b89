# SPDX-License-Identifier: BSD-3-Clause
"""FRG-01 MAPE-44 TUN-19 TRAP-8 B22 — RFC 7597 section 8.3.2: the fragments of a datagram go to the CE that owns the
port in the first one, each as it came; what stands where ports would in the others is not read."""
from scenario import *

case = Case("br")
LIKE_PORTS = udp(E, 53, V4, 1236)[20:28]                        # CE2's


def passes(*fragments, ce=CE1):
    for fragment in fragments:
        case.send(internet=fragment).gives(map=tunnel(BR, ce, spent(fragment)))


datagrams = [cut(packet, 1200, 2400) for packet in (
    udp(E, 53, V4, 1232, LIKE_PORTS * 400, df=False, ipid=1),
    tcp(E, 80, V4, 1232, "A", LIKE_PORTS * 400, df=False, ipid=2),
    pong(E, V4, 1232, LIKE_PORTS * 400, df=False, ipid=3))]
for fragments in datagrams:
    passes(*fragments)

# 5000 bytes in pieces of 1024, and in 100 pieces; the same identification from elsewhere, and to another CE.
passes(*cut(udp(E, 53, V4, 1232, bytes(5000), df=False, ipid=4), *range(1024, 5008, 1024)))
passes(*cut(udp(E, 53, V4, 1232, bytes(792), df=False, ipid=5), *range(8, 800, 8)))
first, last = cut(udp(E, 53, V4, 1232, LIKE_PORTS * 40, df=False, ipid=6), 160)
other_first, other_last = cut(udp(E2, 53, V4, 1236, LIKE_PORTS * 40, df=False, ipid=6), 160)
passes(first)
passes(other_first, ce=CE2)
passes(last)
passes(other_last, ce=CE2)

# A protocol without ports has none in its fragments either.
case.send(internet=cut(ip(E, V4, 50, LIKE_PORTS * 40, df=False, ipid=7), 160)).drops("proto_unsupported")
case.send(internet=cut(udp(E, 53, V4, 208, LIKE_PORTS * 40, df=False, ipid=8), 160)).drops("port_excluded")

# A SYN in two pieces: the header is all in the first one, and its MSS is lowered; the checksum is over both.
first, last = cut(tcp(E, 80, V4, 1232, "S", bytes(40), mss(1460), df=False, ipid=9), 32)
lowered = cut(tcp(E, 80, V4, 1232, "S", bytes(40), mss(1420), df=False, ipid=9), 32)[0]
case.send(internet=first).gives(map=tunnel(BR, CE1, spent(lowered))).event("mss_clamped")
passes(last)
