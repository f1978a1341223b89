# SPDX-License-Identifier: BSD-3-Clause
"""NAT-44 NAT-02 — RFC 6888 REQ-4: a host that has as many ports as it may gets no more, or shares, and leaves the rest to the others."""
from scenario import *

case = Case("ce", edit=two_ports('ports_per_host = 1;'))

case.send(lan=udp(H, 5000, E, 4500)).gives(wan=ANY).opens()
case.send(lan=udp(H, 5000, E2, 4500)).gives(wan=ANY).opens()            # the same port
case.send(lan=udp(H, 5001, E2, 4500)).drops("nat_host_limit")
case.send(lan=tcp(H, 5001, E2, 80, "S")).gives(wan=ANY).opens()         # of each protocol
case.send(lan=udp(H2, 5000, E, 4500)).gives(wan=ANY).opens()
case.send(lan=udp(H2, 5001, E, 4500)).drops("nat_host_limit")


def check(frames, _):
    first, again, tcp_port, other = (int.from_bytes(frame[ETHER + 60:ETHER + 62], "big") for frame in frames["wan"])
    assert first == again != other and {first, other} == {1232, 1233} and tcp_port in (1232, 1233)
