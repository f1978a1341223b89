# SPDX-License-Identifier: BSD-3-Clause
"""TUN-16 TUN-13 TUN-26 B9 — RFC 6864 section 4.3: whatever the domain does with packets without DF, one with DF is
never fragmented and never loses it: too large, it is dropped, counted, and answered by the softwire's MTU. With
fragment = "drop" one without DF is dropped without a word."""
from scenario import *

MODES = {1: "outer", 2: "inner", 3: "drop"}
case = Case("br-mtus", edit={f"mtu = {MTUS[n][0]};\n": f'mtu = {MTUS[n][0]}; fragment = "{mode}";\n'
                             for n, mode in MODES.items()})

for n, mode in MODES.items():
    mtu, br, ce, address = MTUS[n]
    for size in mtu + 1, 1500:
        packet = udp(E, 53, address, 1232, bytes(size - 28))
        case.send(internet=packet).drops("too_big").replies(internet=own_error(BR_V4, E, 3, 4, packet, mtu=mtu))
    for df in True, False:
        fits = udp(E, 53, address, 1232, bytes(mtu - 28), df=df)
        case.send(internet=fits).gives(map=tunnel(br, ce, spent(fits)))
        back = udp(address, 1232, E, 53, df=df)
        case.send(map=tunnel(ce, br, back)).gives(internet=spent(back))
    if mode == "drop":
        case.send(internet=udp(E, 53, address, 1232, bytes(1500 - 28), df=False)).drops("too_big")
