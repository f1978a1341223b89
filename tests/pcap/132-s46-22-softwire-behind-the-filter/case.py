# SPDX-License-Identifier: BSD-3-Clause
"""S46-22 CER-23 — RFC 7598 section 9, RFC 7084 S-3: what comes out of the softwire passes the filter of the NAPT, which rules of the
configuration set for inner hosts, protocols and ports; nothing gets past it to an inside address, to the box, or as somebody inside."""
from scenario import *

case = Case("ce", edit=two_ports('filtering = "endpoint-independent"; policies = ( '
                                 f'{{ hosts = "{H2}/32"; protocol = "udp"; inside_ports = "6000"; filtering = "address-and-port-dependent"; }} );'))
PORTS = 1232, 1233


def down(packet):
    return tunnel(BR, CE_TWO, packet)


def both(make):
    return [down(make(port)) for port in PORTS]


# Rules on the inner packet: one host's port is for whom it has spoken to alone, another's is open to everybody. Which external port
# is whose, the program may choose.
case.send(lan=udp(H, 5000, E, 53)).gives(wan=ANY).opens()
case.send(lan=udp(H2, 6000, E, 53)).gives(wan=ANY).opens()
case.send(wan=both(lambda port: udp(E2, 99, V4, port))).gives(lan=udp(E2, 99, H, 5000, ttl=63)).drops("nat_filtered", 1)
case.send(wan=both(lambda port: udp(E, 99, V4, port))).gives(lan=udp(E, 99, H, 5000, ttl=63)).drops("nat_filtered", 1)

# Nothing that was not asked for, whatever it is.
for packet in tcp(E, 80, V4, PORTS[0], "S"), tcp(E, 80, V4, PORTS[0], "A"), ping(E, V4, PORTS[0]), pong(E, V4, PORTS[0]):
    case.send(wan=down(packet)).drops("nat_no_mapping")
case.send(wan=down(ip(E, V4, 47, bytes(32)))).drops("proto_unsupported")

# Neither by the inside addresses, nor to the box itself, nor as somebody inside.
for inside in H, H2, CE_LAN, "192.168.1.255", "127.0.0.1", "10.0.0.1":
    case.send(wan=down(udp(E, 53, inside, 5000))).drops("not_my_v4dst")
for forged in "127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", H, H2, CE_LAN, "192.168.1.255":
    case.send(wan=both(lambda port: udp(forged, 53, V4, port))).drops("martian_v4", 2)   # pylint: disable=cell-var-from-loop
