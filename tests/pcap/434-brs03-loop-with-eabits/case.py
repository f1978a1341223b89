# SPDX-License-Identifier: BSD-3-Clause
"""BRS-03 MAPE-57 — with the weak source check a CE may use another interface identifier; a packet to a port of its
own must not come back to it all the same."""
from scenario import *

case = Case("br", edit={'source_check = "strict"': 'source_check = "eabits"'})

case.send(map=tunnel("2001:db8:12:3400::1", BR, udp(V4, 1232, V4, 1235))).drops("loop")
