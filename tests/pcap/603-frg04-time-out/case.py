# SPDX-License-Identifier: BSD-3-Clause
"""FRG-04 FRG-03 B34 — RFC 791, RFC 1122 section 3.3.2: fragments whose first one does not come are let go of 15
seconds after the first-seen one of the datagram; then the datagram is a new one, and so is one that came by
halves."""
from scenario import *

case = Case("br")
first, second, third = cut(udp(E, 53, V4, 1232, bytes(1000), df=False), 400, 800)
whole = udp(E, 53, V4, 1232)


def passes(*fragments):
    return {"map": [tunnel(BR, CE1, spent(fragment)) for fragment in fragments]}


# Nothing makes the time longer.
case.send(at=0, internet=third).waits()
case.send(at=14.5, internet=second).waits()
case.send(at=14.9, internet=whole).gives(**passes(whole))
case.send(at=15.1, internet=first).gives(**passes(first)).releases(2).drops("frag_timeout", 2)
case.send(at=15.2, internet=second).gives(**passes(second))
case.send(at=30.0, internet=first).drops("frag_duplicate")
case.send(at=30.2, internet=third).waits()                              # the port is forgotten
case.send(at=45.1, internet=third).drops("frag_duplicate")
case.send(at=45.3, internet=whole).gives(**passes(whole)).releases(1).drops("frag_timeout", 1)

# A datagram that has passed is forgotten at once: its identification may come again.
for at in 50, 51:
    case.send(at=at, internet=[first, second, third]).gives(**passes(first, second, third))
case.send(at=52, internet=second).waits()

# From a CE, too.
from_ce = cut(udp(V4, 1232, E, 53, bytes(1000), df=False), 400)
case.send(at=60, map=tunnel(CE1, BR, from_ce[1])).waits()
case.send(at=76, map=tunnel(CE1, BR, from_ce[0])).gives(internet=spent(from_ce[0])).releases(2).drops("frag_timeout", 2)
