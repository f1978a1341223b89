# SPDX-License-Identifier: BSD-3-Clause
"""BRS-11 BRS-01 TRAP-8 TRAP-9 TRAP-10 — with fragments.reassembly = "off" neither side's fragments are read as
packets, held or answered, those of the softwire neither; a spoofed one does not pass either. Atomic ones (RFC 6946)
are fragments here, too."""
from scenario import *

case = Case("br", edit=top('fragments = { reassembly = "off"; };'))
LIKE_UDP = udp(V4, 1232, E, 53)[20:]

for fields in {"mf": True}, {"mf": True, "offset": 185}, {"offset": 185}, {"offset": 1}, {"mf": True, "ttl": 1}:
    for proto in 6, 17, 1, 50:
        case.send(internet=ip(E, V4, proto, LIKE_UDP, **fields)).drops("fragment_v4")
        case.send(map=tunnel(CE1, BR, ip(V4, E, proto, LIKE_UDP, **fields))).drops("fragment_v4")
case.send(map=tunnel(CE1, BR, ip("192.0.2.99", E, 17, LIKE_UDP, offset=185))).drops("fragment_v4")

inner = udp(V4, 1232, E, 53)
for ext in ([fragment_header()], [fragment_header(more=True)], [DEST_OPTIONS, fragment_header(185)]):
    case.send(map=tunnel(CE1, BR, inner, ext=ext)).drops("fragment_v6")
