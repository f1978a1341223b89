# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-11 MAPE-24 MAPE-55 — RFC 7597 section 5.2 (vector V5): a CE whose rule gives an IPv4 prefix translates nothing. The hosts of the
LAN have addresses of the prefix, and all ports and protocols."""
from scenario import *

PREFIX_CE = "2001:db8:64::c633:6400:0"
HOST, LAN, FAR = "198.51.100.77", "198.51.100.1", N
case = Case("ce-f1", edit={"192.168.1.1/24": f"{LAN}/24", '"192.168.1.10"': f'"{HOST}"', '"192.168.1.11"': '"198.51.100.78"',
                           '192.0.2.0/24"; ea = 16; offset = 6': '198.51.0.0/16"; ea = 8', "2001:db8:12:3400::/56": "2001:db8:64::/48"})

for packet in udp(HOST, 1, FAR, 53), tcp(HOST, 65535, FAR, 80, "S"), ip(HOST, FAR, 50, bytes(32)), ping(HOST, FAR, 9):
    case.send(lan=Frame(ether(mape.MAC["lan"], mape.MAC[H], 0x0800, packet))).gives(wan=tunnel(PREFIX_CE, BR, spent(packet)))
for packet in udp(FAR, 53, HOST, 1), ip(FAR, HOST, 50, bytes(32)), ping(FAR, HOST, 9):
    case.send(wan=tunnel(BR, PREFIX_CE, packet)).gives(
        lan=Frame(ether(mape.MAC[H], mape.MAC["lan"], 0x0800, spent(packet))))
case.send(wan=tunnel(BR, PREFIX_CE, udp(FAR, 53, "198.51.101.1", 1))).drops("not_my_v4dst")
case.send(wan=tunnel(BR, PREFIX_CE, udp(FAR, 53, "198.51.100.99", 1))).drops("no_neighbour")
late = udp(FAR, 53, HOST, 1, ttl=1)
case.send(wan=tunnel(BR, PREFIX_CE, late)).drops("ttl").replies(
    wan=tunnel(PREFIX_CE, BR, own_error(LAN, FAR, 11, 0, late)))
