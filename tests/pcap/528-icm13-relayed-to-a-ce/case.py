# SPDX-License-Identifier: BSD-3-Clause
"""ICM-13 ICM-11 MAPE-56 ICM-04 — RFC 2473 section 8: where the packet had come from another CE, the relayed error
goes into that CE's softwire; the rate limit counts it like any other of ours."""
from scenario import *

case = Case("br", edit=top("icmp = { rate = 1; burst = 3; };"))
ROUTER = "2001:db8:beef::5"
inner = udp(V4, 1236, V4, 1232, bytes(100), ttl=63)               # from CE2 to CE1

for type, mtu, code in (UNREACHABLE6, 0, 1), (TOO_BIG6, 1400, 4), (TIME_EXCEEDED6, 0, 1):
    answer = own_error(BR_V4, V4, 3, code, inner, mtu - 40 if mtu else 0)
    case.send(map=icmp6(ROUTER, BR, type, 0, mtu, tunnel(BR, CE1, inner))).drops("icmp6_relayed").replies(
        map=tunnel(BR, CE2, answer))
case.send(map=icmp6(ROUTER, BR, UNREACHABLE6, 0, 0, tunnel(BR, CE1, inner))).drops("icmp6_not_relayed").event(
    "icmp_rate_limited")
