# SPDX-License-Identifier: BSD-3-Clause
"""TUN-20 TUN-09 TRAP-24 — RFC 8200 section 4, RFC 2473 section 3.3: decapsulation walks the extension headers to the
IPv4 packet, the encapsulation limit option of Linux among them; what cannot be walked or is left to others is
dropped."""
from scenario import *

case = Case("br")


def softwire(ext=(), inner=udp(V4, 1232, E, 53), **fields):
    return tunnel(CE1, BR, inner, ext=ext, **fields)


for ext in ([ENCAP_LIMIT], [HOP_BY_HOP], [DEST_OPTIONS], [ROUTING_DONE],
            [HOP_BY_HOP, DEST_OPTIONS, ROUTING_DONE, ENCAP_LIMIT], [(60, b"\2" + bytes.fromhex("0114") + bytes(20))],
            [DEST_OPTIONS] * 7, [fragment_header()], [HOP_BY_HOP, fragment_header(), ENCAP_LIMIT]):
    case.send(map=softwire(ext)).gives(internet=udp(V4, 1232, E, 53, ttl=63))

TOO_LONG = (60, b"\xff" + bytes(6))                     # a header of 2048 bytes in a packet of less
case.table("map", (
    (softwire([DEST_OPTIONS] * 9), "ipv6_ext"),
    (softwire([ROUTING_LEFT]), "ipv6_ext"),
    (softwire([HOP_BY_HOP, ROUTING_LEFT, DEST_OPTIONS]), "ipv6_ext"),
    (softwire([TOO_LONG]), "ipv6_ext"),
    (softwire([DEST_OPTIONS, TOO_LONG]), "ipv6_ext"),
    (tunnel(CE1, BR, b"", nh=60), "ipv6_ext"),               # a header announced, the packet over
    (tunnel(CE1, BR, b"\4\0\1\4", nh=60), "ipv6_ext"),    # half a header

    (softwire([fragment_header(), DEST_OPTIONS, fragment_header()]), "ipv6_ext"),

    (softwire(nh=41), "no_host"),
    (softwire([DEST_OPTIONS], nh=41), "no_host"),
    (softwire([ENCAP_LIMIT], nh=17), "no_host"),
    (softwire([HOP_BY_HOP], nh=59), "no_host"),
    (softwire(nh=51), "no_host"),
))
