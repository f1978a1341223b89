# SPDX-License-Identifier: BSD-3-Clause
"""BRS-11 FRG-09 TRAP-8 TRAP-9 — RFC 1858, RFC 3128, RFC 791: fragments that are impossible or made to hide a header do not
pass a CE either, and no mapping comes of them; what stands where ports would is not read."""
from scenario import *

case = Case("ce")
case.open("udp")
LIKE_UDP = udp(V4, PORT, E, 53)[20:]


def both(proto, payload, reason, **fields):
    case.send(lan=ip(H, E, proto, payload, df=False, **fields)).drops(reason)
    case.send(wan=down(ip(E, V4, proto, payload, df=False, **fields))).drops(reason)


for proto in 6, 17, 1:
    both(proto, LIKE_UDP[:13], "frag_bad", mf=True, offset=100, ipid=1)                 # no multiple of 8
    both(proto, b"", "frag_bad", mf=True, offset=100, ipid=2)
    both(proto, bytes(16), "frag_bad", offset=8191, ipid=3)                             # beyond 65535
both(6, tcp(H, 6000, E, 80, "S")[20:36], "frag_tiny", mf=True, ipid=4)
both(6, LIKE_UDP, "frag_tiny", offset=1, ipid=5)                                        # would overwrite the flags

# What cannot be translated as a whole cannot in pieces: the first one says so, and the rest follows it.
for ipid, proto, payload, reason in (
        (10, 50, bytes(24), "proto_unsupported"), (11, 47, bytes(24), "proto_unsupported"),
        (12, 1, icmp(H, E, 13)[20:] + bytes(16), "icmp_unsupported"),
        (13, 1, error(H, E, 3, 3, udp(E, 53, H, 5000))[20:60], "icmp_bad"),
        (14, 17, udp(H, 0, E, 53, bytes(16))[20:], "l4_bad")):
    for offset, more in (0, True), (4, True), (5, False):
        case.send(lan=ip(H, E, proto, (payload + bytes(40))[:32] if offset == 0 else bytes(8), df=False, mf=more,
                         offset=offset, ipid=ipid)).drops(reason)
        case.send(wan=down(ip(E, V4, proto, (payload + bytes(40))[:32] if offset == 0 else bytes(8), df=False, mf=more,
                              offset=offset, ipid=ipid))).drops(reason)
case.expect(nat={"sessions": 1, "mappings": 1})
