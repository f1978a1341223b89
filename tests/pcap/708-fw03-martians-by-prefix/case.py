# SPDX-License-Identifier: BSD-3-Clause
"""FW-03 — words and prefixes of ipv6_martians are what they say, and nothing else is; a route inside does not let it pass."""
from scenario import *

case = Case("ce-forward", edit={"ipv6_martians = [ ]": 'ipv6_martians = [ "orchid", "2001:db8:12:3401::11/128", "2400:dead::/32" ]'})
case.passes(udp6(H6, 5000, E6, 53))
case.send(lan=Native(udp6(H6_2, 5000, E6, 53))).drops("martian_v6")
case.send(wan=udp6(E6, 53, H6_2, 5000)).drops("martian_v6")
for address, is_martian in (("2001:10::1", True), ("2001:2f:ffff::1", True), ("2001:30::1", False), ("2400:dead::1", True),
                            ("2400:deac:ffff::1", False), ("2400:deae::1", False), ("3fff::1", False), ("fd00::1", False)):
    there, back = udp6(H6, 5000, address, 53), udp6(address, 53, H6, 5000)
    if is_martian:
        case.send(lan=Native(there)).drops("martian_v6")
        case.send(wan=back).drops("martian_v6")
    else:
        case.passes(there)
        case.passes(back, to="lan")
