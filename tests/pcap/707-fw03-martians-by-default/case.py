# SPDX-License-Identifier: BSD-3-Clause
"""FW-01 FW-02 FW-03 FW-06 — RFC 6092 REC-1 to REC-3 and REC-7: addresses that are nobody's are neither source nor destination,
unique local ones do not cross the WAN; by default documentation prefixes are among them."""
from scenario import *

ALWAYS = "::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"
WORDS = "2001:db8::/32", "3fff::/20", "2001:10::/28", "2001:20::/28", "fec0::/10", "fc00::/7", "100::/64"
LAN, FAR = "2400:cb00:1::10", "2400:cb00:9::9"

case = Case("ce-forward", edit={
    " ipv6_martians = [ ];": "", '"2001:db8:12:3401::1/64"': '"2400:cb00:1::1/64"',
    "2001:db8:12:3401::10": LAN, "2001:db8:12:3401::11": "2400:cb00:1::11"})
case.passes(udp6(LAN, 5000, FAR, 53))
case.passes(udp6(FAR, 53, LAN, 5000), to="lan")
nets = [IPv6Network(text) for text in ALWAYS + WORDS]
edges = {int(net[0]) + step for net in nets for step in (-1, 0)} | {int(net[-1]) + step for net in nets for step in (0, 1)}
for address in (IPv6Address(edge) for edge in sorted(edges) if 0 <= edge < 2**128):
    is_martian = any(address in net for net in nets)
    inward, outward = udp6(address, 53, LAN, 5000), udp6(LAN, 5000, address, 53)
    if is_martian:
        case.send(wan=inward).drops("martian_v6")
        case.send(lan=Native(udp6(address, 53, FAR, 5000))).drops("martian_v6")
    else:
        case.passes(inward, to="lan")
    if address in IPv6Network("fe80::/10") or address.is_multicast:
        case.send(lan=Native(outward)).drops("no_host")              # the link's, and so Linux's
    elif is_martian:
        case.send(lan=Native(outward)).drops("martian_v6")
    else:
        case.passes(outward)
