# SPDX-License-Identifier: BSD-3-Clause
"""ICM-02 BRS-02 — RFC 4443 section 2.4 (e): no ICMPv6 error about an ICMPv6 error or Redirect, about what may be one,
or to a source that is not one host; about other packets there is one."""
from scenario import *

case = Case("br", edit=domain("report_spoofing = true;"))
OPTIONS = b"\x3a\0\1\4\0\0\0\0"


def broken(type):
    """A fragment of ICMPv6, its length no multiple of 8, with more to follow. Destination Options make it ours."""
    return tunnel(CE1, BR, OPTIONS + message(type), ext=[fragment_header(more=True)], nh=60)


def message(type):
    return icmp6(CE1, BR, type, 0, 0, bytes(53))[40:]


for type in 1, 2, 3, 4, 100, 127, 137:
    case.send(map=broken(type)).drops("frag6_bad")
for type in 128, 129, 135, 200:
    packet = broken(type)
    case.send(map=packet).drops("frag6_bad").replies(map=own_error6(BR, CE1, 4, 0, packet, 4))

# Sources.
spoofed = udp(V4, 1236, E, 53)
for source in "::", "::1", "ff02::1", "ff0e::1":
    case.send(map=tunnel(source, BR, spoofed)).drops("spoof_v6")
for source, reason in ("3fff::1", "spoof_v6"), ("fe80::1", "spoof_v6"), (CE1, "spoof_v4"):
    packet = tunnel(source, BR, spoofed)
    case.send(map=packet).drops(reason).replies(map=own_error6(BR, source, 1, 5, packet))

# A time-out.
first = tunnel(CE1, BR, spoofed[:32], ext=[fragment_header(more=True)])
case.send(map=first).keeps()
case.send(at=61, map=tunnel(CE1, BR, udp(V4, 1232, E, 53))).replies(map=own_error6(BR, CE1, 3, 1, first)).gives(
    internet=udp(V4, 1232, E, 53, ttl=63)).releases(1).drops("frag6_timeout", 1)
