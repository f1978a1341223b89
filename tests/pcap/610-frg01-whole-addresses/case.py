# SPDX-License-Identifier: BSD-3-Clause
"""FRG-01 MAPE-55 FRG-09 FRG-11 — RFC 7597 section 8.3.2: who has a whole address needs no port: fragments of any
protocol pass at once, in any order, source-checked one by one; what is impossible or hides a header does not."""
from scenario import *

case = Case("br", edit={"ea = 16; offset = 6": "ea = 8"})
WHOLE = "2001:db8:12::c000:212:0"

for proto in 17, 6, 1, 50, 47, 41:
    for fields in {"offset": 185, "ipid": 2}, {"offset": 100, "mf": True}, {"mf": True}:
        there, back = ip(E, V4, proto, bytes(48), **fields), ip(V4, E, proto, bytes(48), **fields)
        case.send(internet=there).gives(map=tunnel(BR, WHOLE, spent(there)))
        case.send(map=tunnel(WHOLE, BR, back)).gives(internet=spent(back))
        case.send(map=tunnel(WHOLE, BR, ip("192.0.2.19", E, proto, bytes(48), **fields))).drops("spoof_v4")
        case.send(map=tunnel("2001:db8:12::1", BR, back)).drops("spoof_v6")
case.table("internet", (
    (ip(E, V4, 17, bytes(41), mf=True), "frag_bad"),
    (ip(E, V4, 17, bytes(1400), offset=0x1fff), "frag_bad"),
    (ip(E, V4, 17, b"", mf=True), "frag_bad"),
    (ip(E, V4, 6, bytes(16), mf=True), "frag_tiny"),
    (ip(E, V4, 6, bytes(32), offset=1), "frag_tiny"),
))
