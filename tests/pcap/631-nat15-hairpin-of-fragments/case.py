# SPDX-License-Identifier: BSD-3-Clause
"""NAT-15 FRG-08 FRG-07 NAT-40 — RFC 4787 REQ-9, REQ-14: a datagram in fragments to the external address comes back to the LAN in
fragments, in whatever order they came, from the sender's external end, and has been in no softwire, whatever its size."""
from itertools import permutations

from scenario import *

case = Case("ce", edit=two_ports(f'forwards = ( {{ protocol = "both"; ports = "1232"; to = "{H2}"; to_port = 7000; }} );'))
DATA = bytes(range(250)) * 12
datagrams = 0


def turned(fragment):
    return reidentified(spent(fragment), at=0)


# A port of ours that is nobody's: the first fragment says so, and all others follow it.
case.send(lan=cut(udp(H2, 7000, V4, 1233, DATA, df=False, ipid=50), 1000, 2480)).drops("nat_no_mapping").opens().event("hairpin", 3)

for ipid, order in enumerate(permutations(range(3)), 1):
    for ends, seen in (((H, 5000, V4, 1232), (V4, 1233, H2, 7000)), ((H2, 7000, V4, 1233), (V4, 1232, H, 5000))):
        for build in udp, lambda *all, **fields: tcp(*all[:4], "A", all[4], **fields):
            inside = cut(build(*ends, DATA, df=False, ipid=ipid), 1000, 2480)
            outside = cut(build(*seen, DATA, df=False, ipid=ipid), 1000, 2480)
            for index in order:
                step = case.send(lan=inside[index]).piece(index, order, lan=[turned(one) for one in outside])
                step.event("hairpin", len(step.outputs))
                if index == 0:
                    step.opens(1 if ipid == 1 and (build is not udp or ends[0] == H) else 0)
            datagrams += 1

def check(frames, _):
    ids = ipv4_identifications(frames["lan"], at=0)
    assert ids[::3] == ids[1::3] == ids[2::3], "the fragments of a datagram must have one identification"
    assert len(set(zip(ids[::3], [frame[ETHER + 9] for frame in frames["lan"][::3]],
                       [frame[ETHER + 16:ETHER + 20] for frame in frames["lan"][::3]]))) == datagrams
