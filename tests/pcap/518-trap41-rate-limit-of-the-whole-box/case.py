# SPDX-License-Identifier: BSD-3-Clause
"""ICM-03 ICM-04 TRAP-41 — the rate and the burst are those of the whole box, however many workers it has."""
from scenario import *

case = Case("br", edit=top("icmp = { rate = 10; burst = 8; }; dpdk = { workers = 4; };") |
            domain("report_spoofing = true;"))
late = udp(E, 53, V4, 1232, ttl=1)
late_answer = own_error(BR_V4, E, 11, 0, late)
spoofed = tunnel(CE1, BR, udp(V4, 1236, E, 53))
spoofed_answer = own_error6(BR, CE1, 1, 5, spoofed)

# Each step is a burst, and each burst is another worker's: everyone has a quarter of the eight.
for step in range(4):
    case.send(at=step / 1000, internet=[late] * 5).drops("ttl").replies(
        internet=[late_answer] * 2).event("icmp_rate_limited", 3)
for step in range(4):
    case.send(at=(step + 4) / 1000, map=[spoofed] * 5).drops("spoof_v4").replies(
        map=[spoofed_answer] * 2).event("icmp_rate_limited", 3)
# 0.4 seconds later there is one for each.
for step in range(4):
    case.send(at=(step + 410) / 1000, internet=[late] * 5).drops("ttl").replies(
        internet=late_answer).event("icmp_rate_limited", 4)
