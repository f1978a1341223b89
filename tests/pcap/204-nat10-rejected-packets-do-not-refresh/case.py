# SPDX-License-Identifier: BSD-3-Clause
"""NAT-10 — RFC 4787 REQ-6a, RFC 7857 section 7: a packet that the filter rejects keeps no mapping alive."""
from scenario import *

case = Case("ce")

case.open("nat-t")
for at in 100, 200, 299:
    case.send(at=at, wan=down(udp(E2, 4500, V4, PORT))).drops("nat_filtered")
case.send(at=302, wan=down(udp(E, 4500, V4, PORT))).drops("nat_no_mapping").expires()
