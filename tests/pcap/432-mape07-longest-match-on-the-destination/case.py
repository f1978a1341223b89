# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-07 — RFC 7597 section 5: the rule of an IPv4 destination is the longest match: .18 is under the /28, .77 under
the /24."""
from scenario import *

case = Case("br", edit={"offset = 6; } );": 'offset = 6; },\n              '
                        '{ ipv6 = "3fff:200::/44"; ipv4 = "192.0.2.16/28"; ea = 12; offset = 6; } );'})

case.send(internet=udp(E, 53, V4, 1232)).gives(
    map=tunnel(BR, "3fff:200:2:3400:0:c000:212:34", udp(E, 53, V4, 1232, ttl=63)))
case.send(internet=udp(E, 53, "192.0.2.77", 1236)).gives(
    map=tunnel(BR, "2001:db8:4d:3500:0:c000:24d:35", udp(E, 53, "192.0.2.77", 1236, ttl=63)))
case.send(internet=udp(E, 53, "192.0.2.32", 1236)).gives(
    map=tunnel(BR, "2001:db8:20:3500:0:c000:220:35", udp(E, 53, "192.0.2.32", 1236, ttl=63)))
