# SPDX-License-Identifier: BSD-3-Clause
"""FRG-14 BRS-07 — RFC 5722 section 4: an overlap ends the whole packet silently, with all that is still to come of
it; the very same fragment again is dropped alone."""
from scenario import *

case = Case("br")
inner = udp(V4, 1232, E, 53, bytes(range(256)))                 # 284 bytes
whole = tunnel(CE1, BR, inner)
ids = iter(range(1, 100))


def piece(id, start, end, data=inner):
    return tunnel(CE1, BR, data[start:end], ext=[fragment_header(start // 8, end < len(inner), id)])


for wrong in (72, 88), (40, 88), (8, 16), (0, 88), (144, 168), (152, 284), (152, 160):
    id = next(ids)
    case.send(map=[piece(id, 0, 80), piece(id, 160, 284)]).keeps()
    case.send(map=piece(id, *wrong)).releases(2).drops("frag6_overlap", 3)
    case.send(map=[piece(id, 80, 160), piece(id, 0, 80)]).drops("frag6_overlap")

# The same place with other bytes is no copy.
id = next(ids)
case.send(map=piece(id, 0, 80)).keeps()
case.send(map=piece(id, 0, 80, inner[:79] + b"!" + inner[80:])).releases(1).drops("frag6_overlap", 2)

# Behind the end; a second end; an end before what has come.
for more in True, False:
    id = next(ids)
    case.send(map=[piece(id, 0, 80), piece(id, 160, 284)]).keeps()
    behind = tunnel(CE1, BR, bytes(8), ext=[fragment_header(288 // 8, more, id)])
    case.send(map=behind).releases(2).drops("frag6_overlap", 3)
id = next(ids)
case.send(map=piece(id, 160, 240)).keeps()
end = tunnel(CE1, BR, inner[80:120], ext=[fragment_header(10, False, id)])
case.send(map=end).releases(1).drops("frag6_overlap", 2)

# Copies.
id = next(ids)
first, second, last = cut6(whole, 80, 160, id=id)
case.send(map=[first, last]).keeps()
for copy in first, last, first:
    case.send(map=copy).drops("frag6_duplicate")
case.send(map=second).reassembles(3).gives(internet=spent(inner))
