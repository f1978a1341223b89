# SPDX-License-Identifier: BSD-3-Clause
"""NAT-26 — RFC 5382 REQ-5: a TCP session lives 240 s while it opens or closes and 7440 s when it is established."""
from scenario import *

case = Case("ce")


def out(flags, **when):
    return case.send(lan=tcp(H, 5000, E, 80, flags), **when).gives(wan=up(tcp(V4, PORT, E, 80, flags, ttl=63)))


def back(flags, **when):
    return case.send(wan=down(tcp(E, 80, V4, PORT, flags)), **when).gives(lan=tcp(E, 80, H, 5000, flags, ttl=63))


late = down(tcp(E, 80, V4, PORT, "A"))

out("S", at=0).opens()                                                # opening
case.send(at=242, wan=late).drops("nat_no_mapping").expires()

out("S", at=1000).opens()                                             # opening, then established
back("SA", at=1000 + 239)
out("A", at=1240)
back("PA", at=1240 + 7439)
out("PA", at=1240 + 7439 + 7439)

out("FA", at=20000)                                                   # closing
back("FA", at=20001)
out("A", at=20002)
case.send(at=20002 + 242, wan=late).drops("nat_no_mapping").expires()
