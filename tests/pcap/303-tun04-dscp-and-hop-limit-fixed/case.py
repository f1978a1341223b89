# SPDX-License-Identifier: BSD-3-Clause
"""TUN-04 TUN-03 TUN-05 — RFC 2473 sections 6.3 and 6.4: outer DSCP and hop limit as configured; ECN is copied all the
same."""
from scenario import *

case = Case("br", edit={'name = "f1";': 'name = "f1"; traffic_class = 10; hop_limit = 33;'})

for tos in 0, 46 << 2, 46 << 2 | 1, 3:
    case.send(internet=udp(E, 53, V4, 1232, tos=tos)).gives(
        map=tunnel(BR, CE1, udp(E, 53, V4, 1232, tos=tos, ttl=63), tc=10 << 2 | tos & 3, hlim=33))
