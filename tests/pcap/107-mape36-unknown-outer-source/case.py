# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-36 OPS-02 — RFC 7597 section 8.1: an outer source that is neither the BR nor under an FMR is dropped; in hub
and spoke that is everybody but the BR."""
from scenario import *

case = Case("ce")
case.open("udp")

for outer in CE2, CE1, CE, "2001:db8:ffff::2", "2001:db8:ffff::", "fe80::1", "::1", "::":
    case.send(wan=tunnel(outer, CE, udp(E, 53, V4, PORT))).drops("spoof_v6")
