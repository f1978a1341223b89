# SPDX-License-Identifier: BSD-3-Clause
"""BRS-04 — with antispoof = false packets of our CEs may come through another BR."""
from scenario import *

case = Case("br-two", edit={"martians = [ ];": "martians = [ ]; antispoof = false;"})

for source in "192.0.2.0", "192.0.2.77", "198.18.0.18":
    for packet in udp(source, 1236, V4, 1232), tcp(source, 80, V4, 1232, "SA"), ping(source, V4, 1232):
        case.send(internet=packet).gives(map=tunnel(BR, CE1, spent(packet)))
case.send(internet=udp("127.0.0.1", 53, V4, 1232)).drops("martian_v4")
