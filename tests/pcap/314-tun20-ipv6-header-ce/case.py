# SPDX-License-Identifier: BSD-3-Clause
"""TUN-20 — RFC 8200 section 3: an IPv6 packet of another version, or longer than its frame, is dropped."""
from scenario import *

case = Case("ce")
good = tunnel(BR, CE, udp(E, 53, V4, PORT))

for version in 0, 4, 5, 7, 15:
    case.send(wan=poke(good, 0, bytes([version << 4]))).drops("ipv6_bad")
case.send(wan=[good[:-1], good[:41], good[:40]]).drops("ipv6_bad")
case.send(wan=poke(good, 4, b"\xff\xff")).drops("ipv6_bad")
case.send(wan=tunnel(BR, CE, b"", plen=0)).drops("inner_bad")
