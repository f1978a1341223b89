# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-15 — RFC 7597 section 5.2 with no EA bits, and RFC 7596: who has a port set is what a binding says; nothing
of the softwire address is computed."""
from scenario import *

case = Case("br-bound")
BR2 = "2001:db8:ffff::2"
SHARED, WHOLE = "198.18.7.1", "198.18.8.3"
ONE, OTHER, ALONE = "2001:db8:100::1", "2001:db8:200::cafe", "3fff:8:3::1"      # PSID 0x34, 0x35 of SHARED; WHOLE

for port in 1232, 1235, 64723:
    case.send(internet=udp(E, 53, SHARED, port)).gives(map=tunnel(BR2, ONE, udp(E, 53, SHARED, port, ttl=63)))
    case.send(map=tunnel(ONE, BR2, udp(SHARED, port, E, 53))).gives(internet=udp(SHARED, port, E, 53, ttl=63))
case.send(internet=tcp(E, 80, SHARED, 1236, "SA")).gives(map=tunnel(BR2, OTHER, tcp(E, 80, SHARED, 1236, "SA", ttl=63)))
case.send(map=tunnel(OTHER, BR2, tcp(SHARED, 1236, E, 80))).gives(internet=tcp(SHARED, 1236, E, 80, ttl=63))
case.send(internet=ping(E, SHARED, 1233)).gives(map=tunnel(BR2, ONE, ping(E, SHARED, 1233, ttl=63)))
case.send(map=tunnel(ONE, BR2, pong(SHARED, E, 1233))).gives(internet=pong(SHARED, E, 1233, ttl=63))

# A CE may have several port sets; a rule beside the pools is what it was.
case.send(internet=udp(E, 53, "198.18.7.2", 1232)).gives(map=tunnel(BR2, ONE, udp(E, 53, "198.18.7.2", 1232, ttl=63)))
case.send(map=tunnel(ONE, BR2, udp("198.18.7.2", 1232, E, 53))).gives(internet=udp("198.18.7.2", 1232, E, 53, ttl=63))
case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).gives(internet=udp(V4, 1232, E, 53, ttl=63))

# Nobody is bound; A = 0; what has no port.
case.table("internet", ((udp(E, 53, SHARED, 1240), "no_rule"), (udp(E, 53, "198.18.7.3", 1232), "no_rule"),
                        (udp(E, 53, SHARED, 1023), "port_excluded"), (ip(E, SHARED, 47, bytes(8)), "proto_unsupported")))

# A whole address carries everything.
for port in 1, 1023, 65535:
    case.send(internet=udp(E, 53, WHOLE, port)).gives(map=tunnel(BR2, ALONE, udp(E, 53, WHOLE, port, ttl=63)))
case.send(internet=ip(E, WHOLE, 47, bytes(8))).gives(map=tunnel(BR2, ALONE, ip(E, WHOLE, 47, bytes(8), ttl=63)))
case.send(map=tunnel(ALONE, BR2, ip(WHOLE, E, 50, bytes(8)))).gives(internet=ip(WHOLE, E, 50, bytes(8), ttl=63))
case.send(internet=ip(E, "198.18.8.4", 47, bytes(8))).drops("no_rule")
