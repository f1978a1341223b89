# SPDX-License-Identifier: BSD-3-Clause
"""NAT-27 TRAP-27 — RFC 7857 section 2.2, RFC 5961 section 3: a reset ends a connection after four minutes when it lies in the
window that its receiver has announced and nothing follows; any other passes and changes nothing; data brings it back."""
from scenario import *

case = Case("ce")
WINDOW = 8192
mine, theirs = 5000, 70000                          # next sequence numbers of H and of E


def out(flags, data=b"", **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(lan=tcp(H, 5000, E, 80, flags, data, **more), **when).gives(
        wan=up(tcp(V4, PORT, E, 80, flags, data, ttl=63, **more)))


def back(flags, data=b"", **more):
    when = {"at": more.pop("at")} if "at" in more else {}
    return case.send(wan=down(tcp(E, 80, V4, PORT, flags, data, **more)), **when).gives(
        lan=tcp(E, 80, H, 5000, flags, data, ttl=63, **more))


def establish(at):
    out("S", at=at, seq=mine - 1).opens()
    back("SA", seq=theirs - 1, ack=mine)
    out("A", seq=mine, ack=theirs)


def gone(at):
    case.send(at=at, wan=down(tcp(E, 80, V4, PORT, "A", seq=theirs, ack=mine))).drops("nat_no_mapping").expires()


# Blind ones, from either side: beside the window by one, by 10⁹, behind. The connection lives on for two hours.
establish(0)
for seq in theirs - 1, theirs + WINDOW, theirs + 10**9, (theirs - 10**9) % 2**32:
    back("R", seq=seq).event("rst_ignored")
    back("RA", seq=seq, ack=mine).event("rst_ignored")
for seq in mine - 1, mine + WINDOW, mine + 10**9:
    out("R", seq=seq).event("rst_ignored")
back("PA", b"here", at=7400, seq=theirs, ack=mine)

# The first and the last byte of the window: the connection is gone four minutes later.
for start, seq in (7400, theirs), (20000, theirs + WINDOW - 1):
    if start > 7400:
        establish(start)
    back("R", at=start + 10, seq=seq)
    case.send(at=start + 10 + 239, wan=down(tcp(E, 80, V4, PORT, "R", seq=seq))).gives(        # refreshes nothing
        lan=tcp(E, 80, H, 5000, "R", seq=seq, ttl=63))
    gone(start + 10 + 242)
establish(30000)
out("R", at=30010, seq=mine)
gone(30010 + 242)

# Something follows: it was not meant so, or it was forged, and the connection is as good as before.
establish(40000)
back("R", at=40010, seq=theirs)
out("PA", b"still here", at=40020, seq=mine, ack=theirs)
back("A", at=40020 + 7400, seq=theirs, ack=mine + 10)

# While it opens there is no window yet: a port that is closed on the other side.
gone(40020 + 7400 + 7442)
out("S", at=60000, seq=mine - 1).opens()
back("RA", at=60001, seq=0, ack=mine)
gone(60001 + 242)

# A reset makes no session.
case.send(at=70000, lan=tcp(H, 5000, E, 80, "R")).drops("nat_no_mapping")
case.expect(nat={"sessions": 0})
