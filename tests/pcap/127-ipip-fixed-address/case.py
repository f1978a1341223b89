# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-55 — IPIP with a fixed IPv4 address (RFC 2473): a host's packets leave with it and with any port, protocols without ports
pass, and the local address is the one that the contract names, whatever the IPv4 address is."""
from scenario import *

LOCAL = "2001:db8:12:3400::feed"
case = Case("ce-f1", edit=kind(f'kind = "ipip"; local = "{LOCAL}"; ipv4 = "{V4}/32";'))

case.send(lan=udp(H, 40000, E, 53)).gives(wan=ANY).opens()
esp = ip(H, E, 50, bytes(32))
case.send(lan=esp).gives(wan=tunnel(LOCAL, BR, ip(V4, E, 50, bytes(32), ttl=63))).opens()
case.send(wan=tunnel(BR, LOCAL, ip(E, V4, 50, b"answer"))).gives(lan=ip(E, H, 50, b"answer", ttl=63))
case.send(wan=tunnel(BR, CE1, ip(E, V4, 50, b"answer"))).drops("not_map_dst")        # no MAP address here
case.send(wan=tunnel(CE2, LOCAL, ip(E, V4, 50, b"answer"))).drops("spoof_v6")
case.send(wan=tunnel(BR, LOCAL, ip(E, "192.0.2.19", 50, b"answer"))).drops("not_my_v4dst")
case.send(wan=tunnel(BR, LOCAL, udp(E, 53, V4, 1))).drops("nat_no_mapping")


def check(outputs, stats):
    port = int.from_bytes(outputs["wan"][0][74:76], "big")
    assert outputs["wan"][0][14:] == tunnel(LOCAL, BR, udp(V4, port, E, 53, ttl=63)) and port
    assert stats["nat"]["ports"]["udp"]["total"] == 64512
