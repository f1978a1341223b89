# SPDX-License-Identifier: BSD-3-Clause
"""TUN-24 — RFC 1812 section 5.2.2: an IPv4 packet from the Internet whose header is invalid is dropped without a
word, also with TTL 1; Ethernet padding is not part of the packet."""
from scenario import *

case = Case("br")

good = udp(E, 53, V4, 1232)
wrong_ihl = lambda packet, ihl: refresh(poke(packet, 0, bytes([0x40 | ihl])))
wrong_length = lambda packet, length: refresh(poke(packet, 2, length.to_bytes(2, "big")))

for ttl in 64, 1:
    packet = refresh(poke(good, 8, bytes([ttl])))
    for bad in (
            refresh(poke(packet, 0, b"\x55")), refresh(poke(packet, 0, b"\x65")),
            wrong_ihl(packet, 4), wrong_ihl(packet, 0), wrong_ihl(packet, 15),
            poke(packet, 10, bytes([packet[10] ^ 1])), poke(packet, 9, b"\x06"),
            wrong_length(packet, 19), wrong_length(packet, 0), wrong_length(packet, len(packet) + 1)):
        case.send(internet=bad).drops("ipv4_bad")

# A packet of 29 bytes in a frame of 60.
case.send(internet=padded("internet", udp(E, 53, V4, 1232, b"!"))).gives(
    map=tunnel(BR, CE1, udp(E, 53, V4, 1232, b"!", ttl=63)))
