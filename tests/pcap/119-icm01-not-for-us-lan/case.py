# SPDX-License-Identifier: BSD-3-Clause
"""ICM-01 — what a LAN sends to its router itself, to other LAN hosts or to everybody belongs to the host system,
which this version does not have; it is counted, not answered and not forwarded."""
from scenario import *

case = Case("ce")
IPV4, ARP, IPV6, VLAN, LLDP = 0x0800, 0x0806, 0x86dd, 0x8100, 0x88cc
ARP_REQUEST = bytes.fromhex("0001 0800 0604 0001 02000000 0110 c0a8010a 000000000000 c0a80101")
CE_MAC, H_MAC = MAC["lan"], MAC[H]

for destination in CE_LAN, H2, "192.168.1.255", "192.168.1.0", "255.255.255.255", "224.0.0.251", "239.255.255.250":
    case.send(lan=udp(H, 5000, destination, 53, ttl=1)).drops("no_host")
case.send(lan=ping(H, CE_LAN, 7)).drops("no_host")

# IPv4 for the Internet, but in a broadcast or multicast frame: no forwarding, no error.
for mac in BROADCAST, "01:00:5e:00:00:01":
    case.send(lan=ether(mac, H_MAC, IPV4, udp(H, 5000, E, 53, ttl=1))).drops("no_host")

case.send(lan=ether(BROADCAST, H_MAC, ARP, ARP_REQUEST)).drops("no_host")
case.send(lan=ether(CE_MAC, H_MAC, ARP, ARP_REQUEST)).drops("no_host")
case.send(lan=ether(CE_MAC, H_MAC, VLAN, b"\0\1\x08\0" + udp(H, 5000, E, 53))).drops("no_host")
case.send(lan=ether("01:80:c2:00:00:0e", H_MAC, LLDP, bytes(46))).drops("no_host")
case.send(lan=ether(CE_MAC, H_MAC, 46, bytes(46))).drops("no_host")                     # a length: IEEE 802.3
native6 = tunnel("2001:db8:12:3401::10", "2001:db8:beef::1", bytes(20), nh=6)
case.send(lan=ether(CE_MAC, H_MAC, IPV6, native6)).drops("no_host")
case.send(lan=ether("33:33:00:00:00:02", H_MAC, IPV6, native6)).drops("no_host")
