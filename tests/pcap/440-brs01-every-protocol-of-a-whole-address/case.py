# SPDX-License-Identifier: BSD-3-Clause
"""BRS-01 MAPE-55 FRG-06 B12 — RFC 7597 section 8.1: a CE with a whole address may send every protocol, from that address; nothing from
another one passes, whole or as a fragment."""
from scenario import *

case = Case("br", edit={"ea = 16; offset = 6": "ea = 8"})
WHOLE = "2001:db8:12::c000:212:0"

for proto in range(256):
    if proto in (1, 6, 17):
        continue                                                    # they have headers: cases 414 and 323
    for fields in {}, {"mf": True}, {"offset": 100}:
        packet = ip(V4, E, proto, bytes(32), **fields)
        case.send(map=tunnel(WHOLE, BR, packet)).gives(internet=spent(packet))
        case.send(map=tunnel(WHOLE, BR, ip("192.0.2.19", E, proto, bytes(32), **fields))).drops("spoof_v4")
