# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-18 TRAP-1 B11 — RFC 7597 section 5.1: with a = 6 the ports below 2^(16-6) = 1024 belong to nobody, also 208,
whose PSID bits are 0x34; the limit is not 2^6 = 64."""
from scenario import *

case = Case("br")

for port in 208, 1, 52, 63, 64, 65, 209, 1023:
    case.send(internet=udp(E, 53, V4, port)).drops("port_excluded")
    case.send(internet=tcp(E, 80, V4, port, "S")).drops("port_excluded")
    case.send(map=tunnel(CE1, BR, udp(V4, port, E, 53))).drops("spoof_v4")
    case.send(map=tunnel(CE1, BR, tcp(V4, port, E, 80))).drops("spoof_v4")
    case.send(map=tunnel("2001:db8:12::c000:212:0", BR, udp(V4, port, E, 53))).drops("spoof_v4")     # PSID 0
case.send(internet=udp(E, 53, V4, 1024)).gives(map=tunnel(BR, "2001:db8:12::c000:212:0", udp(E, 53, V4, 1024, ttl=63)))
