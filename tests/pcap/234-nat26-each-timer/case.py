# SPDX-License-Identifier: BSD-3-Clause
"""NAT-26 NAT-08 NAT-32 — RFC 4787 REQ-5, RFC 5382 REQ-5, RFC 5508 REQ-2: each kind of session has a timer of its own, and
a setting for it; a session lives to its last second."""
from scenario import *

TIMERS = {"udp": 120, "dns": 5, "icmp": 61, "tcp_opening": 30, "tcp_established": 7441, "tcp_closing": 6, "tcp_reset": 8}
case = Case("ce", edit={'role = "ce";': 'role = "ce"; nat = { ' + " ".join(
    f"{name}_timeout = {seconds};" for name, seconds in TIMERS.items()) + " };"})
now = 0


def send(packet, outside):
    return case.send(at=now, lan=packet(H, 5000, outside[0], outside[1])).gives(
        wan=up(packet(V4, PORT, *outside, ttl=63)))


def lives(timer, back):
    """What comes `timer` seconds after the last packet reaches the host, and refreshes; what comes later does not."""
    global now
    now += TIMERS[timer]
    case.send(at=now, wan=down(back(V4, PORT))).gives(lan=back(H, 5000, ttl=63))
    ends(timer, back)


def ends(timer, back):
    global now
    now += TIMERS[timer] + 2
    case.send(at=now, wan=down(back(V4, PORT))).drops("nat_no_mapping").expires()
    now += 10


def conversation(flags, back=None):
    """TCP: what is said by whom, one second after the other."""
    global now
    for index, (side, flag) in enumerate(flags):
        if side == "out":
            step = case.send(at=now, lan=tcp(H, 5000, E, 80, flag)).gives(wan=up(tcp(V4, PORT, E, 80, flag, ttl=63)))
        else:
            step = case.send(at=now, wan=down(tcp(E, 80, V4, PORT, flag))).gives(lan=tcp(E, 80, H, 5000, flag, ttl=63))
        if index == 0:
            step.opens()
        now += 1
    now -= 1


segment = lambda dst, port, **ttl: tcp(E, 80, dst, port, "A", **ttl)

send(udp, (E, 4500)).opens()
lives("udp", lambda dst, port, **ttl: udp(E, 4500, dst, port, **ttl))
send(udp, (E, 53)).opens()
lives("dns", lambda dst, port, **ttl: udp(E, 53, dst, port, **ttl))
case.send(at=now, lan=ping(H, E, 5000)).gives(wan=up(ping(V4, E, PORT, ttl=63))).opens()
lives("icmp", lambda dst, port, **ttl: pong(E, dst, port, **ttl))
conversation([("out", "S")])
lives("tcp_opening", segment)
conversation([("out", "S"), ("in", "SA"), ("out", "A")])
lives("tcp_established", segment)
conversation([("out", "S"), ("in", "SA"), ("out", "FA"), ("in", "A")])
lives("tcp_established", segment)                   # closed by one side
conversation([("out", "S"), ("in", "SA"), ("out", "FA"), ("in", "FA")])
ends("tcp_closing", segment)
conversation([("out", "S"), ("in", "RA")])
ends("tcp_reset", segment)
