# SPDX-License-Identifier: BSD-3-Clause
"""BRS-02 BRS-07 — RFC 7597 section 10: the outer source must be a CE address under a rule: not a BR address, not
link-local, multicast, loopback or unspecified."""
from scenario import *

case = Case("br-two")

for source in BR, "2001:db8:ffff::2", "2001:db8:ffff::3", "fe80::1", "ff02::1", "::1", "::":
    case.send(map=tunnel(source, BR, udp(V4, 1232, E, 53))).drops("spoof_v6")
    case.send(map=tunnel(source, BR, udp(V4, 1232, E, 53, ttl=1))).drops("spoof_v6")
