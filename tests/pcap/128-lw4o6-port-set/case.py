# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-34 S46-15 — lw4o6 (RFC 7596): address and port set are given, not calculated, and so is the softwire's local address."""
from scenario import *

LOCAL = "2001:db8:12:3400::46"
case = Case("ce-f1", edit=kind(f'kind = "lw4o6"; local = "{LOCAL}"; ipv4 = "{V4}/32"; offset = 0; psid = 1232; psid_len = 16;'))

case.send(lan=udp(H, 40000, E, 53)).gives(wan=tunnel(LOCAL, BR, udp(V4, 1232, E, 53, ttl=63))).opens()
case.send(wan=tunnel(BR, LOCAL, udp(E, 53, V4, 1232))).gives(lan=udp(E, 53, H, 40000, ttl=63))
second = udp(H2, 40000, E, 53)
case.send(lan=second).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, second))
case.send(wan=tunnel(BR, LOCAL, udp(E, 53, V4, 1233))).drops("nat_no_mapping")
case.send(lan=ip(H, E, 50, bytes(32))).drops("proto_unsupported")
