# SPDX-License-Identifier: BSD-3-Clause
"""ICM-01 BRS-12 B1 B2 — what the networks send to the BR itself, to others or to everybody belongs to the host
system, which this version does not have; it is counted, not answered, not forwarded, and not MAP."""
from scenario import *

case = Case("br")
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86dd
NET, NET_PEER, MAP, MAP_PEER = MAC["internet"], MAC["internet gateway"], MAC["map"], MAC["map gateway"]
ARP_REQUEST = bytes.fromhex("0001 0800 0604 0001 02000000 0401 cb0071fe 000000000000 cb007101")

case.send(internet=ping(E, BR_V4, 1232)).drops("no_host")
case.send(internet=udp(E, 53, BR_V4, 179, ttl=1)).drops("no_host")
case.send(internet=ether(BROADCAST, NET_PEER, ARP, ARP_REQUEST)).drops("no_host")
case.send(internet=ether(NET, NET_PEER, ARP, ARP_REQUEST)).drops("no_host")
case.send(internet=ether(BROADCAST, NET_PEER, IPV4, udp(E, 53, V4, 1232, ttl=1))).drops("no_host")
case.send(internet=ether("01:00:5e:00:00:01", NET_PEER, IPV4, udp(E, 53, V4, 1232))).drops("no_host")
case.send(internet=ether(NET, NET_PEER, IPV6, tunnel(CE1, BR, udp(V4, 1232, E, 53)))).drops("no_host")
case.send(internet=ether(OTHER_MAC, NET_PEER, IPV4, udp(E, 53, V4, 1232))).drops("l2_other")

native = tunnel("2001:db8:beef::1", "2001:db8:12:3400::10", bytes(20), nh=6)
case.send(map=ether(MAP, MAP_PEER, IPV4, udp(V4, 1232, E, 53))).drops("no_host")
case.send(map=ether("33:33:00:00:00:01", MAP_PEER, IPV6, tunnel(CE1, BR, udp(V4, 1232, E, 53)))).drops("no_host")
case.send(map=ether("33:33:ff:00:00:01", MAP_PEER, IPV6,
                    tunnel("fe80::1", "ff02::1:ff00:1", bytes(24), nh=58))).drops("no_host")
case.send(map=tunnel("fe80::1", "fe80::b01", bytes(24), nh=58, hlim=255)).drops("no_host")
case.send(map=tunnel(CE1, BR, bytes.fromhex("8000 0000 0001 0001"), nh=58)).drops("no_host")
case.send(map=ether(OTHER_MAC, MAP_PEER, IPV6, tunnel(CE1, BR, udp(V4, 1232, E, 53)))).drops("l2_other")

burst = [native] * 64
burst[31] = tunnel(CE1, BR, udp(V4, 1232, E, 53))
case.send(map=burst).gives(internet=udp(V4, 1232, E, 53, ttl=63)).drops("no_host", 63)
case.expect(softwires={"f1": {"rcvd_ipv6_packets": 1, "sent_ipv4_packets": 1, "rcvd_ipv4_packets": 0}})
