# SPDX-License-Identifier: BSD-3-Clause
"""TUN-19 TRAP-15 — RFC 4459 section 3.2, RFC 9293 section 3.7.1: the MSS of SYN and SYN/ACK is lowered to softwire
MTU - 40 = 1420, in both directions, at any place among the options, with or without data; never raised, never
added."""
from scenario import *

case = Case("ce")
case.open("tcp")

for options, clamped in MSS_CLAMP:
    left, count = (options, 0) if clamped is None else (clamped, 1)
    for flags, data in ("S", b""), ("SEW", b""), ("S", b"odd"):
        case.send(lan=tcp(H, 5000, E, 80, flags, data, options)).gives(
            wan=up(tcp(V4, PORT, E, 80, flags, data, left, ttl=63))).event("mss_clamped", count)
    case.send(wan=down(tcp(E, 80, V4, PORT, "SA", b"", options))).gives(
        lan=tcp(E, 80, H, 5000, "SA", b"", left, ttl=63)).event("mss_clamped", count)

# Not a SYN: untouched.
case.send(lan=tcp(H, 5000, E, 80, "A", b"", mss(1460))).gives(wan=up(tcp(V4, PORT, E, 80, "A", b"", mss(1460), ttl=63)))
case.send(wan=down(tcp(E, 80, V4, PORT, "PA", b"", mss(1460)))).gives(
    lan=tcp(E, 80, H, 5000, "PA", b"", mss(1460), ttl=63))
