# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-34 BRS-10 TRAP-7 — RFC 791: with IP options the ports stand at IHL * 4, for the choice of the CE and for the
source check."""
from scenario import *

case = Case("br")

for nops in 4, 20, 40:                              # IHL 6, 10, 15
    for build in udp, tcp:
        case.send(internet=build(E, 53, V4, 1236, nops=nops)).gives(
            map=tunnel(BR, CE2, build(E, 53, V4, 1236, ttl=63, nops=nops)))
        case.send(map=tunnel(CE2, BR, build(V4, 1236, E, 53, nops=nops))).gives(
            internet=build(V4, 1236, E, 53, ttl=63, nops=nops))
        case.send(map=tunnel(CE1, BR, build(V4, 1236, E, 53, nops=nops))).drops("spoof_v4")
    case.send(internet=pong(E, V4, 1236, nops=nops)).gives(map=tunnel(BR, CE2, pong(E, V4, 1236, ttl=63, nops=nops)))
