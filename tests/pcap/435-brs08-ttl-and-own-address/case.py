# SPDX-License-Identifier: BSD-3-Clause
"""BRS-08 — RFC 1812 section 5.3.1: the TTL limits forwarding; a packet for the BR itself has arrived."""
from scenario import *

case = Case("br")

case.send(map=tunnel(CE1, BR, ping(V4, "203.0.113.1", 1232, ttl=1))).drops("no_host")
