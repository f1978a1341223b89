# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-54 — RFC 7597 section 8: a shared address cannot carry a protocol without ports or identifiers, in no
direction; the first bytes of ESP and GRE are not ports."""
from scenario import *

case = Case("ce")
LOOKS_LIKE_UDP = udp(V4, PORT, E, 53)[20:] + bytes(20)

for proto in 2, 4, 41, 47, 50, 51, 33, 132, 136, 0, 255:
    case.send(lan=ip(H, E, proto, LOOKS_LIKE_UDP)).drops("proto_unsupported")
    case.send(wan=down(ip(E, V4, proto, LOOKS_LIKE_UDP))).drops("proto_unsupported")
