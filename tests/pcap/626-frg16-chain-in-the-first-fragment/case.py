# SPDX-License-Identifier: BSD-3-Clause
"""FRG-16 — RFC 7112 section 5: a first fragment without the whole chain of headers, down to 28 bytes of IPv4, is
dropped and answered by ICMPv6 4/3 with pointer 0."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53, bytes(100))

for piece in (
        *(cut6(tunnel(CE1, BR, inner), size)[0] for size in (8, 16, 24)),
        cut6(tunnel(CE1, BR, inner, ext=[DEST_OPTIONS]), 8)[0], cut6(tunnel(CE1, BR, inner, ext=[DEST_OPTIONS]), 32)[0],
        cut6(tunnel(CE1, BR, inner, ext=[(60, b"\1" + bytes.fromhex("010c") + bytes(12))]), 8)[0],
        cut6(tunnel(CE1, BR, inner, ext=[HOP_BY_HOP, ENCAP_LIMIT]), 8, head=48)[0]):
    case.send(map=piece).drops("frag6_chain").replies(map=own_error6(BR, CE1, 4, 3, piece))
for ext in [], [DEST_OPTIONS], [DEST_OPTIONS, ENCAP_LIMIT]:
    first, last = cut6(tunnel(CE1, BR, inner, ext=ext), 32 + 8 * len(ext))
    case.send(map=first).keeps()
    case.send(map=last).reassembles().gives(internet=spent(inner))
