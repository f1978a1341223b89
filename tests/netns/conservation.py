# SPDX-License-Identifier: BSD-3-Clause
"""Case: under load and among broken packets every packet has an end that is counted."""
import traffic
from daemon import wait_until
from lab import BR6, H1, MAC, RULE, SRV, V4, grown, mape, ports_of
from traffic import TCP, UDP, Echo, Flow, Repeated, closing, exchange


def from_h1(lab, packet, dst=MAC["ce1 lan"], ethertype=0x0800):
    traffic.send_frame(lab.ns["h1"], "eth0", dst, MAC["h1 eth0"], ethertype, packet)


def from_srv(lab, packet):
    traffic.send_frame(lab.ns["srv"], "eth0", MAC["br inet"], MAC["srv eth0"], 0x0800, packet)


def from_core(lab, packet, to="br"):
    mac = MAC["br map"] if to == "br" else MAC[f"{to} wan"]
    traffic.send_frame(lab.ns["core"], to, mac, MAC[f"core {to}"], 0x86dd, packet)


def send_trouble(lab):
    """Packets that must end in a box, each for another reason."""
    mine = min(ports_of("ce1"))
    ce1 = RULE.map_address(V4, mine)
    from_h1(lab, mape.udp("10.9.9.9", 5000, SRV, 9))                          # CE: lan_spoof
    from_h1(lab, mape.udp(H1, 5000, SRV, 9, ttl=1))                           # CE: ttl, and an ICMP error
    from_h1(lab, mape.udp(H1, 5000, SRV, 9, b"x" * 1440))                     # CE: too_big, and an ICMP error
    from_h1(lab, mape.ip(H1, SRV, 47, b"gre"))                                # CE: proto_unsupported
    from_h1(lab, mape.poke(mape.udp(H1, 5000, SRV, 9), 8, b"\7"))             # CE: ipv4_bad
    from_h1(lab, mape.udp(H1, 5000, SRV, 9), dst="02:00:00:00:99:99")         # CE: l2_other
    from_h1(lab, b"who has" + bytes(40), dst="ff:ff:ff:ff:ff:ff", ethertype=0x0806)      # CE: no_host
    for packet in mape.broken_l4(H1, 5000, SRV, 53):
        from_h1(lab, packet)                                                  # CE: l4_bad
    from_core(lab, mape.tunnel(BR6, ce1, mape.udp(SRV, 53, V4, max(ports_of("ce1")))), "ce1")  # CE: nat_no_mapping
    from_core(lab, mape.tunnel("2001:db8:aaaa::1", ce1, mape.udp(SRV, 53, V4, mine)), "ce1")   # CE: spoof_v6
    from_core(lab, mape.tunnel(ce1, BR6, mape.udp(V4, min(ports_of("ce2")), SRV, 9)))          # BR: spoof_v4
    from_core(lab, mape.tunnel("2001:db9::1", BR6, mape.udp(V4, mine, SRV, 9)))                # BR: spoof_v6
    from_core(lab, mape.tunnel(ce1, BR6, mape.udp(V4, mine, SRV, 9))[:-10])                    # BR: ipv6_bad
    from_srv(lab, mape.udp(SRV, 53, V4, 53))                                  # BR: port_excluded
    from_srv(lab, mape.udp(SRV, 53, "203.0.113.1", 5000))                     # BR: no_rule
    from_srv(lab, mape.udp(SRV, 53, V4, mine, b"x" * 1440))                   # BR: too_big, and an ICMP error


TROUBLE = {"ce1": {"lan_spoof", "ttl", "too_big", "proto_unsupported", "ipv4_bad", "l2_other", "no_host", "l4_bad",
                   "nat_no_mapping", "spoof_v6"},
           "br": {"spoof_v4", "spoof_v6", "ipv6_bad", "port_excluded", "no_rule", "too_big"}}


def both_witnesses(lab):
    """Statistics of all boxes, and the kernel's counters of their interfaces."""
    stats = lab.settled_stats()
    return stats, {(name, one["name"]): lab.ns[name].link_counters(one["name"])
                   for name, stat in stats.items() for one in stat["interfaces"]}


def compare_with_kernel(before, after):
    """Each box has sent exactly what the kernel says, and received no more; a full ring may lose what came in."""
    for name, stats in after[0].items():
        for was, now in zip(before[0][name]["interfaces"], stats["interfaces"]):
            link = (name, now["name"])
            received, sent = (new - old for old, new in zip(before[1][link], after[1][link]))
            assert now["tx_packets"] - was["tx_packets"] == sent, f"{link}: kernel {sent}, {was} {now}"
            assert now["rx_packets"] - was["rx_packets"] <= received, f"{link}: kernel {received}, {was} {now}"


def mixed_load(lab):
    """Homes talk, iperf3 runs, broken packets fly: every packet has its end (OPS-03), and the kernel agrees."""
    before = both_witnesses(lab)
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} {kind} {i}", kind) for i in range(6)
                                       for host in ("h1", "h3") for kind in (UDP, TCP)]) as flows:
        with Repeated(lambda: exchange(flows)) as talk, Repeated(lambda: send_trouble(lab)) as trouble:
            received, _ = traffic.iperf3(lab, "h2", seconds=2)
            assert received > 0
            wait_until("some of everything", lambda: min(talk.times, trouble.times) >= 3, deadline=30)
    after = both_witnesses(lab)
    for name, reasons in TROUBLE.items():
        seen = grown(before[0][name]["drops"], after[0][name]["drops"])
        assert reasons <= set(seen), f"{name} lacks {reasons - set(seen)} of {seen}"
        created = after[0][name]["conservation"]["created"] - before[0][name]["conservation"]["created"]
        assert created > 0, f"{name} has made no ICMP error"
    compare_with_kernel(before, after)
