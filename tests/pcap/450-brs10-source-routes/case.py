# SPDX-License-Identifier: BSD-3-Clause
"""BRS-10 ICM-01 — RFC 7126 sections 4.3 and 4.4: packets that prescribe their route are dropped without a word, and so are options that
cannot be walked; all others pass as they are, the ports behind them."""
from scenario import *

case = Case("br")


def both(options, passes, **fields):
    there, back = udp(E, 53, V4, 1232, options=options, **fields), udp(V4, 1232, E, 53, options=options, **fields)
    steps = case.send(internet=there), case.send(map=tunnel(CE1, BR, back))
    if not passes:
        steps[0].drops("source_route")
        steps[1].drops("source_route")
    else:
        steps[0].gives(map=tunnel(BR, CE1, spent(there)))
        steps[1].gives(internet=spent(back))


ROUTE = bytes.fromhex("0704 c0000201")
for kind in b"\x83", b"\x89":                                       # loose and strict
    for options in (kind + ROUTE + b"\0", kind + b"\3\4\0", b"\1" + kind + ROUTE, b"\1" * 33 + kind + ROUTE,
                    b"\x94\4\0\0" + kind + ROUTE + b"\0", b"\7\7\4\0\0\0\0" + kind + ROUTE + b"\0\0", kind + b"\0\0\0",
                    b"\1\1\1" + kind):
        both(options, passes=False)
        both(options, passes=False, ttl=1)
# Options that cannot be walked: a length of 0 or 1, one that leads out of the header, none at all.
for options in (b"\7\0\0\0", b"\7\1\0\0", b"\x94\5\0\0", b"\x44\x28\5\0", b"\x44\xff\5\0", b"\1\1\1\x94", b"\1\1\x94\3",
                b"\x94\4\0\0\7\1\0\0"):
    both(options, passes=False)
# Record route, timestamp, router alert, stream id, an unknown one, no operation; anything behind the end of the list.
for options in (b"\7\7\4\0\0\0\0\0", b"\x44\x0c\5\0" + bytes(8), b"\x94\4\0\0", b"\x88\4\0\1", b"\x5e\4\0\0", b"\1\1\1\1", b"\0\0\0\0",
                b"\0\x83" + ROUTE, b"\1\1\0\7", b"\7\x27\4" + bytes(36) + b"\0"):
    both(options, passes=True)
