# SPDX-License-Identifier: BSD-3-Clause
"""FRG-12 ICM-02 B34 — RFC 8200 section 4.5: what is not whole 60 seconds after its first-seen fragment is dropped,
and when its first fragment had come, the sender is told by ICMPv6 3/1."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53, bytes(200))
first, second, last = cut6(tunnel(CE1, BR, inner), 80, 160)
other = [poke(piece, 44, b"othr") for piece in (first, second, last)]
reply = own_error6(BR, CE1, 3, 1, first)
good, passed = tunnel(CE1, BR, udp(V4, 1232, E, 53)), {"internet": udp(V4, 1232, E, 53, ttl=63)}

case.send(at=0, map=[first, *other[1:]]).keeps()
case.send(at=59.8, map=second).keeps()                                  # does not make the time longer
case.send(at=59.9, map=good).gives(**passed)
case.send(at=60.1, map=good).replies(map=reply).gives(**passed).releases(4).drops("frag6_timeout", 4)
case.send(at=60.2, map=last).keeps()                                    # another packet from here on
case.send(at=120.1, map=[first, second]).keeps(1).reassembles(3).gives(internet=spent(inner))

# The first fragment came as the last one.
case.send(at=200, map=last).keeps()
case.send(at=259, map=first).keeps()
case.send(at=261, map=good).replies(map=reply).gives(**passed).releases(2).drops("frag6_timeout", 2)
