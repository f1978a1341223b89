# SPDX-License-Identifier: BSD-3-Clause
"""FRG-05 FRG-06 BRS-01 TRAP-10 B21 — RFC 7597 section 8.1: every fragment from a CE is judged by address and port
like a whole packet: the port is the first one's, the address its own; and no CE can put fragments into another's
datagram."""
from scenario import *

case = Case("br")


def datagram(source=V4, port=1232, ipid=1):
    return cut(udp(source, port, E, 53, bytes(1000), df=False, ipid=ipid), 400, 800)


def sent(*fragments, ce=CE1):
    return {"map": [tunnel(ce, BR, fragment) for fragment in fragments]}


first, second, third = datagram()
case.send(**sent(first, second, third)).gives(internet=[spent(first), spent(second), spent(third)])

# A port or an address of somebody else: nothing of it passes, in whatever order.
for ipid, (source, port) in enumerate(((V4, 1236), (V4, 208), ("192.0.2.19", 1232), (E2, 1232)), 2):
    pieces = datagram(source, port, ipid)
    for piece in pieces:
        case.send(**sent(piece)).drops("spoof_v4")
    if source != E2:                                            # under no rule: no port is needed, nothing waits
        pieces = datagram(source, port, 100 + ipid)
        case.send(**sent(*pieces[::-1])).drops("spoof_v4").event("fragments_held", 2)

# The second fragment from another address: a datagram of its own, whose first fragment never comes.
first, second = cut(udp(V4, 1232, E, 53, bytes(1000), df=False, ipid=20), 400)
wrong = cut(udp("192.0.2.99", 1232, E, 53, bytes(1000), df=False, ipid=20), 400)[1]
case.send(**sent(first)).gives(internet=spent(first))
case.send(**sent(wrong)).waits()
# The same from the right address and another CE: not of this datagram either.
case.send(**sent(second, ce=CE2)).waits()
case.send(**sent(second)).gives(internet=spent(second))
# CE2's own first fragment says that it is not its port.
case.send(**sent(first, ce=CE2)).releases(1).drops("spoof_v4", 2)
case.send(at=16, **sent(first)).gives(internet=spent(first)).releases(1).drops("frag_timeout", 1)

# Strict mode: the outer source of each fragment is the CE's whole address.
first, second = cut(udp(V4, 1232, E, 53, bytes(1000), df=False, ipid=21), 400)
for piece in first, second:
    case.send(**sent(piece, ce="2001:db8:12:3400::1")).drops("spoof_v6")
