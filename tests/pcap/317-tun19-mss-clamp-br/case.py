# SPDX-License-Identifier: BSD-3-Clause
"""TUN-19 TRAP-15 — RFC 4459 section 3.2, RFC 9293 section 3.7.1: the MSS of SYN and SYN/ACK is lowered to softwire
MTU - 40 = 1420, in both directions, at any place among the options, with or without data; never raised, never
added."""
from scenario import *

case = Case("br")

for options, clamped in MSS_CLAMP:
    left, count = (options, 0) if clamped is None else (clamped, 1)
    for flags, data in ("S", b""), ("SA", b""), ("SEW", b""), ("S", b"odd"):
        case.send(map=tunnel(CE1, BR, tcp(V4, 1232, E, 80, flags, data, options))).gives(
            internet=tcp(V4, 1232, E, 80, flags, data, left, ttl=63)).event("mss_clamped", count)
        case.send(internet=tcp(E, 80, V4, 1232, flags, data, options)).gives(
            map=tunnel(BR, CE1, tcp(E, 80, V4, 1232, flags, data, left, ttl=63))).event("mss_clamped", count)

# Not a SYN: untouched. A wrong checksum stays wrong.
case.send(internet=tcp(E, 80, V4, 1232, "A", b"", mss(1460))).gives(
    map=tunnel(BR, CE1, tcp(E, 80, V4, 1232, "A", b"", mss(1460), ttl=63)))
case.send(internet=l4_checksum_wrong(tcp(E, 80, V4, 1232, "S", b"", mss(1460)))).gives(
    map=tunnel(BR, CE1, l4_checksum_wrong(tcp(E, 80, V4, 1232, "S", b"", mss(1420), ttl=63)))).event("mss_clamped")
