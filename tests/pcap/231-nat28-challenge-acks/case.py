# SPDX-License-Identifier: BSD-3-Clause
"""NAT-28 — RFC 5961 sections 4 and 9.3: a SYN or a reset in an established connection passes, and so does the challenge ACK that
answers it; the connection lives as long as before."""
from scenario import *

case = Case("ce")


def out(flags, **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(lan=tcp(H, 5000, E, 80, flags, **more), **when).gives(wan=up(tcp(V4, PORT, E, 80, flags, ttl=63, **more)))


def back(flags, **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(wan=down(tcp(E, 80, V4, PORT, flags, **more)), **when).gives(
        lan=tcp(E, 80, H, 5000, flags, ttl=63, **more))


out("S", at=0, seq=99).opens()
back("SA", seq=499, ack=100)
out("A", seq=100, ack=500)
back("S", at=10, seq=123456)                        # blind, or the other side has started anew
out("A", seq=100, ack=500)                          # the challenge
back("R", at=20, seq=600)                           # in the window, but not the next byte
out("A", at=21, seq=100, ack=500)
out("S", at=30, seq=7)
back("A", seq=500, ack=100)
back("A", at=30 + 7430, seq=500, ack=100)           # as long as any other
