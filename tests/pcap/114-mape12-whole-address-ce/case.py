# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-12 MAPE-55 — RFC 7597 section 5.2: with r + o = 32 the CE has a whole address and all its ports (vector V6).
This version translates TCP, UDP and ICMP only."""
from scenario import *

case = Case("ce-f1", edit={"ea = 16; offset = 6": "ea = 8", "2001:db8:12:3400::/56": "2001:db8:12::/48"})
WHOLE = "2001:db8:12::c000:212:0"

case.send(lan=udp(H, 40000, E, 53)).gives(wan=ANY).opens()
case.send(lan=tcp(H, 40000, E, 80, "S")).gives(wan=ANY).opens()
case.send(lan=ping(H, E, 7)).gives(wan=ANY).opens()
case.send(lan=ip(H, E, 50, bytes(32))).drops("proto_unsupported")


def check(outputs, stats):
    ports = [int.from_bytes(frame[74:76] if frame[63] != 1 else frame[78:80], "big") for frame in outputs["wan"]]
    assert [frame[14:] for frame in outputs["wan"]] == [tunnel(WHOLE, BR, inner) for inner in (
        udp(V4, ports[0], E, 53, ttl=63), tcp(V4, ports[1], E, 80, "S", ttl=63), ping(V4, E, ports[2], ttl=63))]
    assert all(ports[:2]), "port 0 is no port"
