# SPDX-License-Identifier: BSD-3-Clause
"""TUN-20 — RFC 8200 section 3: an IPv6 packet of another version, or longer than its frame, is dropped."""
from scenario import *

case = Case("br")
good = tunnel(CE1, BR, udp(V4, 1232, E, 53))

for version in 0, 4, 5, 7, 15:
    case.send(map=poke(good, 0, bytes([version << 4]))).drops("ipv6_bad")
case.send(map=[good[:-1], good[:41], good[:40]]).drops("ipv6_bad")
case.send(map=poke(good, 4, b"\xff\xff")).drops("ipv6_bad")
case.send(map=tunnel(CE1, BR, b"", plen=0)).drops("inner_bad")
