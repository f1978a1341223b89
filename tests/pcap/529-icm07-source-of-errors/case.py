# SPDX-License-Identifier: BSD-3-Clause
"""ICM-07 ICM-05 — RFC 1812 section 4.3.2.4: icmp.source replaces the Internet interface's address as source of ICMPv4
errors, made and relayed; rate 0 means none."""
from scenario import *

SOURCE = "203.0.113.99"
case = Case("br", edit=top(f'icmp = {{ source = "{SOURCE}"; }};'))
late, own_late = udp(E, 53, V4, 1232, ttl=1), udp(V4, 1232, E, 53, ttl=1)
large, sent = udp(E, 53, V4, 1232, bytes(1472)), udp(E, 53, V4, 1232, ttl=63)

case.send(internet=late).drops("ttl").replies(internet=own_error(SOURCE, E, 11, 0, late))
case.send(internet=large).drops("too_big").replies(internet=own_error(SOURCE, E, 3, 4, large, mtu=1460))
case.send(map=tunnel(CE1, BR, own_late)).drops("ttl").replies(
    map=tunnel(BR, CE1, own_error(SOURCE, V4, 11, 0, own_late)))
case.send(map=icmp6("2001:db8:beef::5", BR, UNREACHABLE6, 0, 0, tunnel(BR, CE1, sent))).drops("icmp6_relayed").replies(
    internet=own_error(SOURCE, E, 3, 1, sent))
