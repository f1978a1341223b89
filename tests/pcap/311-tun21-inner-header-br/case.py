# SPDX-License-Identifier: BSD-3-Clause
"""TUN-21 TUN-24 — RFC 1812 section 5.2.2: the inner IPv4 header is validated like any other; bytes beyond its total
length are not part of it."""
from scenario import *

case = Case("br")

good, passed = udp(V4, 1232, E, 53), udp(V4, 1232, E, 53, ttl=63)
wrong_ihl = lambda ihl: refresh(poke(good, 0, bytes([0x40 | ihl])))
wrong_length = lambda length: refresh(poke(good, 2, length.to_bytes(2, "big")))

for inner in (
        poke(good, 0, b"\x55"), refresh(poke(good, 0, b"\x55")),      # version 5
        tunnel(CE1, BR, good),                                           # version 6: IPv6 under next header 4
        wrong_ihl(4), wrong_ihl(0), wrong_ihl(15),
        poke(good, 10, bytes([good[10] ^ 1])),                       # checksum
        poke(good, 8, b"\x20"),                                      # TTL changed, checksum not
        wrong_length(19), wrong_length(0), wrong_length(len(good) + 1), wrong_length(65535),
        good[:19], good[:1], b""):
    case.send(map=tunnel(CE1, BR, inner)).drops("inner_bad")

for surplus in b"\0", b"\xff" * 7, bytes(1000):
    case.send(map=tunnel(CE1, BR, good + surplus)).gives(internet=passed)

# The IPv6 payload length ends the packet, also where the frame goes on.
case.send(map=padded("map", tunnel(CE1, BR, good), 200)).gives(internet=passed)
case.send(map=padded("map", tunnel(CE1, BR, good[:-1]), 200)).drops("inner_bad")
