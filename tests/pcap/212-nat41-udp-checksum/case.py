# SPDX-License-Identifier: BSD-3-Clause
"""NAT-41 TRAP-18 — RFC 768, RFC 3022 section 4.1: a UDP checksum of 0 means none and stays 0; a computed 0 is sent as
0xffff; a wrong checksum stays wrong by as much."""
from scenario import *


def zero_sum(*tuple_):
    """Data with which this UDP packet's checksum computes to 0, so that it reads 0xffff."""
    data = udp(*tuple_, data=b"\0\0")[26:28]
    assert udp(*tuple_, data=data)[26:28] == b"\xff\xff"
    return data


case = Case("ce")
case.open("udp")

case.send(lan=udp(H, 5000, E, 53, csum=0)).gives(wan=up(udp(V4, PORT, E, 53, csum=0, ttl=63)))
case.send(wan=down(udp(E, 53, V4, PORT, csum=0))).gives(lan=udp(E, 53, H, 5000, csum=0, ttl=63))

data = zero_sum(V4, PORT, E, 53)
case.send(lan=udp(H, 5000, E, 53, data)).gives(wan=up(udp(V4, PORT, E, 53, data, ttl=63)))
data = zero_sum(E, 53, H, 5000)
case.send(wan=down(udp(E, 53, V4, PORT, data))).gives(lan=udp(E, 53, H, 5000, data, ttl=63))

# And from 0xffff, which is the other form of 0.
data = zero_sum(H, 5000, E, 53)
case.send(lan=udp(H, 5000, E, 53, data)).gives(wan=up(udp(V4, PORT, E, 53, data, ttl=63)))

for by in 1, 0x1234, 0x8000:
    case.send(lan=l4_checksum_wrong(udp(H, 5000, E, 53), by)).gives(
        wan=up(l4_checksum_wrong(udp(V4, PORT, E, 53, ttl=63), by)))
    case.send(wan=down(l4_checksum_wrong(udp(E, 53, V4, PORT), by))).gives(
        lan=l4_checksum_wrong(udp(E, 53, H, 5000, ttl=63), by))
