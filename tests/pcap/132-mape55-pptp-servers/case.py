# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-55 NAT-15 NAT-44 NAT-49 FRG-08 FRG-07 — RFC 2637 with two workers: a server behind a forward, calls that either side makes,
hairpin, fragments whose call another worker knows, and 16 calls of one control connection."""
from scapy.layers.pptp import *                       # whose Incoming-Call-Reply has a wrong length by default

from pptp import *

WORKERS = 2
case = Case("ce-f1", edit=whole(
    f'{{ protocol = "tcp"; ports = "1723"; to = "{H}"; }}', f'{{ protocol = "tcp"; ports = "40011"; to = "{H2}"; }}',
    more=f"dpdk = {{ workers = {WORKERS}; }};"))
case.any_number_of("handoff")


def own(host, number):
    """A call id that is the host's worker's, and so stays as it is."""
    worker = (int(IPv4Address(host)) * 0x9e3779b1 % 2 ** 32) * WORKERS >> 32
    return number * WORKERS + worker


# H is a server, E calls it: the SYN comes in by the forward, H's answer opens the session.
server = Control(case, H, 1723, E, 50000)
server._back("S", [])
server._out("SA", []).opens()
server.back(PPTPOutgoingCallRequest(call_id=5))
server.out(PPTPOutgoingCallReply(call_id=own(H, 50), peer_call_id=5, result_code=2))    # turned down
case.send(lan=gre(H, E, 5)).drops("nat_no_mapping")
server.out(PPTPOutgoingCallReply(call_id=own(H, 50), peer_call_id=5, result_code=1)).opens()
server.back(PPTPSetLinkInfo(peer_call_id=own(H, 50)))
server.out(PPTPWANErrorNotify(peer_call_id=5))
case.send(lan=gre(H, E, 5)).gives(wan=up_(gre(V4, E, 5, ttl=63)))
case.send(wan=down_(gre(E, V4, own(H, 50)))).gives(lan=gre(E, H, own(H, 50), ttl=63))
for ipid, order in enumerate(((0, 1, 2), (2, 0, 1), (1, 2, 0)), 50):
    inside, outside = (cut(gre(src, E, 5, bytes(200), df=False, ipid=ipid), 80, 160) for src in (H, V4))
    answer, told = (cut(gre(E, dst, own(H, 50), bytes(200), df=False, ipid=ipid), 80, 160) for dst in (V4, H))
    for index in order:
        case.send(lan=inside[index]).piece(index, order, wan=[reidentified(up_(spent(one))) for one in outside])
    for index in order:
        case.send(wan=down_(answer[index])).piece(index, order, lan=[spent(one) for one in told])

# A second call, which the server makes; it ends with H's word, the first one with E's going.
server.out(PPTPIncomingCallRequest(call_id=own(H, 51))).opens()
server.back(PPTPIncomingCallReply(len=24, call_id=6, peer_call_id=own(H, 51), result_code=1))
server.out(PPTPIncomingCallConnected(peer_call_id=6))
case.send(lan=gre(H, E, 6)).gives(wan=up_(gre(V4, E, 6, ttl=63)))
server.back(PPTPCallClearRequest(call_id=6))
server.out(PPTPCallDisconnectNotify(call_id=own(H, 51))).event("calls_ended")
case.send(lan=gre(H, E, 6)).drops("nat_no_mapping")

# And one that E makes to a PNS of ours.
server.back(PPTPIncomingCallRequest(call_id=7))
server.out(PPTPIncomingCallReply(len=24, call_id=own(H, 52), peer_call_id=7, result_code=1)).opens()
server.back(PPTPIncomingCallConnected(peer_call_id=own(H, 52)))
case.send(wan=down_(gre(E, V4, own(H, 52)))).gives(lan=gre(E, H, own(H, 52), ttl=63))
server.back(PPTPCallDisconnectNotify(call_id=7)).event("calls_ended")
server.closes(from_inside=False)
server.closes(from_inside=True).event("calls_ended")
case.send(wan=down_(gre(E, V4, own(H, 50)))).drops("nat_no_mapping")


# H2 calls the same server by the external address: both ends are translated, twice.
def turns(packet, seen):
    return case.send(lan=packet).gives(lan=seen).event("hairpin")


def there(flags, *messages):
    return turns(*(segment(src, 40011, dst, 1723, flags, messages, 1, **more) for src, dst, more in ((H2, V4, {}), (V4, H, {"ttl": 63}))))


def back(flags, *messages):
    return turns(*(segment(src, 1723, dst, 40011, flags, messages, 1, **more) for src, dst, more in ((H, V4, {}), (V4, H2, {"ttl": 63}))))


there("S").opens()
back("SA").opens()
there("PA", PPTPOutgoingCallRequest(call_id=own(H2, 60))).opens()
back("PA", PPTPOutgoingCallReply(call_id=own(H, 61), peer_call_id=own(H2, 60), result_code=1)).opens()
for src, dst, call_id in (H2, H, own(H, 61)), (H, H2, own(H2, 60)):
    turns(gre(src, V4, call_id), gre(V4, dst, call_id, ttl=63))
    inside, told = (cut(gre(*ends, call_id, bytes(200), df=False, ipid=9), 80, 160) for ends in ((src, V4), (V4, dst)))
    for piece in range(3):
        turns(inside[piece], reidentified(spent(told[piece]), at=0))
case.send(lan=gre(H2, V4, own(H, 99))).drops("nat_no_mapping")

# A control connection has 16 calls at once; the 17th finds no room as long as they last.
for number in range(100, 115):
    there("PA", PPTPOutgoingCallRequest(call_id=own(H2, number))).opens()
refused = segment(H2, 40011, V4, 1723, "PA", [PPTPOutgoingCallRequest(call_id=own(H2, 115))], 1)
case.send(lan=refused).drops("nat_host_limit")
there("PA", PPTPCallDisconnectNotify(call_id=own(H2, 100))).event("calls_ended")
there("PA", PPTPOutgoingCallRequest(call_id=own(H2, 115))).opens()
case.expect(nat={"sessions": 20})
