# SPDX-License-Identifier: BSD-3-Clause
"""ICM-03 — RFC 4443 section 2.4 (f): the same for our ICMPv6 errors; the drops are counted all the same."""
from scenario import *

case = Case("br", edit=top("icmp = { rate = 10; burst = 4; };") | domain("report_spoofing = true;"))
spoofed = tunnel(CE1, BR, udp(V4, 1236, E, 53))
broken = tunnel(CE1, BR, udp(V4, 1232, E, 53, bytes(5)), ext=[fragment_header(more=True)])
answers = {"spoof_v4": (spoofed, own_error6(BR, CE1, 1, 5, spoofed)),
           "frag6_bad": (broken, own_error6(BR, CE1, 4, 0, broken, 4))}

sent = 0
for step in range(40):                                          # 40 each in 0.4 seconds: 4 at once, then 10 a second
    for reason, (packet, answer) in answers.items():
        outcome = case.send(at=step / 100 + (reason == "frag6_bad") / 1000, map=packet).drops(reason)
        if sent < 4 + int(case.now * 10 + 1e-9):
            outcome.replies(map=answer)
            sent += 1
        else:
            outcome.event("icmp_rate_limited")
assert sent == 7
late = udp(E, 53, V4, 1232, ttl=1)
case.send(internet=late).drops("ttl").replies(internet=own_error(BR_V4, E, 11, 0, late))
