# SPDX-License-Identifier: BSD-3-Clause
"""BRS-18 — where the line has an IPv4 prefix, nothing is translated: only what comes from an address inside it may leave, though the LAN
have other subnets, too; a source that is not the LAN's at all is forged."""
from scenario import *

PREFIX_CE = "2001:db8:64::c633:6400:0"
HOST, LAN, OTHER = "198.51.100.77", "198.51.100.1", "192.168.7.77"
case = Case("ce-f1", edit={'"192.168.1.1/24"': f'"{LAN}/24", "192.168.7.1/24"', '"192.168.1.10"': f'"{HOST}"', '"192.168.1.11"': f'"{OTHER}"',
                           '192.0.2.0/24"; ea = 16; offset = 6': '198.51.0.0/16"; ea = 8', "2001:db8:12:3400::/56": "2001:db8:64::/48"})


def from_lan(packet):
    return Frame(ether(mape.MAC["lan"], mape.MAC[H], 0x0800, packet))


for make in lambda src: udp(src, 9, N, 53), lambda src: tcp(src, 9, N, 80, "S"), lambda src: ping(src, N, 9), lambda src: ip(src, N, 50, bytes(32)):
    case.send(lan=from_lan(make(HOST))).gives(wan=tunnel(PREFIX_CE, BR, spent(make(HOST))))
    case.send(lan=from_lan(make(OTHER))).drops("not_my_v4src")
    for forged in "203.0.113.1", "198.51.101.77", "198.51.99.255":
        case.send(lan=from_lan(make(forged))).drops("lan_spoof")
