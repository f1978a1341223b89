# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-54 BRS-01 — RFC 7597 section 8: a shared address cannot carry a protocol without ports; the first bytes of GRE
and ESP are not ports, in no direction."""
from scenario import *

case = Case("br")
LOOKS_LIKE_UDP = udp(E, 1232, V4, 1232)[20:] + bytes(20)

for proto in 0, 2, 4, 33, 41, 47, 50, 51, 132, 136, 255:
    case.send(internet=ip(E, V4, proto, LOOKS_LIKE_UDP)).drops("proto_unsupported")
    case.send(map=tunnel(CE1, BR, ip(V4, E, proto, LOOKS_LIKE_UDP))).drops("proto_unsupported")
