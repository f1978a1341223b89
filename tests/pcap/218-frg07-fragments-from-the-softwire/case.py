# SPDX-License-Identifier: BSD-3-Clause
"""FRG-07 NAT-23 FRG-12 — RFC 4787 REQ-14: the IPv4 fragments of a datagram from the softwire reach the host that the first one's
port belongs to, in whatever order they came, and so does what came in IPv6 fragments."""
from itertools import permutations

from scenario import *

case = Case("ce")
case.open("udp", "tcp", "ping")

for ipid, order in enumerate(permutations(range(3)), 1):
    outside = cut(udp(E, 53, V4, PORT, bytes(range(250)) * 12, df=False, ipid=ipid), 1000, 2000)
    inside = cut(udp(E, 53, H, 5000, bytes(range(250)) * 12, df=False, ipid=ipid), 1000, 2000)
    for index in order:
        case.send(wan=down(outside[index])).piece(index, order, lan=[spent(one) for one in inside])

for outside, inside in ((tcp(E, 80, V4, PORT, "A", bytes(1000), df=False, ipid=50),
                         tcp(E, 80, H, 5000, "A", bytes(1000), df=False, ipid=50)),
                        (pong(E, V4, PORT, bytes(1000), df=False, ipid=51),
                         pong(E, H, 7, bytes(1000), df=False, ipid=51))):
    case.send(wan=[down(one) for one in cut(outside, 400, 800)]).gives(
        lan=[spent(one) for one in cut(inside, 400, 800)])

# No mapping, or one that does not let the sender in: the others like the first.
scan = cut(udp(E2, 53, V4, PORT, bytes(1000), df=False, ipid=60), 400, 800)
case.send(wan=[down(one) for one in scan]).drops("nat_filtered")
scan = cut(udp(E, 53, V4, 1233, bytes(1000), df=False, ipid=61), 400, 800)
case.send(wan=[down(one) for one in scan]).drops("nat_no_mapping")
scan = cut(udp(E, 53, "192.0.2.19", PORT, bytes(1000), df=False, ipid=62), 400, 800)
case.send(wan=[down(one) for one in scan]).drops("not_my_v4dst")
scan = cut(udp(E, 53, V4, PORT, bytes(1000), df=False, ipid=63), 400, 800)
case.send(wan=[tunnel(CE2, CE, one) for one in scan]).drops("spoof_v6")

# Encapsulated whole and then cut, as our peer does with what its link does not carry.
whole = udp(E, 53, V4, PORT, bytes(1472), df=False)
first, last = cut6(down(whole), 1448)
case.send(wan=first).keeps()
case.send(wan=last).gives(lan=udp(E, 53, H, 5000, bytes(1472), df=False, ttl=63)).reassembles()
