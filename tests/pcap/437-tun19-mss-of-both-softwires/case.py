# SPDX-License-Identifier: BSD-3-Clause
"""TUN-19 MAPE-56 — RFC 4459 section 3.2: from one CE to another both softwires are on the way, so the smaller one
limits the MSS: 1300 - 40 = 1260."""
from scenario import *

case = Case("br-two", edit={'br = "2001:db8:ffff::1"; iid': 'br = "2001:db8:ffff::1"; mtu = 1300; iid'})
OTHER = Rule("3fff:100::/40", "198.18.0.0/24", ea=16, offset=4, iid="draft03").map_address("198.18.0.18", 5000)

step = case.send(map=tunnel(CE1, BR, tcp(V4, 1232, "198.18.0.18", 5000, "S", options=mss(1460))))
step.gives(map=tunnel("2001:db8:ffff::2", OTHER, tcp(V4, 1232, "198.18.0.18", 5000, "S", options=mss(1260), ttl=63)))
step.event("hairpin").event("mss_clamped")
