# SPDX-License-Identifier: BSD-3-Clause
"""FRG-11 ICM-01 — RFC 791: a fragment that is followed by others has a multiple of 8 bytes, and at least 8; none
reaches beyond byte 65535. Neither side's is forwarded, held or answered; their datagram does not suffer."""
from scenario import *

case = Case("br")
first, last = cut(udp(E, 53, V4, 1232, bytes(80), df=False), 40)
own_first, own_last = cut(udp(V4, 1232, E, 53, bytes(80), df=False), 40)

case.send(internet=first).gives(map=tunnel(BR, CE1, spent(first)))
case.send(map=tunnel(CE1, BR, own_first)).gives(internet=spent(own_first))
for fields in ({"payload": bytes(41), "mf": True, "offset": 5}, {"payload": bytes(9), "mf": True},
               {"payload": b"", "mf": True}, {"payload": b"", "offset": 5}, {"payload": b"", "mf": True, "offset": 5},
               {"payload": bytes(1400), "offset": 0x1fff}, {"payload": bytes(8), "offset": 0x1fff},
               {"payload": bytes(65536 - 8180 * 8), "offset": 8180}):
    for ttl in 64, 1:
        for proto in 17, 6, 50:
            case.send(internet=ip(E, V4, proto, ttl=ttl, **fields)).drops("frag_bad")
            case.send(map=tunnel(CE1, BR, ip(V4, E, proto, ttl=ttl, **fields))).drops("frag_bad")
edge = ip(E, V4, 17, bytes(65535 - 8180 * 8), offset=8180)                      # the very last byte
case.send(internet=edge).gives(map=tunnel(BR, CE1, spent(edge)))
case.send(map=tunnel(CE1, BR, own_last)).gives(internet=spent(own_last))
