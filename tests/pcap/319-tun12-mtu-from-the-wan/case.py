# SPDX-License-Identifier: BSD-3-Clause
"""TUN-12 TUN-13 TUN-19 NAT-21 — RFC 2473 section 7.2: softwire MTU = WAN MTU - 40, not a constant: 1454 gives 1414
and MSS 1374."""
from scenario import *

case = Case("ce", edit={'mac = "02:00:00:00:0c:02"; mtu = 1500': 'mac = "02:00:00:00:0c:02"; mtu = 1454'})
fits, too_big = bytes(1414 - 28), bytes(1415 - 28)

case.send(lan=udp(H, 5000, E, 53, fits)).gives(wan=up(udp(V4, PORT, E, 53, fits, ttl=63))).opens()
case.send(lan=udp(H, 5000, E, 53, too_big)).drops("too_big").replies(
    lan=own_error(CE_LAN, H, 3, 4, udp(H, 5000, E, 53, too_big), mtu=1414))
case.send(lan=tcp(H, 5000, E, 80, "S", b"", mss(1460))).gives(
    wan=up(tcp(V4, PORT, E, 80, "S", b"", mss(1374), ttl=63))).opens().event("mss_clamped")
