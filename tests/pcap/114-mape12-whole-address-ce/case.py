# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-12 MAPE-55 — RFC 7597 section 5.2: with r + o = 32 the CE has a whole address and all its ports (vector V6).
Protocols without ports pass by their addresses, one host at a time for each protocol and remote address; AH does not."""
from scenario import *

case = Case("ce-f1", edit={"ea = 16; offset = 6": "ea = 8", "2001:db8:12:3400::/56": "2001:db8:12::/48"})
WHOLE = "2001:db8:12::c000:212:0"

case.send(lan=udp(H, 40000, E, 53)).gives(wan=ANY).opens()
case.send(lan=tcp(H, 40000, E, 80, "S")).gives(wan=ANY).opens()
case.send(lan=ping(H, E, 7)).gives(wan=ANY).opens()
esp, second = ip(H, E, 50, bytes(32)), ip(H2, E, 50, bytes(32))
case.send(lan=esp).gives(wan=tunnel(WHOLE, BR, ip(V4, E, 50, bytes(32), ttl=63))).opens()
case.send(lan=second).drops("nat_no_port").replies(lan=own_error(CE_LAN, H2, 3, 13, second))
case.send(lan=ip(H2, E2, 50, bytes(32))).gives(wan=tunnel(WHOLE, BR, ip(V4, E2, 50, bytes(32), ttl=63))).opens()
case.send(lan=ip(H2, E, 47, bytes(32))).gives(wan=tunnel(WHOLE, BR, ip(V4, E, 47, bytes(32), ttl=63))).opens()
case.send(wan=tunnel(BR, WHOLE, ip(E, V4, 50, b"answer"))).gives(lan=ip(E, H, 50, b"answer", ttl=63))
case.send(wan=tunnel(BR, WHOLE, ip(E2, V4, 50, b"answer"))).gives(lan=ip(E2, H2, 50, b"answer", ttl=63))
case.send(wan=tunnel(BR, WHOLE, ip(E2, V4, 47, b"answer"))).drops("nat_no_mapping")
case.send(lan=ip(H, E, 51, bytes(32))).drops("proto_unsupported")
case.send(wan=tunnel(BR, WHOLE, ip(E, V4, 51, bytes(32)))).drops("proto_unsupported")


def check(outputs, stats):
    ports = [int.from_bytes(frame[74:76] if frame[63] != 1 else frame[78:80], "big") for frame in outputs["wan"][:3]]
    assert [frame[14:] for frame in outputs["wan"][:3]] == [tunnel(WHOLE, BR, inner) for inner in (
        udp(V4, ports[0], E, 53, ttl=63), tcp(V4, ports[1], E, 80, "S", ttl=63), ping(V4, E, ports[2], ttl=63))]
    assert all(ports[:2]), "port 0 is no port"
