# SPDX-License-Identifier: BSD-3-Clause
"""BRS-01 FRG-05 FRG-06 MAPE-54 B21 — RFC 7597 section 8.1: whatever the protocol, whole or in fragments, what has a wrong address, a wrong port or
comes from nowhere does not pass; from a shared address only what has ports passes at all."""
from scenario import *

case = Case("br")
WITH_PORTS = {1: ping, 6: tcp, 17: udp}
OTHER_CE4 = "192.0.2.19"


def payload(proto, source, port):
    """At least 32 bytes, right for the protocol; what has no ports has bytes there that look like them."""
    build = {1: lambda: ping(source, E, port, bytes(24)), 6: lambda: tcp(source, port, E, 80, "A", bytes(12))}.get(
        proto, lambda: udp(source, port, E, 53, bytes(24)))
    return build()[20:]


def refused(ce, source, port, whole, fragments):
    """The packet, and the same in two fragments, the second one first; whole or None: what for."""
    for proto in range(256):
        body = payload(proto, source, port)
        reason = whole if proto in WITH_PORTS else fragments
        packet = ip(source, E, proto, body, df=False, ipid=proto + 1)
        case.send(map=tunnel(ce, BR, packet)).drops(reason)
        pieces = [tunnel(ce, BR, piece) for piece in cut(packet, 24)[::-1]]
        step = case.send(map=pieces).drops(reason)
        if ce == CE1:
            step.event("fragments_held")


refused(CE1, OTHER_CE4, 1232, "spoof_v4", "spoof_v4")               # the address of another CE
refused(CE1, V4, 1236, "spoof_v4", "proto_unsupported")             # the right address, the port of CE2
refused("3fff::1", V4, 1232, "spoof_v6", "spoof_v6")                # from under no rule
for proto in WITH_PORTS:                                            # the same, but right
    packet = ip(V4, E, proto, payload(proto, V4, 1232))
    case.send(map=tunnel(CE1, BR, packet)).gives(internet=spent(packet))
