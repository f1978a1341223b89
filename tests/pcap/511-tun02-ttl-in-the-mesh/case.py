# SPDX-License-Identifier: BSD-3-Clause
"""TUN-02 MAPE-35 — RFC 1812 section 5.3.1: where the packet came from another CE, the ICMP error goes back to that
CE."""
from scenario import *

case = Case("ce-mesh")
OWN, OUTER = "198.18.0.18", "3fff:0:1204:d000:0:c612:12:4d0"
offender = udp(V4, 1236, OWN, PORT, ttl=1)

case.send(lan=udp(H, 5000, V4, 1236)).gives(wan=tunnel(OUTER, CE2, udp(OWN, PORT, V4, 1236, ttl=63))).opens()
case.send(wan=tunnel(CE2, OUTER, offender)).drops("ttl").replies(
    wan=tunnel(OUTER, CE2, own_error(OWN, V4, 11, 0, offender)))
