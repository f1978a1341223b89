# SPDX-License-Identifier: BSD-3-Clause
"""FRG-17 ICM-11 TUN-12 TRAP-17 B32 — RFC 8201 section 4: a packet too big for less than 1280 bytes, or for no less
than what we sent, changes nothing and is told to nobody; and none, believed or not, changes what the BR sends: no
smaller packets and no atomic fragments."""
from scenario import *

case = Case("br")
ROUTER = "2001:db8:beef::5"
inner = udp(E, 53, V4, 1232, bytes(1400), ttl=63)
large = udp(E, 53, V4, 1232, bytes(1472), df=False)
pieces = cut6_to_fit(tunnel(BR, CE1, spent(large)), 1500)


def too_big(mtu):
    return case.send(map=icmp6(ROUTER, BR, TOO_BIG6, 0, mtu, tunnel(BR, CE1, inner)[:1232]))


for mtu in 0, 60, 100, 600, 1000, 1279, 1500, 1501, 9000, 65535, 65536, 2**32 - 1:
    too_big(mtu).drops("ptb_ignored")
too_big(1280).drops("icmp6_relayed").replies(internet=own_error(BR_V4, E, 3, 4, inner[:1232 - 40], mtu=1240))
for packet in udp(E, 53, V4, 1232), udp(E, 53, V4, 1232, bytes(1432)), udp(E, 53, V4, 1232, bytes(1432), df=False):
    case.send(internet=packet).gives(map=tunnel(BR, CE1, spent(packet)))
case.send(internet=large).gives(map=[unforeseen(piece, IDENT) for piece in pieces]).cuts()
case.send(internet=udp(E, 53, V4, 1232, bytes(1433))).drops("too_big").replies(
    internet=own_error(BR_V4, E, 3, 4, udp(E, 53, V4, 1232, bytes(1433)), mtu=1460))
