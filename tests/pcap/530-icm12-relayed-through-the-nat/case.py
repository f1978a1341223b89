# SPDX-License-Identifier: BSD-3-Clause
"""ICM-11 ICM-12 ICM-14 TUN-17 TUN-18 C7 — RFC 2473 section 8.3, RFC 8201 section 4: an ICMPv6 error about a packet of ours is told
to the inside host with its own packet in it. Packet too big lowers the softwire's MTU for ten minutes; forged ones do nothing."""
from scenario import *

case = Case("ce")
ROUTER = "2001:db8:beef::5"
case.open("nat-t", "tcp", "ping")
OUT, IN = udp(V4, PORT, E, 4500, bytes(100), ttl=63), udp(H, 5000, E, 4500, bytes(100), ttl=63)


def comes(type, code=0, rest=0, about=up(OUT), **fields):
    return case.send(wan=icmp6(ROUTER, CE, type, code, rest, about[:1232], **fields))


def relayed(packet, type, code, mtu=0):
    return own_error(CE_LAN, H, type, code, packet, mtu)


for type, code in [(UNREACHABLE6, code) for code in (0, 1, 3, 4)] + [(TIME_EXCEEDED6, 0), (PARAMETER_PROBLEM6, 1)]:
    comes(type, code).drops("icmp6_relayed").replies(lan=relayed(IN, 3, 1))
for out, inside in ((tcp(V4, PORT, E, 80, "S", ttl=63), tcp(H, 5000, E, 80, "S", ttl=63)),
                    (ping(V4, E, PORT, ttl=63), ping(H, E, 7, ttl=63)),
                    (udp(V4, PORT, E, 4500, ttl=63, nops=40), udp(H, 5000, E, 4500, ttl=63, nops=40))):
    comes(UNREACHABLE6, 0, about=up(out)).drops("icmp6_relayed").replies(lan=relayed(inside, 3, 1))
for type, code in (TIME_EXCEEDED6, 1), (PARAMETER_PROBLEM6, 4), (100, 0):
    comes(type, code).drops("icmp6_not_relayed")

# Nothing that we can have sent: from another softwire address or port, to somebody else, without a session, cut short.
for about in (tunnel(CE2, BR, OUT), tunnel(CE, CE2, OUT), up(udp("192.0.2.19", PORT, E, 4500)),
              up(udp(V4, 1233, E, 4500)), up(udp(V4, PORT, E2, 4500)), up(udp(V4, PORT, E, 4501)), up(ip(V4, E, 50, bytes(20))),
              up(OUT)[:67], up(cut(udp(V4, PORT, E, 4500, bytes(100), df=False), 56)[1])):
    for type in UNREACHABLE6, TOO_BIG6:
        comes(type, 0, 1400 * (type == TOO_BIG6), about=about).drops("icmp6_relay_bad")
comes(UNREACHABLE6, 0, wrong=1).drops("icmp6_relay_bad")

# Less than IPv6's minimum, or not less than what we sent: not believed.
big = lambda size, **fields: udp(H, 5000, E, 4500, bytes(size - 28), **fields)
out = lambda size, **fields: up(udp(V4, PORT, E, 4500, bytes(size - 28), ttl=63, **fields))
for mtu in 0, 68, 1000, 1279, 1500, 1501, 9000, 2**32 - 1:
    comes(TOO_BIG6, 0, mtu).drops("ptb_ignored")
case.send(at=10, lan=big(1460)).gives(wan=out(1460))

# 1400: the host learns of 1360 now, and so does whoever sends more in the next ten minutes.
case.send(at=20, wan=icmp6(ROUTER, CE, TOO_BIG6, 0, 1400, out(1460)[:1232])).drops("icmp6_relayed").replies(
    lan=relayed(udp(H, 5000, E, 4500, bytes(1432), ttl=63), 3, 4, 1360))
case.send(at=21, lan=big(1360)).gives(wan=out(1360))
case.send(at=22, lan=big(1361)).drops("too_big").replies(lan=own_error(CE_LAN, H, 3, 4, big(1361), mtu=1360))
case.send(at=100, wan=icmp6(ROUTER, CE, TOO_BIG6, 0, 1450, out(1360)[:1232])).drops("ptb_ignored")      # never up
case.send(at=200, lan=big(1361)).drops("too_big").replies(lan=own_error(CE_LAN, H, 3, 4, big(1361), mtu=1360))
case.send(at=400, lan=big(1000)).gives(wan=out(1000)).opens().expires(3)
case.send(at=619, lan=big(1361)).drops("too_big").replies(lan=own_error(CE_LAN, H, 3, 4, big(1361), mtu=1360))
case.send(at=621, lan=big(1460)).gives(wan=out(1460))
