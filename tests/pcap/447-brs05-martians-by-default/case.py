# SPDX-License-Identifier: BSD-3-Clause
"""BRS-05 BRS-08 TRAP-42 — RFC 6890: by default private, shared and documentation addresses must not come from the Internet nor go there,
unless a rule covers them."""
from scenario import *

case = martians_case(None, "private", "shared", "documentation")
for destination, ce in ("192.0.2.77", "2001:db8:4d:3500:0:c000:24d:35"), (V4, CE2):           # documentation, but ours
    case.send(map=tunnel(CE1, BR, udp(V4, 1232, destination, 1236))).gives(
        map=tunnel(BR, ce, udp(V4, 1232, destination, 1236, ttl=63))).event("hairpin")
