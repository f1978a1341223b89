# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-35 MAPE-41 — RFC 7597 section 8.2: in a mesh an ICMP error from another CE must be about a packet that went to
that CE."""
from scenario import *

case = Case("ce-mesh")
OWN, OUTER = "198.18.0.18", "3fff:0:1204:d000:0:c612:12:4d0"

# The flow is with a server; CE2 has the same port number in its set, but not the server's address.
case.send(lan=udp(H, 5000, E, 1236)).gives(wan=tunnel(OUTER, BR, udp(OWN, PORT, E, 1236, ttl=63))).opens()
case.send(wan=tunnel(CE2, OUTER, error(V4, OWN, 3, 3, udp(OWN, PORT, E, 1236)))).drops("spoof_v4")
