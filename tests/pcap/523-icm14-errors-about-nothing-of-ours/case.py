# SPDX-License-Identifier: BSD-3-Clause
"""ICM-14 TRAP-17 B32 — RFC 4443 section 5.2: an ICMPv6 error is only believed about a packet that we can have sent:
from the BR address to the MAP address of the CE that the IPv4 destination and port belong to. Nobody can make us send
ICMP to others."""
from scenario import *

case = Case("br-two")
ROUTER, BR_B = "2001:db8:beef::5", "2001:db8:ffff::2"
inner = udp(E, 53, V4, 1232, bytes(100), ttl=63)
sent = tunnel(BR, CE1, inner)


def bad(about, to=BR, **fields):
    for type, rest in (UNREACHABLE6, 0), (TOO_BIG6, 1400), (TOO_BIG6, 100), (TIME_EXCEEDED6, 0):
        case.send(map=icmp6(ROUTER, to, type, 0, rest, about, **fields)).drops("icmp6_relay_bad")


bad(sent, wrong=1)
bad(sent, to=BR_B)                                                  # not the address it was sent from
bad(tunnel(BR_B, CE1, inner))
bad(tunnel(BR_B, CE1, inner), to=BR_B)                              # the other domain's CE
bad(tunnel(CE1, BR, udp(V4, 1232, E, 53)))                          # the wrong way round
bad(tunnel("2001:db8:beef::1", CE1, inner))
bad(tunnel(BR, CE2, inner))                                         # not the CE of this port
bad(tunnel(BR, "2001:db8:12:3400::1", inner))
bad(tunnel(BR, CE1, udp(E, 53, V4, 1236, ttl=63)))
bad(tunnel(BR, CE1, udp(E, 53, V4, 208, ttl=63)))
bad(tunnel(BR, CE1, udp(E, 53, "192.0.2.19", 1232, ttl=63)))
bad(tunnel(BR, CE1, udp(E, 53, E2, 1232, ttl=63)))                  # no CE at all
bad(tunnel(BR, CE1, udp(E, 0, V4, 1232, ttl=63)))
bad(tunnel(BR, CE1, ping(E, V4, 1236, ttl=63)))
bad(tunnel(BR, CE1, ip(E, V4, 17, bytes(64), offset=185, ttl=63)))  # no port, so nobody's
bad(tunnel(BR, CE1, ip(E, V4, 47, bytes(64), ttl=63)))
bad(cut6(tunnel(BR, CE1, udp(E, 53, V4, 1232, bytes(1472), df=False)), 1448)[1])
for ext in [DEST_OPTIONS], [(60, bytes(7))], [HOP_BY_HOP], [fragment_header(more=True), DEST_OPTIONS]:
    bad(tunnel(BR, CE1, inner, ext=ext))                            # we never send these
bad(tunnel(BR, CE1, bytes(40), nh=17))
bad(tunnel(BR, CE1, bytes(40), nh=58))
bad(tunnel(BR, CE1, refresh(poke(inner, 0, b"\x55"))))
bad(tunnel(BR, CE1, refresh(poke(inner, 0, b"\x4f"))[:60]))         # options that are not all there
bad(poke(sent, 0, b"\x40"))                                         # not IPv6
for size in 0, 1, 39, 40, 59, 60, 67:                               # less than 8 bytes behind the IPv4 header
    bad(sent[:size])
for size in range(0, 8):                                            # not even an ICMPv6 header
    case.send(map=tunnel(ROUTER, BR, b"\1" + bytes(6) if size == 7 else bytes(size), nh=58)).drops(
        "icmp6_relay_bad" if size else "no_host")

case.send(map=icmp6(ROUTER, BR, UNREACHABLE6, 0, 0, sent)).drops("icmp6_relayed").replies(
    internet=own_error(BR_V4, E, 3, 1, inner))
