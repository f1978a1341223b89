# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-47 MAPE-34 TUN-01 TUN-03 TUN-25 TRAP-2 — RFC 7597 sections 7.2 and 8: the BR sends to the CE that owns address
and port, from the BR address; from a CE it forwards the packet inside. Port 1232 = 0x04d0 holds the PSID 0x34 in its
bits 9 to 2."""
from scenario import *

case = Case("br")

for port, ce in (1232, CE1), (1235, CE1), (2256, CE1), (64723, CE1), (1236, CE2), (64727, CE2), \
        (1231, "2001:db8:12:3300:0:c000:212:33"), (1024, "2001:db8:12::c000:212:0"), \
        (65535, "2001:db8:12:ff00:0:c000:212:ff"):
    case.send(internet=udp(E, 53, V4, port)).gives(map=tunnel(BR, ce, udp(E, 53, V4, port, ttl=63)))
    case.send(internet=tcp(E, 80, V4, port)).gives(map=tunnel(BR, ce, tcp(E, 80, V4, port, ttl=63)))
    case.send(map=tunnel(ce, BR, udp(V4, port, E, 53))).gives(internet=udp(V4, port, E, 53, ttl=63))
    case.send(map=tunnel(ce, BR, tcp(V4, port, E, 80))).gives(internet=tcp(V4, port, E, 80, ttl=63))

# Another address of the rule; a neighbour on the link; hop limits and TTLs of their own; no checksum, a wrong checksum.
case.send(internet=udp(N, 53, "192.0.2.77", 1236)).gives(
    map=tunnel(BR, "2001:db8:4d:3500:0:c000:24d:35", udp(N, 53, "192.0.2.77", 1236, ttl=63)))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, N, 53, ttl=5), hlim=1)).gives(internet=udp(V4, 1232, N, 53, ttl=4))
case.send(map=tunnel(CE1, BR, udp(V4, 1232, E, 53, csum=0))).gives(internet=udp(V4, 1232, E, 53, csum=0, ttl=63))
case.send(internet=l4_checksum_wrong(udp(E, 53, V4, 1232))).gives(
    map=tunnel(BR, CE1, l4_checksum_wrong(udp(E, 53, V4, 1232, ttl=63))))

UDP, TCP = len(udp(E, 1, E, 1)), len(tcp(E, 1, E, 1))
case.expect(softwires={"f1": {
    "rcvd_ipv4_packets": 20, "rcvd_ipv4_bytes": 11 * UDP + 9 * TCP,
    "sent_ipv6_packets": 20, "sent_ipv6_bytes": 11 * UDP + 9 * TCP + 20 * 40,
    "rcvd_ipv6_packets": 20, "rcvd_ipv6_bytes": 11 * UDP + 9 * TCP + 20 * 40,
    "sent_ipv4_packets": 20, "sent_ipv4_bytes": 11 * UDP + 9 * TCP}})
