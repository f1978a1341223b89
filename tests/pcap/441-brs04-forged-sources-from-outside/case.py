# SPDX-License-Identifier: BSD-3-Clause
"""BRS-04 BRS-07 — nobody on the Internet side has an address of our CEs: what comes with one is dropped, without an answer, whatever
it is."""
from scenario import *

case = Case("br-two")

for source in "192.0.2.0", V4, "192.0.2.255", "198.18.0.0", "198.18.0.255":
    for destination, port in (V4, 1232), ("198.18.0.18", 4928):
        case.send(internet=udp(source, 53, destination, port)).drops("spoof_ext")
        case.send(internet=udp(source, 53, destination, port, ttl=1)).drops("spoof_ext")
    case.send(internet=ping(source, V4, 1232)).drops("spoof_ext")
    case.send(internet=error(source, V4, 3, 3, udp(V4, 1232, E, 53))).drops("spoof_ext")
    case.send(internet=ip(source, V4, 17, bytes(64), offset=185)).drops("spoof_ext")
    case.send(internet=udp(source, 53, V4, 1232, bytes(1472))).drops("spoof_ext")
    case.send(internet=udp(source, 53, E2, 53)).drops("no_rule")
for source in "192.0.1.255", "192.0.3.0", "198.17.255.255", "198.18.1.0":
    case.send(internet=udp(source, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(source, 53, V4, 1232, ttl=63)))
