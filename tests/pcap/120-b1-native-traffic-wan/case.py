# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-08 BRS-16 B1 B2 — RFC 7597 section 5: native IPv6 on the WAN, neighbour discovery and a ping of the MAP
address are for the host system; none of it counts as MAP or harms the MAP packets among it."""
from scenario import *

case = Case("ce")
case.open("udp")
CE_MAC, ROUTER = MAC["wan"], MAC["wan gateway"]
ADVERTISEMENT = bytes.fromhex("8800 0000 60000000 fe80 0000000000000000000000000001 0201 020000000601")


def native(dst, nh, payload=bytes(20), mac=CE_MAC):
    return ether(mac, ROUTER, 0x86dd, tunnel("fe80::1", dst, payload, nh=nh, hlim=255))


case.table("wan", (
    (native("fe80::ff:fe00:c02", 58, ADVERTISEMENT), "no_host"),
    (native(CE, 58, ADVERTISEMENT), "no_host"),
    (native("ff02::1:ff12:4d0", 58, mac="33:33:ff:12:04:d0"), "no_host"),
    (native(CE, 58, bytes.fromhex("8000 0000 0001 0001")), "no_host"),          # ping
    (native("2001:db8:12:3401::10", 6), "no_host"),
    (native(CE, 17), "no_host"),
    (native(CE, 59, b""), "no_host"),
    (native(CE, 41, tunnel(BR, CE, udp(E, 53, V4, PORT))), "no_host"),          # IPv6 in IPv6 is not MAP
    (native(CE, 50), "no_host"),
    (native(CE, 255), "no_host"),
    (ether(CE_MAC, ROUTER, 0x0800, udp(E, 53, V4, PORT)), "no_host"),           # IPv4 without a softwire
))

burst = [native("2001:db8:12:3401::10", 6)] * 64
burst[31] = down(udp(E, 53, V4, PORT))
case.send(wan=burst).gives(lan=udp(E, 53, H, 5000, ttl=63)).drops("no_host", 63)
case.expect(softwires={"map0": {"rcvd_ipv6_packets": 1, "sent_ipv4_packets": 1}})
