# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-03 MAPE-05 TRAP-19 — RFC 7597 section 5: in hub and spoke everything goes to the BR, also a destination inside
Rule IPv4 prefix, also the CE's own shared address with a port that is another CE's."""
from scenario import *

case = Case("ce")

for address, port in (V4, 1236), ("192.0.2.77", 1236), ("192.0.2.77", 208), (E, 53):
    case.send(lan=udp(H, 5000, address, port)).gives(wan=up(udp(V4, PORT, address, port, ttl=63))).opens()
