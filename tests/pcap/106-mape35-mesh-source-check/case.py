# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-35 MAPE-33 MAPE-34 OPS-02 — RFC 7597 section 8.1: packets from the BR are not source-checked; in a mesh a
packet from another CE must have the inner source that maps to its outer source."""
from scenario import *

case = Case("ce-mesh")
OWN, OUTER = "198.18.0.18", "3fff:0:1204:d000:0:c612:12:4d0"


def from_ce2(*source, outer=CE2):
    return tunnel(outer, OUTER, udp(*source, OWN, PORT))


for port, peer in (1236, CE2), (64727, CE2), (1240, "2001:db8:12:3600:0:c000:212:36"):
    case.send(lan=udp(H, 5000, V4, port)).gives(wan=tunnel(OUTER, peer, udp(OWN, PORT, V4, port, ttl=63))).opens()
case.send(wan=from_ce2(V4, 1236)).gives(lan=udp(V4, 1236, H, 5000, ttl=63))
case.send(wan=from_ce2(V4, 64727)).gives(lan=udp(V4, 64727, H, 5000, ttl=63))

case.table("wan", (
    (from_ce2(V4, 1240), "spoof_v4"),                       # PSID 0x36
    (from_ce2(V4, 1235), "spoof_v4"),                       # PSID 0x34
    (from_ce2(V4, 212), "spoof_v4"),                        # PSID bits 0x35, but A = 0
    (from_ce2("192.0.2.19", 1236), "spoof_v4"),
    (from_ce2(E, 53), "spoof_v4"),                          # under no rule
    (from_ce2(V4, 1236, outer="2001:db8:12:3500::1"), "spoof_v4"),
    (from_ce2(V4, 1236, outer="2001:db9:12:3500:0:c000:212:35"), "spoof_v6"),
    (from_ce2(V4, 1236, outer="fe80::1"), "spoof_v6"),
    # What has no port is from nobody who shares an address, not even where a port could be.
    (tunnel(CE2, OUTER, icmp(V4, OWN, 13, 0, 1236 << 16)), "spoof_v4"),
    (tunnel(CE2, OUTER, ip(V4, OWN, 50, bytes(8))), "spoof_v4"),
))

# The BR relays anybody, also what would be wrong from a CE.
case.send(wan=tunnel(BR, OUTER, udp(V4, 1240, OWN, PORT))).gives(lan=udp(V4, 1240, H, 5000, ttl=63))
