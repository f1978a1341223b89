# SPDX-License-Identifier: BSD-3-Clause
"""FW-05 — native IPv6 passes beside DS-Lite as beside MAP-E; the delegated prefix is then not known from the softwire."""
from scenario import *

SOFTWIRE = ('end_user_prefix = "2001:db8:12:3400::/56"; br = "2001:db8:ffff::1"; iid = "rfc7597";\n'
            '    rules = ( { ipv6 = "2001:db8:12:3400::/56"; ipv4 = "192.0.2.18/32"; ea = 0;\n'
            "                offset = 0; psid = 1232; psid_len = 16; } );")
B4 = "2001:db8:12:3400::b4"
case = Case("ce-forward", edit={SOFTWIRE: f'kind = "ds-lite"; br = "{BR}"; local = "{B4}";'})
case.passes(udp6(H6, 5000, E6, 53))
case.passes(udp6(E6, 53, H6, 5000), to="lan")
case.send(lan=udp(H, 5000, E, 53)).gives(wan=tunnel(B4, BR, udp(H, 5000, E, 53, ttl=63)))
case.send(wan=udp6(E6, 53, B4, 5000)).drops("no_host")
