# SPDX-License-Identifier: BSD-3-Clause
"""BRS-11 — RFC 7597 section 8.3.2: fragments to and from a bound CE go by the ports of their first one; fragments of
the softwire are put together, whoever sends them, and then judged."""
from scenario import *

case = Case("br-bound")
BR2 = "2001:db8:ffff::2"
SHARED, WHOLE = "198.18.7.1", "198.18.8.3"
ONE, OTHER, ALONE = "2001:db8:100::1", "2001:db8:200::cafe", "3fff:8:3::1"      # PSID 0x34, 0x35 of SHARED; WHOLE

big = udp(E, 53, SHARED, 1232, data=bytes(200), df=False)
first, last = cut(big, 104)
case.send(internet=last).waits()
case.send(internet=first).releases(1).gives(
    map=[tunnel(BR2, ONE, piece) for piece in cut(udp(E, 53, SHARED, 1232, data=bytes(200), df=False, ttl=63), 104)])

big, sent = udp(SHARED, 1232, E, 53, data=bytes(200), df=False), udp(SHARED, 1232, E, 53, data=bytes(200), df=False, ttl=63)
for piece, out in zip(cut(big, 104), cut(sent, 104)):
    case.send(map=tunnel(ONE, BR2, piece)).gives(internet=out)

case.send(internet=cut(udp(E, 53, WHOLE, 1, data=bytes(200), df=False), 104)[1]).gives(
    map=tunnel(BR2, ALONE, cut(udp(E, 53, WHOLE, 1, data=bytes(200), df=False, ttl=63), 104)[1]))

whole = tunnel(ONE, BR2, udp(SHARED, 1232, E, 53, data=bytes(200)))
first, last = cut6(whole, 104)
case.send(map=first).keeps()
case.send(map=last).reassembles().gives(internet=udp(SHARED, 1232, E, 53, data=bytes(200), ttl=63))
first, last = cut6(tunnel("3fff:dead::1", BR2, udp(SHARED, 1232, E, 53, data=bytes(200))), 104)
case.send(map=first).keeps()
case.send(map=last).reassembles().drops("spoof_v6")

# Whoever is bound cannot be known by the outer source; whoever is under a rule can, so nothing of others waits.
for piece in cut(udp(V4, 1232, E, 53, data=bytes(200), df=False), 104):
    case.send(map=tunnel("3fff:dead::1", BR, piece)).drops("spoof_v6")
last = cut(udp(SHARED, 1233, E, 53, data=bytes(200), df=False, ipid=77), 104)[1]
case.send(map=tunnel("3fff:dead::1", BR2, last)).waits()
case.send(map=tunnel("3fff:dead::1", BR2, cut(udp(SHARED, 1233, E, 53, data=bytes(200), df=False, ipid=77), 104)[0])
          ).releases(1).drops("spoof_v6", 2)
