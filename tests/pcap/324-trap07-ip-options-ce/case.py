# SPDX-License-Identifier: BSD-3-Clause
"""BRS-10 TRAP-7 — RFC 791: with IP options the ports stand at IHL * 4; the options pass unchanged."""
from scenario import *

case = Case("ce")

for nops in 4, 20, 40:                              # IHL 6, 10, 15
    opens = nops == 4
    case.send(lan=udp(H, 5000, E, 53, nops=nops)).gives(wan=up(udp(V4, PORT, E, 53, ttl=63, nops=nops))).opens(opens)
    case.send(lan=tcp(H, 5000, E, 80, "S", nops=nops)).gives(
        wan=up(tcp(V4, PORT, E, 80, "S", ttl=63, nops=nops))).opens(opens)
    case.send(lan=ping(H, E, 7, nops=nops)).gives(wan=up(ping(V4, E, PORT, ttl=63, nops=nops))).opens(opens)
    case.send(wan=down(udp(E, 53, V4, PORT, nops=nops))).gives(lan=udp(E, 53, H, 5000, ttl=63, nops=nops))
    case.send(wan=down(tcp(E, 80, V4, PORT, "SA", nops=nops))).gives(lan=tcp(E, 80, H, 5000, "SA", ttl=63, nops=nops))
    case.send(wan=down(pong(E, V4, PORT, nops=nops))).gives(lan=pong(E, H, 7, ttl=63, nops=nops))
