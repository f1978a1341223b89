# SPDX-License-Identifier: BSD-3-Clause
"""TUN-15 FRG-19 FRG-21 — RFC 4459 section 3.4, RFC 791: with fragment = "inner" the IPv4 packet is fragmented first and
each piece encapsulated; its identification stays, and later pieces have only those options that are to be copied."""
from scenario import *

case = Case("br-mtus", edit={f"mtu = {mtu};\n": f'mtu = {mtu}; fragment = "inner";\n' for mtu, *_ in MTUS.values()})
SIZES = {1460: [1460, 60], 1452: [1452, 68], 1420: [1420, 100], 1414: [1412, 108], 1240: [1236, 284]}
ROUTER_ALERT, RECORD_ROUTE = b"\x94\4\0\0", b"\7\7\4\0\0\0\0"                  # to be copied, not to be copied


def send(n, packet):
    mtu, br, ce, _ = MTUS[n]
    pieces = cut_to_fit(spent(packet), mtu)
    case.send(internet=packet).cuts(len(pieces)).gives(
        map=[tunnel(br, ce, piece, tc=packet[1] & 3) for piece in pieces])
    return [len(piece) for piece in pieces]


for n, (mtu, br, ce, address) in MTUS.items():
    assert send(n, udp(E, 53, address, 1232, bytes(1500 - 28), df=False)) == SIZES[mtu]
    send(n, udp(E, 53, address, 1232, bytes(mtu + 1 - 28), df=False, tos=0xb8 | 2, ipid=0xffff))
    send(n, tcp(E, 80, address, 1232, "PA", bytes(1460), df=False))
    small = udp(E, 53, address, 1232, bytes(mtu - 28), df=False)
    case.send(internet=small).gives(map=tunnel(br, ce, spent(small)))

# Options.
mtu, br, ce, address = MTUS[1]
packet = udp(E, 53, address, 1232, bytes(1440), df=False, options=RECORD_ROUTE + b"\1" + ROUTER_ALERT)
later = refresh(poke(spent(packet)[:20], 0, b"\x46") + ROUTER_ALERT)
case.send(internet=packet).gives(
    map=[tunnel(br, ce, piece) for piece in cut(spent(packet), 1424, header=later)]).cuts()

# A fragment in smaller pieces: a first one and a later one.
whole = udp(E, 53, address, 1232, bytes(3000), df=False, ipid=7)
first, second, last = cut(whole, 1480, 2960)
for fragment in first, second:
    case.send(internet=fragment).gives(map=[tunnel(br, ce, piece) for piece in cut(spent(fragment), 1440)]).cuts()
case.send(internet=last).gives(map=tunnel(br, ce, spent(last)))
