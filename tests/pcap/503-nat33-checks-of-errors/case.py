# SPDX-License-Identifier: BSD-3-Clause
"""NAT-33 — RFC 5508 REQ-3: the CE drops ICMP with a wrong checksum and errors that quote a packet with a wrong IP
checksum; it does not check the quoted transport checksum."""
from scenario import *

case = Case("ce")
case.open("udp", "ping")
outside, inside = udp(V4, PORT, E, 53), udp(H, 5000, E, 53)

case.table("wan", (
    (down(icmp(E, V4, 3, 3, 0, outside, wrong=1)), "icmp_bad"),
    (down(icmp(E, V4, 11, 0, 0, outside, wrong=0x100)), "icmp_bad"),
    (down(icmp(E, V4, 0, 0, PORT << 16 | 1, b"MAP-E", wrong=1)), "icmp_bad"),
    (down(error(E, V4, 3, 3, poke(outside, 10, b"\0\0"))), "icmp_bad"),
    (down(error(E, V4, 3, 3, poke(outside, 8, b"\x10"))), "icmp_bad"),                # TTL changed, checksum not
    (down(error(E, V4, 3, 3, refresh(poke(outside, 0, b"\x65")))), "icmp_bad"),       # version 6
    (down(error(E, V4, 3, 3, refresh(poke(outside, 0, b"\x44")))), "icmp_bad"),       # IHL 4
    (down(error(E, V4, 3, 3, outside[:20])), "icmp_bad"),
    (down(error(E, V4, 3, 3, outside[:19])), "icmp_bad"),
    (down(error(E, V4, 3, 3, b"")), "icmp_bad"),
    (down(error(E, V4, 3, 3, ip(V4, E, 17, outside[20:], offset=185))), "icmp_bad"),
    (down(error("127.0.0.1", V4, 3, 3, b"")), "martian_v4"),                          # the quote is looked at last
    (down(icmp("127.0.0.1", V4, 3, 3, 0, outside, wrong=1)), "icmp_bad"),
))
case.send(lan=error(H, E, 3, 3, b"", ttl=1)).drops("ttl")                             # no error about an error
case.send(lan=icmp(H, E, 8, 0, 7 << 16, b"x", wrong=1)).drops("icmp_bad")

for by in 1, 0x4321:
    case.send(wan=down(error(E, V4, 3, 3, l4_checksum_wrong(outside, by)))).gives(
        lan=error(E, H, 3, 3, l4_checksum_wrong(inside, by), ttl=63))
