# SPDX-License-Identifier: BSD-3-Clause
"""NAT-52 MAPE-29 NAT-03 NAT-39 TRAP-25 — RFC 7597 sections 5.1 and 9: vector V2 (offset 4, PSID 0x34) has 15 ranges
of 16 ports; TCP, UDP and ICMP can each use all 240 at once, towards one destination, and nothing else."""
from scenario import *

case = Case("ce-f1", edit={"offset = 6": "offset = 4"})
PORTS = Rule("2001:db8::/40", "192.0.2.0/24", ea=16, offset=4).ports(0x34)
SOURCES = range(20000, 20000 + len(PORTS))
assert len(PORTS) == 240 and PORTS[0] == 4928 and PORTS[-1] == 62287

# A flow, outwards and back: (build(inside or outside address, port), build(…)).
FLOWS = {
    17: (lambda src, port, **ttl: udp(src, port, E, 53, **ttl), lambda dst, port, **ttl: udp(E, 53, dst, port, **ttl)),
    6: (lambda src, port, **ttl: tcp(src, port, E, 80, "S", **ttl),
        lambda dst, port, **ttl: tcp(E, 80, dst, port, "SA", **ttl)),
    1: (lambda src, port, **ttl: ping(src, E, port, **ttl), lambda dst, port, **ttl: pong(E, dst, port, **ttl)),
}

for source in SOURCES:
    for out, _ in FLOWS.values():
        case.send(lan=out(H, source)).gives(wan=ANY).opens()
for out, _ in FLOWS.values():
    for host, source in (H, 30000), (H2, 20000):
        refused = out(host, source)
        case.send(lan=refused).drops("nat_no_port").replies(lan=own_error(CE_LAN, host, 3, 13, refused))
for port in PORTS:
    for _, back in FLOWS.values():
        case.send(wan=tunnel(BR, CE1, back(V4, port))).gives(lan=ANY)
case.expect(nat={"sessions": 720, "mappings": 720,
                 "ports": {name: {"total": 240, "used": 240} for name in ("tcp", "udp", "icmp")}})


def check(outputs, stats):
    inside = {proto: {} for proto in FLOWS}                        # {protocol: {outside port: inside port}}
    for index, frame in enumerate(outputs["wan"]):
        source, proto = SOURCES[index // 3], list(FLOWS)[index % 3]
        at = 14 + 40 + 20 + (4 if proto == 1 else 0)
        port = int.from_bytes(frame[at:at + 2], "big")
        assert frame[14:] == tunnel(CE1, BR, FLOWS[proto][0](V4, port, ttl=63)), f"wan frame {index + 1}"
        inside[proto][port] = source
    for proto, ports in inside.items():
        assert sorted(ports) == PORTS, f"protocol {proto} used {len(ports)} ports"
        assert len({port >> 12 for port in list(ports)[:32]}) > 2, "the ranges are used one after the other"
    for index, frame in enumerate(outputs["lan"][6:]):             # behind the ICMP errors
        port, proto = PORTS[index // 3], list(FLOWS)[index % 3]
        assert frame[14:] == FLOWS[proto][1](H, inside[proto][port], ttl=63), f"lan frame {index + 1}"
