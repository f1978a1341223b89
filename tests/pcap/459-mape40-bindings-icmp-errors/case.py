# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-40 MAPE-41 — RFC 7597 section 8.2: ICMP errors go to, and come from, the CE that is bound to the port of the
packet they quote; it must have come from, or gone to, the very address."""
from scenario import *

case = Case("br-bound")
BR2 = "2001:db8:ffff::2"
SHARED, WHOLE = "198.18.7.1", "198.18.8.3"
ONE, OTHER, ALONE = "2001:db8:100::1", "2001:db8:200::cafe", "3fff:8:3::1"      # PSID 0x34, 0x35 of SHARED; WHOLE

def error_to(quoted, dst=SHARED):
    return error(E2, dst, UNREACHABLE, 3, quoted)


def error_from(quoted, src=SHARED, **fields):
    return error(src, E, UNREACHABLE, 3, quoted, **fields)


case.send(internet=error_to(udp(SHARED, 1232, E, 53))).gives(
    map=tunnel(BR2, ONE, error(E2, SHARED, UNREACHABLE, 3, udp(SHARED, 1232, E, 53), ttl=63)))
case.send(internet=error_to(ip(WHOLE, E, 47, bytes(8)), WHOLE)).gives(
    map=tunnel(BR2, ALONE, error(E2, WHOLE, UNREACHABLE, 3, ip(WHOLE, E, 47, bytes(8)), ttl=63)))
case.send(internet=error_to(udp("198.18.7.2", 1232, E, 53))).drops("icmp_bad")
case.send(internet=error_to(udp("198.18.8.2", 1232, E, 53), WHOLE)).drops("icmp_bad")
case.send(internet=error_to(udp(SHARED, 1240, E, 53))).drops("no_rule")

case.send(map=tunnel(ONE, BR2, error_from(udp(E, 53, SHARED, 1232)))).gives(
    internet=error_from(udp(E, 53, SHARED, 1232), ttl=63))
case.send(map=tunnel(ONE, BR2, error_from(udp(E, 53, SHARED, 1236)))).drops("spoof_v6")
case.send(map=tunnel(ONE, BR2, error_from(udp(E, 53, SHARED, 1240)))).drops("spoof_v4")
case.send(map=tunnel(ONE, BR2, error_from(udp(E, 53, "198.18.7.2", 1232)))).drops("spoof_v4")
case.send(map=tunnel(ALONE, BR2, error_from(udp(E, 53, "198.18.8.2", 1), WHOLE))).drops("spoof_v4")

# Ours, back through the softwire.
late = udp(SHARED, 1232, E, 53, ttl=1)
case.send(map=tunnel(ONE, BR2, late)).drops("ttl").replies(
    map=tunnel(BR2, ONE, own_error(BR_V4, SHARED, TIME_EXCEEDED, 0, late)))
late = udp(E, 53, SHARED, 1232, ttl=1)
case.send(internet=late).drops("ttl").replies(internet=own_error(BR_V4, E, TIME_EXCEEDED, 0, late))
