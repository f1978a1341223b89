# SPDX-License-Identifier: BSD-3-Clause
"""FRG-13 ICM-06 ICM-08 — RFC 8200 section 4.5: a fragment with more to follow and no multiple of 8 bytes is answered
by ICMPv6 4/0 pointing at the Payload Length, one that reaches beyond 65535 bytes by one pointing at its Fragment
Offset; from the BR address, quoting up to 1280 bytes."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53, bytes(1400))
first, last = cut6(tunnel(CE1, BR, inner), 80)
PAYLOAD_LENGTH, OFFSET = 4, 42


def bad(piece, pointer):
    case.send(map=piece).drops("frag6_bad").replies(map=own_error6(BR, CE1, 4, 0, piece, pointer))


def part(size, offset=0, more=False, ext=()):
    data = inner if offset == 0 else bytes(1400)
    return tunnel(CE1, BR, data[:size], ext=[*ext, fragment_header(offset, more)])


case.send(map=first).keeps()
for size in 81, 1401, 7:
    bad(part(size, more=True), PAYLOAD_LENGTH)
bad(part(33, 10, more=True), PAYLOAD_LENGTH)
bad(part(0, 10, more=True), PAYLOAD_LENGTH)
bad(part(0, 10), PAYLOAD_LENGTH)
bad(part(8, 8191), OFFSET)
bad(part(1400, 8100), OFFSET)
bad(part(1400, 8100, more=True), OFFSET)
bad(part(8, 8191, ext=[DEST_OPTIONS]), OFFSET + 8)
bad(part(8, 8190, ext=[DEST_OPTIONS]), OFFSET + 8)                      # with the options in front
case.send(map=part(7, 8191)).drops("frag6_too_big")             # 65535 bytes: possible, but longer than path_mru
case.send(map=last).reassembles().gives(internet=spent(inner))
