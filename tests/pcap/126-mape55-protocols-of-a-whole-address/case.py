# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-55 FRG-08 FRG-07 — with a whole address ESP, GRE, SCTP, IPIP and IPv6 in IPv4 pass both ways, in fragments, too; one inside host
at a time for each protocol and remote address, until it has been silent for ten minutes. AH covers the addresses."""
from itertools import permutations

from scenario import *

case = Case("ce-f1", edit={"ea = 16; offset = 6": "ea = 8", "2001:db8:12:3400::/56": "2001:db8:12::/48"})
WHOLE = "2001:db8:12::c000:212:0"
up_, down_ = lambda inner: tunnel(WHOLE, BR, inner), lambda inner: tunnel(BR, WHOLE, inner)
PROTOCOLS = 50, 47, 132, 4, 41, 255
BODY = bytes(range(200))

for proto in PROTOCOLS:
    case.send(lan=ip(H, E, proto, BODY)).gives(wan=up_(ip(V4, E, proto, BODY, ttl=63))).opens()
    case.send(lan=ip(H2, E2, proto, BODY)).gives(wan=up_(ip(V4, E2, proto, BODY, ttl=63))).opens()
    second = ip(H2, E, proto, BODY)
    case.send(lan=second).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, second))
    for remote, host in (E, H), (E2, H2):
        case.send(wan=down_(ip(remote, V4, proto, BODY))).gives(lan=ip(remote, host, proto, BODY, ttl=63))
    case.send(wan=down_(ip(N, V4, proto, BODY))).drops("nat_no_mapping")
for packet in ip(H, E, 51, BODY), *cut(ip(H, E, 51, BODY, df=False, ipid=99), 80, 160):
    case.send(lan=packet).drops("proto_unsupported")
for packet in ip(E, V4, 51, BODY), *cut(ip(E, V4, 51, BODY, df=False, ipid=99), 80, 160):
    case.send(wan=down_(packet)).drops("proto_unsupported")

for ipid, order in enumerate(permutations(range(3)), 10):
    proto = PROTOCOLS[ipid % len(PROTOCOLS)]
    inside, outside = (cut(ip(*ends, proto, BODY, df=False, ipid=ipid), 80, 160) for ends in ((H, E), (V4, E)))
    answer, told = (cut(ip(*ends, proto, BODY, df=False, ipid=ipid), 80, 160) for ends in ((E, V4), (E, H)))
    for index in order:
        case.send(lan=inside[index]).piece(index, order, wan=[reidentified(up_(spent(one))) for one in outside])
        case.send(wan=down_(answer[index])).piece(index, order, lan=[spent(one) for one in told])
for at, host in (600, H), (1203, H2):                               # other_timeout
    step = case.send(at=at, lan=ip(host, E, 50, BODY)).gives(wan=up_(ip(V4, E, 50, BODY, ttl=63)))
    if host == H2:
        step.opens().expires(2 * len(PROTOCOLS))


def check(frames, _):
    ipv4_identifications(frames["wan"])
