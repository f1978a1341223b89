# SPDX-License-Identifier: BSD-3-Clause
"""BRS-09 — RFC 2473 section 4.1.3: what is inside the IPv4 packet is not opened again: IPv4 and IPv6 in it are
protocols without ports; and IPv6 in IPv6 is not MAP."""
from scenario import *

case = Case("br")
nested = udp(V4, 1232, E, 53)

case.send(map=tunnel(CE1, BR, ip(V4, E, 4, nested))).drops("proto_unsupported")
case.send(map=tunnel(CE1, BR, ip(V4, E, 41, tunnel(CE1, BR, nested)))).drops("proto_unsupported")
case.send(internet=ip(E, V4, 4, nested)).drops("proto_unsupported")
case.send(map=tunnel(CE1, BR, tunnel(CE1, BR, nested), nh=41)).drops("no_host")
