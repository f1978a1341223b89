# SPDX-License-Identifier: BSD-3-Clause
"""ICM-11 ICM-13 ICM-05 B6 — RFC 2473 section 8: an ICMPv6 error about a packet that we encapsulated is told to its
IPv4 source, from our address: what did not arrive as host unreachable (3/1), what was too large and has DF as 3/4
with the MTU less 40. The rest is of no use to anybody there."""
from scenario import *

case = Case("br")
ROUTER = "2001:db8:beef::5"
inner = udp(E, 53, V4, 1232, bytes(100), ttl=63)                        # as it left
sent = tunnel(BR, CE1, inner)


def comes(type, code=0, rest=0, about=sent, **fields):
    return case.send(map=icmp6(ROUTER, BR, type, code, rest, about[:1232], **fields))


def relayed(packet, type, code, mtu=0):
    return own_error(BR_V4, str(IPv4Address(packet[12:16])), type, code, packet, mtu)


for type, code in [(UNREACHABLE6, code) for code in (0, 1, 2, 3, 4, 5, 6, 7, 255)] + [(TIME_EXCEEDED6, 0)] + \
        [(PARAMETER_PROBLEM6, code) for code in (0, 1, 2)]:
    comes(type, code).drops("icmp6_relayed").replies(internet=relayed(inner, 3, 1))
for type, code in ((TIME_EXCEEDED6, 1), (TIME_EXCEEDED6, 2), (PARAMETER_PROBLEM6, 3), (PARAMETER_PROBLEM6, 4),
                   (0, 0), (5, 0), (60, 0), (100, 0), (127, 255)):
    comes(type, code).drops("icmp6_not_relayed")

# Too big: only who asked for it by DF can be helped.
for mtu in 1280, 1400, 1499:
    comes(TOO_BIG6, 0, mtu).drops("icmp6_relayed").replies(internet=relayed(inner, 3, 4, mtu - 40))
    comes(TOO_BIG6, 0, mtu, about=tunnel(BR, CE1, without_df(inner))).drops("icmp6_not_relayed")
comes(TOO_BIG6, 7, 1400).drops("icmp6_relayed").replies(internet=relayed(inner, 3, 4, 1360))    # whatever code

# Whatever it was, and however much of it is quoted: at least 8 bytes behind the IPv4 header.
for packet in (tcp(E, 80, V4, 1232, "A", ttl=63), ping(E, V4, 1232, ttl=63), pong(N, V4, 1232, ttl=63),
               udp(N, 53, V4, 1232, bytes(1432), ttl=63), udp(E, 53, V4, 1232, ttl=63, nops=40, tos=0xb8)):
    comes(UNREACHABLE6, 0, about=tunnel(BR, CE1, packet)).drops("icmp6_relayed").replies(
        internet=relayed(packet[:1232 - 40], 3, 1))
for size in 28, 29, 60:
    comes(UNREACHABLE6, 0, about=sent[:40 + size]).drops("icmp6_relayed").replies(internet=relayed(inner[:size], 3, 1))
# The first of our IPv6 fragments; hop limit, label and length as a router may have changed them.
fragment = cut6(tunnel(BR, CE1, udp(E, 53, V4, 1232, bytes(1472), ttl=63, df=False)), 1448)[0]
comes(UNREACHABLE6, 0, about=fragment).drops("icmp6_relayed").replies(internet=relayed(fragment[48:1232], 3, 1))
comes(UNREACHABLE6, 0, about=poke(sent, 7, b"\1")).drops("icmp6_relayed").replies(internet=relayed(inner, 3, 1))

# None about what gets no error anyhow.
for packet in error(E, V4, 3, 3, udp(V4, 1232, E, 53), ttl=63), udp("127.0.0.1", 53, V4, 1232, ttl=63):
    comes(UNREACHABLE6, 0, about=tunnel(BR, CE1, packet)).drops("icmp6_not_relayed")
