# SPDX-License-Identifier: BSD-3-Clause
"""FRG-15 FRG-17 — RFC 6946 section 4: a fragment that is a whole packet is taken as one, beside fragments with the
same ends and identification; none is ever sent."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53, bytes(100))
atomic = tunnel(CE1, BR, udp(V4, 1233, E, 53), ext=[fragment_header()])
first, last = cut6(tunnel(CE1, BR, inner), 64)

case.send(map=atomic).gives(internet=udp(V4, 1233, E, 53, ttl=63))
case.send(map=first).keeps()
case.send(map=[atomic, atomic]).gives(internet=[udp(V4, 1233, E, 53, ttl=63)] * 2)
case.send(map=last).reassembles().gives(internet=spent(inner))

# They are judged like any packet.
for inside, reason in (udp(V4, 1236, E, 53), "spoof_v4"), (b"", "inner_bad"), (udp(V4, 1232, V4, 1233), "loop"):
    case.send(map=tunnel(CE1, BR, inside, ext=[fragment_header()])).drops(reason)
case.send(map=tunnel("2001:db8:12:3400::1", BR, inner, ext=[fragment_header()])).drops("spoof_v6")
case.send(map=tunnel("3fff::1", BR, inner, ext=[fragment_header()])).drops("spoof_v6")
hairpin = tunnel(CE1, BR, udp(V4, 1232, V4, 1236), ext=[fragment_header()])
case.send(map=hairpin).gives(map=tunnel(BR, CE2, udp(V4, 1232, V4, 1236, ttl=63))).event("hairpin")
