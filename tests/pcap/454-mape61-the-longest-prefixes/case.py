# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-61 MAPE-09 MAPE-25 MAPE-15 — RFC 7608: rules may have IPv6 prefixes of any length, up to a /128 that is the whole MAP address; what the prefix does
not cover, the interface identifier fills."""
from scenario import *

RULES = {"2001:db8:77::abcd/128": "198.18.0.1/32", "2001:db8:78::8/127": "198.18.0.2/32", "2001:db8:79::/65": "198.18.0.3/32",
         "2001:db8:7a::/64": "198.18.0.4/32", "2001:db8:7b::/48": "198.18.0.5/32", "3fff:8000::/17": "198.18.1.0/24"}
case = Case("br", edit={"offset = 6; } );": "offset = 6; },\n" + ",\n".join(
    f'              {{ ipv6 = "{ipv6}"; ipv4 = "{ipv4}"; ea = 0; }}' for ipv6, ipv4 in RULES.items()) + " );"})
EXPECTED = {"198.18.0.1": "2001:db8:77::abcd", "198.18.0.2": "2001:db8:78::8", "198.18.0.3": "2001:db8:79::c612:3:0",
            "198.18.0.4": "2001:db8:7a::c612:4:0", "198.18.0.5": "2001:db8:7b::c612:5:0", "198.18.1.77": "3fff:8000::c612:100:0"}

for address, ce in EXPECTED.items():
    case.send(internet=udp(E, 53, address, 208)).gives(map=tunnel(BR, ce, udp(E, 53, address, 208, ttl=63)))
    case.send(map=tunnel(ce, BR, udp(address, 208, E, 53))).gives(internet=udp(address, 208, E, 53, ttl=63))
    beside = str(IPv6Address(int(IPv6Address(ce)) ^ 1))
    reason = "spoof_v4" if address == "198.18.0.1" else "spoof_v6"                  # under no rule but the /40; under its own
    case.send(map=tunnel(beside, BR, udp(address, 208, E, 53))).drops(reason)
