# SPDX-License-Identifier: BSD-3-Clause
"""NAT-24 NAT-25 — RFC 5382 REQ-2, REQ-4, RFC 7857 section 2: every valid sequence of TCP segments passes: simultaneous open, a SYN
that comes too early, one side closed for hours, FIN with data, retransmissions, and a new connection between the same ends."""
from scenario import *

case = Case("ce")


def out(flags, data=b"", **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(lan=tcp(H, 5000, E, 80, flags, data, **more), **when).gives(
        wan=up(tcp(V4, PORT, E, 80, flags, data, ttl=63, **more)))


def back(flags, data=b"", **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(wan=down(tcp(E, 80, V4, PORT, flags, data, **more)), **when).gives(
        lan=tcp(E, 80, H, 5000, flags, data, ttl=63, **more))


# Both sides call. The first SYN from outside ends here in silence, also six seconds later, and does no harm.
case.send(wan=down(tcp(E, 80, V4, PORT, "S", seq=500))).drops("nat_no_mapping")
out("S", at=7, seq=100).opens()
back("S", at=8, seq=500)
out("SA", seq=100, ack=501)
back("SA", seq=500, ack=101)
out("A", seq=101, ack=501)
back("A", b"hello", at=8 + 7000, seq=501, ack=101)                 # established: 7440 s, not 240

# Half closed: the other side may send for hours.
out("FPA", b"bye", at=8000, seq=101, ack=506)
out("FPA", b"bye", at=8001, seq=101, ack=506)                       # lost and sent again
for at in 8002, 15000, 22000:
    back("PA", b"more", at=at, seq=506, ack=105)
    out("A", at=at + 1, seq=105, ack=510)
back("FA", at=23000, seq=510, ack=105)
back("FA", at=23001, seq=510, ack=105)
out("A", at=23002, seq=105, ack=511)

# The same ends again, before the old connection is forgotten, from outside this time: RFC 7857 figure 1.
back("S", at=23100, seq=90000)
out("SA", seq=70000, ack=90001)
back("A", seq=90001, ack=70001)
out("PA", b"again", at=23100 + 7000, seq=70001, ack=90001)
case.expect(nat={"sessions": 1})
