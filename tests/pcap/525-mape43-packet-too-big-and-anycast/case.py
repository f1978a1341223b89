# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-43 FRG-21 TUN-15 TRAP-34 — RFC 7597 section 8.3.1: packet too big about what an anycast BR address sent may be
about another BR's packet: it is ignored; other errors are relayed. What is too large for the softwire is fragmented
before it is encapsulated."""
from scenario import *

case = Case("br", edit=domain("anycast = true;"))
ROUTER = "2001:db8:beef::5"
inner = udp(E, 53, V4, 1232, bytes(100), ttl=63)
large = udp(E, 53, V4, 1232, bytes(1472), df=False)


def comes(type, rest=0):
    return case.send(map=icmp6(ROUTER, BR, type, 0, rest, tunnel(BR, CE1, inner)))


for mtu in 1280, 1400, 1499, 600, 1500:
    comes(TOO_BIG6, mtu).drops("ptb_ignored")
comes(UNREACHABLE6).drops("icmp6_relayed").replies(internet=own_error(BR_V4, E, 3, 1, inner))
fits = udp(E, 53, V4, 1232, bytes(1432))
case.send(internet=fits).gives(map=tunnel(BR, CE1, spent(fits)))
case.send(internet=large).gives(map=[tunnel(BR, CE1, piece) for piece in cut_to_fit(spent(large), 1460)]).cuts()

# With no address of its own on the map interface it sends no ICMPv6.
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53), ext=[fragment_header(more=True)])).drops("frag6_bad")
