# SPDX-License-Identifier: BSD-3-Clause
"""FRG-09 TRAP-9 B16 — RFC 1858 section 3, RFC 3128: a first fragment without the whole transport header, and a TCP
fragment that could overwrite the flags, are dropped; where the header is all there but wrong, its datagram is
refused."""
from scenario import *

case = Case("br")


def both(proto, payload, reason, ipid=1, **fields):
    case.send(internet=ip(E, V4, proto, payload, ipid=ipid, **fields)).drops(reason)
    case.send(map=tunnel(CE1, BR, ip(V4, E, proto, payload, ipid=ipid, **fields))).drops(reason)


segment = tcp(V4, 1232, E, 80, "S")[20:]
for size in 8, 16:
    both(6, segment[:size], "frag_tiny", mf=True)
both(6, segment, "frag_tiny", offset=1)
both(6, segment[:8], "frag_tiny", mf=True, offset=1)
both(6, bytes(32), "frag_tiny", mf=True, offset=1)

# Of UDP offset 1 overwrites nothing; TCP's offset 2 is behind the flags, but its first fragment is too short.
first, last = cut(udp(E, 53, V4, 1232, bytes(16), df=False, ipid=2), 8)
for piece in first, last:
    case.send(internet=piece).gives(map=tunnel(BR, CE1, spent(piece)))
first, last = cut(tcp(E, 80, V4, 1232, "S", bytes(16), df=False, ipid=3), 24)
for piece in first, last:
    case.send(internet=piece).gives(map=tunnel(BR, CE1, spent(piece)))

# A header that is wrong.
for ipid, (proto, header) in enumerate((
        (17, udp(E, 53, V4, 1232, bytes(16), length=7)[20:]), (17, udp(E, 0, V4, 1232, bytes(16))[20:]),
        (6, tcp(E, 80, V4, 1232, "S", bytes(12), dataofs=4)[20:]), (6, tcp(E, 80, V4, 0, "S", bytes(12))[20:])), 10):
    first = ip(E, V4, proto, header[:24], ipid=ipid, mf=True)
    case.send(internet=ip(E, V4, proto, bytes(8), ipid=ipid, offset=10)).waits()
    case.send(internet=first).releases(1).drops("l4_bad", 2)
    case.send(internet=ip(E, V4, proto, bytes(8), ipid=ipid, mf=True, offset=20)).drops("l4_bad")
