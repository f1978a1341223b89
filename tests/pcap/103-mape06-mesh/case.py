# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-03 MAPE-06 MAPE-04 MAPE-39 TRAP-20 — RFC 7597 section 5.3: in a mesh the destination's address and port give
the peer CE's MAP address, also where the address is our own but the port another CE's; other destinations go to the
BR."""
from scenario import *

case = Case("ce-mesh")
OWN, OUTER = "198.18.0.18", "3fff:0:1204:d000:0:c612:12:4d0"

for address, port, peer in (
        ("192.0.2.77", 1236, "2001:db8:4d:3500:0:c000:24d:35"),        # the FMR of appendix A
        ("192.0.2.77", 64723, "2001:db8:4d:3400:0:c000:24d:34"),
        ("192.0.2.255", 1024, "2001:db8:ff:0:0:c000:2ff:0"),           # PSID 0
        ("198.18.0.77", 1236, "3fff:0:4d04:d400:0:c612:4d:4d4"),       # the CE's own rule as FMR
        (OWN, 1236, "3fff:0:1204:d400:0:c612:12:4d4"),                 # our address, another CE's port
        (E, 53, BR)):
    case.send(lan=udp(H, 5000, address, port)).gives(
        wan=tunnel(OUTER, peer, udp(OWN, PORT, address, port, ttl=63))).opens()

case.send(lan=tcp(H, 5000, "192.0.2.77", 1236, "S")).gives(wan=tunnel(
    OUTER, "2001:db8:4d:3500:0:c000:24d:35", tcp(OWN, PORT, "192.0.2.77", 1236, "S", ttl=63))).opens()

# An ICMP identifier is the port of both sides; 1232 has PSID 0x34 under the FMR.
case.send(lan=ping(H, "192.0.2.77", 7)).gives(wan=tunnel(
    OUTER, "2001:db8:4d:3400:0:c000:24d:34", ping(OWN, "192.0.2.77", PORT, ttl=63))).opens()
