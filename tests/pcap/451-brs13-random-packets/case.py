# SPDX-License-Identifier: BSD-3-Clause
"""BRS-13 OPS-03 MAPE-22 — a BR keeps no state of flows: of many packets between random ends each is forwarded or counted by itself, and nothing is
held afterwards."""
import random

from scenario import *

case = Case("br")
dice = random.Random(7597)


def somebody():
    return str(IPv4Address(dice.choice((dice.randrange(0x01000000, 0x0a000000), dice.randrange(0x0b000000, 0x64000000)))))


for _ in range(600):
    outside, inside, far, near = somebody(), f"192.0.2.{dice.randrange(256)}", dice.randrange(1, 65536), dice.randrange(1, 65536)
    build = dice.choice((udp, tcp))
    there, back = build(outside, far, inside, near), build(inside, near, outside, far)
    ce = F1.map_address(inside, near)
    if ce is None:
        case.send(internet=there).drops("port_excluded")
    else:
        case.send(internet=there).gives(map=tunnel(BR, ce, spent(there)))
        case.send(map=tunnel(ce, BR, back)).gives(internet=spent(back))
    # From a CE to which it does not belong; to an address that is nobody's.
    case.send(map=tunnel(CE1, BR, back)).drops("spoof_v4")
    case.send(internet=build(somebody(), far, outside, near)).drops("no_rule")
