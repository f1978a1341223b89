# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 TUN-13 TUN-16 TUN-19 ICM-11 BRS-05 — DS-Lite's B4 (RFC 6333): hosts keep their private addresses, since the AFTR translates;
only the outer packet is fragmented, the MSS is clamped, errors about tunnel packets reach the host."""
from scenario import *

LOCAL = "2001:db8:12:3400::b4"
B4 = "192.0.0.2"
case = Case("ce-f1", edit=kind(f'kind = "ds-lite"; local = "{LOCAL}";'))
up_, down_ = lambda inner: tunnel(LOCAL, BR, inner), lambda inner: tunnel(BR, LOCAL, inner)
S, R = "203.0.113.77", "2001:db8:beef::5"

for packet in (udp(H, 40000, S, 53), tcp(H, 40000, S, 80, "S"), ping(H, S, 7), ip(H, S, 50, bytes(32)), ip(H2, S, 41, bytes(60)),
               udp(H, 40000, S, 53, df=False), *cut(udp(H, 40000, S, 53, bytes(400), df=False), 208)):
    case.send(lan=packet).gives(wan=up_(spent(packet)))
for packet in (udp(S, 53, H, 40000), tcp(S, 80, H, 40000, "SA"), ping(S, H, 7), ip(S, H2, 50, bytes(32)),
               *cut(udp(S, 53, H, 40000, bytes(400), df=False), 208)):
    case.send(wan=down_(packet)).gives(lan=spent(packet))

# What is not ours, or nobody's.
case.send(wan=tunnel(CE2, LOCAL, udp(S, 53, H, 40000))).drops("spoof_v6")
case.send(wan=tunnel(BR, CE1, udp(S, 53, H, 40000))).drops("not_map_dst")
case.send(lan=udp(H, 0, S, 53)).drops("l4_bad")
case.send(lan=udp("10.9.9.9", 1, S, 53)).drops("lan_spoof")
case.send(lan=udp(H, 1, "127.0.0.1", 53)).drops("martian_v4")
case.send(wan=down_(udp("127.0.0.1", 1, H, 53))).drops("martian_v4")

# Errors: RFC 6333 section 5.7 gives the B4 an address.
late = udp(H, 40000, S, 53, ttl=1)
case.send(lan=late).drops("ttl").replies(lan=own_error(CE_LAN, H, 11, 0, late))
late = udp(S, 53, H, 40000, ttl=1)
case.send(wan=down_(late)).drops("ttl").replies(wan=up_(own_error(B4, S, 11, 0, late)))
large = udp(H, 40000, S, 53, bytes(1433))
case.send(lan=large).drops("too_big").replies(lan=own_error(CE_LAN, H, 3, 4, large, mtu=1460))
out = udp(H, 40000, S, 53, bytes(100), ttl=63)
case.send(wan=icmp6(R, LOCAL, UNREACHABLE6, 0, 0, up_(out))).drops("icmp6_relayed").replies(
    lan=own_error(CE_LAN, H, 3, 1, out))
for about in up_(udp("10.9.9.9", 1, S, 53)), tunnel(LOCAL, CE2, out), tunnel(CE2, BR, out):
    case.send(wan=icmp6(R, LOCAL, UNREACHABLE6, 0, 0, about)).drops("icmp6_relay_bad")
