# SPDX-License-Identifier: BSD-3-Clause
"""ICM-16 BRS-07 — RFC 7597 section 8.1 wants silence about spoofed packets; with report_spoofing the sender gets
ICMPv6 1/5 (RFC 7599 section 8.3), for what is refused by the source check and nothing else."""
from scenario import *

case = Case("br-two", edit=domain("report_spoofing = true;"))
REPORTED, SILENT = BR, "2001:db8:ffff::2"
OF_SILENT = "3fff:100:12:3400:c6:1200:1200:3400"

for br, source, packet, reason in (
        (REPORTED, CE1, udp(V4, 1236, E, 53), "spoof_v4"), (REPORTED, CE1, udp("192.0.2.19", 1232, E, 53), "spoof_v4"),
        (REPORTED, CE1, udp(V4, 208, E, 53), "spoof_v4"), (REPORTED, CE1, ping(V4, E, 1236), "spoof_v4"),
        (REPORTED, CE1, error(V4, E, 3, 3, udp(E, 53, V4, 1236)), "spoof_v4"),
        (REPORTED, CE1, udp(V4, 1236, E, 53, ttl=1), "spoof_v4"),
        (REPORTED, "2001:db8:12:3400::1", udp(V4, 1232, E, 53), "spoof_v6"),
        (REPORTED, "3fff::1", udp(V4, 1232, E, 53), "spoof_v6"),
        (REPORTED, OF_SILENT, udp(V4, 1232, E, 53), "spoof_v6"),
        (SILENT, OF_SILENT, udp(V4, 4928, E, 53), "spoof_v4"), (SILENT, CE1, udp(V4, 1232, E, 53), "spoof_v6")):
    coming = tunnel(source, br, packet)
    step = case.send(map=coming).drops(reason)
    if br == REPORTED:
        step.replies(map=own_error6(BR, source, 1, 5, coming))
case.table("map", (
    (tunnel(CE1, BR, ip(V4, E, 47, bytes(8))), "proto_unsupported"),
    (tunnel(CE1, BR, udp(V4, 1232, E, 53, length=4)), "l4_bad"),
    (tunnel(CE1, BR, udp(V4, 1232, V4, 1233)), "loop"),
    (tunnel(CE1, BR, udp(V4, 1232, "127.0.0.1", 53)), "martian_v4"),
))
