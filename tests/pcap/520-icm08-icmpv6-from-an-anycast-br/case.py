# SPDX-License-Identifier: BSD-3-Clause
"""ICM-08 ICM-06 MAPE-43 MAPE-47 TRAP-34 — RFC 4443 section 2.2: an anycast BR address is the source of what goes to
CEs, but of no ICMPv6 error: those come from the map interface's own address; a BR address that is not anycast speaks
for itself. As long as possible within 1280 bytes."""
from scenario import *

OWN = "2001:db8:beef::b0"
case = Case("br-two", edit=domain("anycast = true; report_spoofing = true;") |
            domain("report_spoofing = true;", "second") | interface("map", f'mtu = 1500; addresses = [ "{OWN}/64", "2001:db8:beef::b1/64" ];'))
OTHER_BR = "2001:db8:ffff::2"

for size in 33, 1192, 1193, 1460:
    spoofed = udp(V4, 1236, E, 53, bytes(size - 28))
    for br, source, reason in (BR, OWN, "spoof_v4"), (OTHER_BR, OTHER_BR, "spoof_v6"):
        packet = tunnel(CE1, br, spoofed)
        answer = own_error6(source, CE1, 1, 5, packet)
        assert len(answer) == min(len(packet) + 48, 1280)
        case.send(map=packet).drops(reason).replies(map=answer)
broken = tunnel(CE1, BR, udp(V4, 1232, E, 53), ext=[fragment_header(more=True)])
case.send(map=broken).drops("frag6_bad").replies(map=own_error6(OWN, CE1, 4, 0, broken, 4))
case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))
late = udp(V4, 1232, E, 53, ttl=1)
case.send(map=tunnel(CE1, BR, late)).drops("ttl").replies(map=tunnel(BR, CE1, own_error(BR_V4, V4, 11, 0, late)))
