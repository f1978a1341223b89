# SPDX-License-Identifier: BSD-3-Clause
"""ICM-04 — RFC 1812 section 4.3.2.8: a token bucket limits our ICMPv4 errors, whatever causes them, in both
directions; it fills up again with time, and never beyond the burst. ICMPv6 has its own."""
from scenario import *

case = Case("br", edit=top("icmp = { rate = 2; burst = 3; };") | domain("report_spoofing = true;"))
late = udp(E, 53, V4, 1232, ttl=1)
large = udp(E, 53, V4, 1232, bytes(1472))
own_late = udp(V4, 1232, E, 53, ttl=1)
late_answer, large_answer = own_error(BR_V4, E, 11, 0, late), own_error(BR_V4, E, 3, 4, large, mtu=1460)
own_answer = tunnel(BR, CE1, own_error(BR_V4, V4, 11, 0, own_late))

case.send(at=0, internet=late).drops("ttl").replies(internet=late_answer)
case.send(at=0.1, internet=large).drops("too_big").replies(internet=large_answer)
case.send(at=0.2, map=tunnel(CE1, BR, own_late)).drops("ttl").replies(map=own_answer)
case.send(at=0.3, internet=late).drops("ttl").event("icmp_rate_limited")
case.send(at=0.4, map=tunnel(CE1, BR, own_late)).drops("ttl").event("icmp_rate_limited")
spoofed = tunnel(CE1, BR, udp(V4, 1236, E, 53))
case.send(at=0.45, map=spoofed).drops("spoof_v4").replies(map=own_error6(BR, CE1, 1, 5, spoofed))
case.send(at=0.501, internet=late).drops("ttl").replies(internet=late_answer)
case.send(at=0.6, internet=[late] * 4).drops("ttl").event("icmp_rate_limited", 4)
case.send(at=1.1, internet=[late] * 4).drops("ttl").replies(internet=late_answer).event("icmp_rate_limited", 3)
case.send(at=1000, internet=[late] * 20).drops("ttl").replies(internet=[late_answer] * 3).event("icmp_rate_limited", 17)
