# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-55 NAT-05 NAT-41 FRG-08 FRG-07 — RFC 2637: with a whole address two hosts have PPTP tunnels at once, to one server and with one
call id; each packet of a tunnel goes to the host whose call id it has, until the call or its control connection ends."""
from scapy.layers.pptp import *

from pptp import *

case = Case("ce-f1", edit=whole(f'{{ protocol = "tcp"; ports = "40010"; to = "{H}"; }}', f'{{ protocol = "tcp"; ports = "40011"; to = "{H2}"; }}'))
E_ID, E_OTHER = 30000, 30001                         # the server's call ids
one, two = Control(case, H, 40010, E), Control(case, H2, 40011, E)

# Control connections open; what has no call id passes as it is.
for control in one, two:
    control.opens()
    control.out(PPTPStartControlConnectionRequest())
    control.back(PPTPStartControlConnectionReply())

# No call yet: no tunnel, from neither side. Version 0 has one host for each server, and knows nothing of calls.
case.send(lan=gre(H, E, E_ID)).drops("nat_no_mapping")
case.send(wan=down_(gre(E, V4, 100))).drops("nat_no_mapping")
old = bytes.fromhex("0000 0800") + bytes(60)
case.send(lan=ip(H, E, 47, old)).gives(wan=up_(ip(V4, E, 47, old, ttl=63))).opens()
case.send(wan=down_(ip(E, V4, 47, old))).gives(lan=ip(E, H, 47, old, ttl=63))
with_checksum = bytes.fromhex("a001 880b") + bytes(60)   # what looks like a tunnel and is none
case.send(lan=ip(H, E, 47, with_checksum)).gives(wan=up_(ip(V4, E, 47, with_checksum, ttl=63)))

# H's id is free outside. The server may be faster on GRE than on TCP.
one.out(PPTPOutgoingCallRequest(call_id=100)).opens()
one.out(PPTPOutgoingCallRequest(call_id=100), again=True)
case.send(wan=down_(gre(E, V4, 100))).gives(lan=gre(E, H, 100, ttl=63))
case.send(lan=gre(H, E, E_ID)).drops("nat_no_mapping")
one.back(PPTPOutgoingCallReply(call_id=E_ID, peer_call_id=100, result_code=1))
one.out(PPTPSetLinkInfo(peer_call_id=E_ID))
case.send(lan=gre(H, E, E_ID)).gives(wan=up_(gre(V4, E, E_ID, ttl=63)))
case.send(lan=gre(H, E, E_OTHER)).drops("nat_no_mapping")
case.send(lan=gre(H2, E, E_ID)).drops("nat_no_mapping")
case.send(wan=down_(gre(E, V4, 101))).drops("nat_no_mapping")
case.send(wan=down_(gre(E2, V4, 100))).drops("nat_no_mapping")
case.send(wan=down_(ip(E, V4, 47, gre_bytes(100)[:7]))).drops("l4_bad")
case.send(lan=ip(H, E, 47, gre_bytes(E_ID)[:7])).drops("l4_bad")

# H2 with another id towards the same server, with the same id towards another one; two messages in one segment.
two.out(PPTPOutgoingCallRequest(call_id=200)).opens()
two.back(PPTPOutgoingCallReply(call_id=E_OTHER, peer_call_id=200, result_code=1), PPTPSetLinkInfo(peer_call_id=200))
for host, inside, server in (H, 100, E_ID), (H2, 200, E_OTHER):
    case.send(lan=gre(host, E, server)).gives(wan=up_(gre(V4, E, server, ttl=63)))
    case.send(wan=down_(gre(E, V4, inside))).gives(lan=gre(E, host, inside, ttl=63))

# And with H's id towards this server: outside it is another one, which check() looks at.
before = sum(iface == "wan" for step in case.steps for iface, _ in step.outputs)
same = segment(H2, 40011, E, 1723, "PA", [PPTPOutgoingCallRequest(call_id=100)], 1000)
case.send(lan=same).gives(wan=ANY).opens()
case.send(wan=down_(gre(E, V4, 100))).gives(lan=gre(E, H, 100, ttl=63))

# Not whole in a segment, not at its beginning, no message of PPTP, a message cut short, an odd length, another port: as they are.
request = bytes(PPTPOutgoingCallRequest(call_id=300))
for data in (request[:100], b"xx" + request, poke(request, 4, b"\x1a\x2b\x3c\x4e"), poke(request, 2, b"\0\2"), poke(request, 0, b"\0\x20")[:32],
             poke(request, 0, b"\0\xa9") + b"x"):
    two.out(data)
case.send(wan=down_(gre(E, V4, 300))).drops("nat_no_mapping")

# Fragments of a tunnel, in order and not.
for ipid, order in enumerate(((0, 1, 2), (2, 0, 1)), 50):
    inside, outside = (cut(gre(src, E, E_ID, bytes(200), df=False, ipid=ipid), 80, 160) for src in (H, V4))
    answer, told = (cut(gre(E, dst, 100, bytes(200), df=False, ipid=ipid), 80, 160) for dst in (V4, H))
    for index in order:
        case.send(lan=inside[index]).piece(index, order, wan=[reidentified(up_(spent(one))) for one in outside])
    for index in order:
        case.send(wan=down_(answer[index])).piece(index, order, lan=[spent(one) for one in told])
lost = cut(gre(H, E, 9, bytes(200), df=False, ipid=60), 80, 160)
case.send(lan=lost[0]).drops("nat_no_mapping")
case.send(lan=lost[1]).drops("nat_no_mapping")

# The ends: what the server says of its call; a request that is turned down; the connection closes, is reset.
two.back(PPTPCallDisconnectNotify(call_id=E_OTHER)).event("calls_ended")
case.send(wan=down_(gre(E, V4, 200))).drops("nat_no_mapping")
case.send(lan=gre(H2, E, E_OTHER)).drops("nat_no_mapping")
two.out(PPTPOutgoingCallRequest(call_id=201)).opens()
two.back(PPTPOutgoingCallReply(call_id=E_OTHER, peer_call_id=201, result_code=4)).event("calls_ended")
case.send(wan=down_(gre(E, V4, 201))).drops("nat_no_mapping")
one.out(PPTPCallClearRequest(call_id=100))
case.send(lan=gre(H, E, E_ID)).gives(wan=up_(gre(V4, E, E_ID, ttl=63)))
one.closes(from_inside=True)
case.send(lan=gre(H, E, E_ID)).gives(wan=up_(gre(V4, E, E_ID, ttl=63)))
one.closes(from_inside=False).event("calls_ended")
case.send(lan=gre(H, E, E_ID)).drops("nat_no_mapping")
case.send(wan=down_(gre(E, V4, 100))).drops("nat_no_mapping")
one.out(PPTPOutgoingCallRequest(call_id=100))                      # closed: nobody listens any more
case.send(wan=down_(gre(E, V4, 100))).drops("nat_no_mapping")
two.resets().event("calls_ended")

# Ten minutes of silence, whatever the control connection says.
two.reopens()
two.out(PPTPOutgoingCallRequest(call_id=7)).opens()
two.back(PPTPOutgoingCallReply(call_id=E_ID, peer_call_id=7, result_code=1))
case.send(at=500, lan=gre(H2, E, E_ID)).gives(wan=up_(gre(V4, E, E_ID, ttl=63))).expires(2)
two.out(PPTPEchoRequest(), at=1000)
case.send(at=1099, wan=down_(gre(E, V4, 7))).gives(lan=gre(E, H2, 7, ttl=63))
case.send(at=1701, wan=down_(gre(E, V4, 7))).drops("nat_no_mapping").expires(1)


def check(frames, _):
    packet = frames["wan"][before][ETHER + 40:]
    ours = int.from_bytes(packet[40 + 12:40 + 14], "big")
    assert ours != 100
    assert packet == segment(V4, 40011, E, 1723, "PA", [PPTPOutgoingCallRequest(call_id=ours)], 1000, ttl=63)
    ipv4_identifications(frames["wan"])
