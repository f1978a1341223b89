# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-07 — RFC 7597 section 5.3: an IPv4 destination on the Internet side under no rule has no CE."""
from scenario import *

case = Case("br")

for destination in "192.0.3.0", "192.0.1.255", E2, "10.0.0.1", "203.0.113.77":
    case.send(internet=udp(E, 53, destination, 1232)).drops("no_rule")
case.send(internet=udp(E, 53, "192.0.2.0", 1232)).gives(
    map=tunnel(BR, "2001:db8::3400:0:c000:200:34", udp(E, 53, "192.0.2.0", 1232, ttl=63)))
case.send(internet=udp(E, 53, "192.0.2.255", 1232)).gives(
    map=tunnel(BR, "2001:db8:ff:3400:0:c000:2ff:34", udp(E, 53, "192.0.2.255", 1232, ttl=63)))
