# SPDX-License-Identifier: BSD-3-Clause
"""TUN-16 — with df = "clear", which is against RFC 6864 and has to be asked for, a packet with DF that is larger than the
softwire carries is fragmented as if it had none; all others keep it."""
from scenario import *

case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { df = "clear"; };'})
case.open("udp")
packet = lambda size, **fields: udp(H, 5000, E, 53, bytes(size - 28), **fields)
out = lambda size, **fields: up(udp(V4, PORT, E, 53, bytes(size - 28), ttl=63, **fields))

case.send(lan=packet(1460)).gives(wan=out(1460))
for size in 1461, 1500:
    first, last = cut6_to_fit(out(size, df=False), 1500)
    case.send(lan=packet(size)).gives(wan=[reidentified(first, 48, IDENT), unforeseen(last, IDENT)]).cuts()
case.expect(nat={"df": "clear", "port_reuse": "off"})


def check(frames, _):
    ids = ipv4_identifications(frames["wan"][2::2], at=48)
    assert len(set(ids)) == len(ids) == 2
