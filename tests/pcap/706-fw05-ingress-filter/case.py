# SPDX-License-Identifier: BSD-3-Clause
"""FW-05 ICM-19 CER-21 CER-22 BRS-17 — RFC 2827, RFC 7084 L-14 and S-2: out goes only what the LAN's prefixes send, and hosts with another
source learn it, on the LAN alone; in comes nothing that says it is from inside."""
from scenario import *

case = Case("ce-forward")
OLD = "2001:db8:77:1::10"
for source in OLD, "2400:cb00::9", "2001:db8:12:3402::10", "2001:db8:6::3", CE_WAN6, CE_LAN6, CE:
    packet = udp6(source, 5000, "2400:cb00::1", 53)
    case.send(lan=Native(packet)).drops("urpf_v6").replies(lan=Native(own_error6(CE_LAN6, source, UNREACHABLE6, 5, packet)))
# The error goes back to who has handed us the packet.
frame = ether(MAC["lan"], MAC[H6_2], 0x86dd, udp6(OLD, 5000, E6, 53))
answer = ether(MAC[H6_2], MAC["lan"], 0x86dd, own_error6(CE_LAN6, OLD, UNREACHABLE6, 5, frame[14:]))
step = case.send(lan=frame).drops("urpf_v6").event("icmp6_sent").gives(lan=answer)
step.created += 1
for source in H6, H6_2, "2001:db8:12:3401::99", "2001:db8:12:3402::10", CE_LAN6, CE_WAN6, CE:
    case.send(wan=udp6(source, 53, H6, 5000)).drops("urpf_v6")
for source in E6, "2001:db8:6::3", "2001:db8:12:3500::1":
    case.passes(udp6(source, 53, H6, 5000), to="lan")
