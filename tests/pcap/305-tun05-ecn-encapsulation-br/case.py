# SPDX-License-Identifier: BSD-3-Clause
"""TUN-05 — RFC 6040 section 4.1: encapsulation copies the inner ECN field (normal mode)."""
from scenario import *

case = Case("br")

for dscp in 0, 46:
    for ecn in 0, 1, 2, 3:
        tos = dscp << 2 | ecn
        case.send(internet=udp(E, 53, V4, 1232, tos=tos)).gives(
            map=tunnel(BR, CE1, udp(E, 53, V4, 1232, tos=tos, ttl=63), tc=ecn))
