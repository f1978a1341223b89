# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-24 MAPE-11 MAPE-55 TRAP-5 — RFC 7597 section 6: a CE with an IPv4 prefix (vector V5: 198.51.100.0/24) has the
prefix in its interface identifier, not the host, and PSID 0; it may use every port and protocol."""
from scenario import *

case = Case("br", edit={'192.0.2.0/24"; ea = 16; offset = 6': '198.51.0.0/16"; ea = 8'})
PREFIX_CE = "2001:db8:64::c633:6400:0"
HOST, FAR = "198.51.100.77", N

for port in 1, 208, 1232, 65535:
    case.send(internet=udp(FAR, 53, HOST, port)).gives(map=tunnel(BR, PREFIX_CE, udp(FAR, 53, HOST, port, ttl=63)))
    case.send(map=tunnel(PREFIX_CE, BR, udp(HOST, port, FAR, 53))).gives(internet=udp(HOST, port, FAR, 53, ttl=63))
for host in "198.51.100.0", "198.51.100.255":
    case.send(internet=udp(FAR, 53, host, 1)).gives(map=tunnel(BR, PREFIX_CE, udp(FAR, 53, host, 1, ttl=63)))
case.send(internet=ip(FAR, HOST, 50, bytes(32))).gives(map=tunnel(BR, PREFIX_CE, ip(FAR, HOST, 50, bytes(32), ttl=63)))
case.send(map=tunnel(PREFIX_CE, BR, ip(HOST, FAR, 50, bytes(32)))).gives(internet=ip(HOST, FAR, 50, bytes(32), ttl=63))

case.send(internet=udp(FAR, 53, "198.51.101.1", 1)).gives(
    map=tunnel(BR, "2001:db8:65::c633:6500:0", udp(FAR, 53, "198.51.101.1", 1, ttl=63)))
case.send(map=tunnel(PREFIX_CE, BR, udp("198.51.101.1", 1, FAR, 53))).drops("spoof_v4")
case.send(map=tunnel("2001:db8:64::c633:644d:0", BR, udp(HOST, 1, FAR, 53))).drops("spoof_v6")
