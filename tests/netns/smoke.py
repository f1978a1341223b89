#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mapedge with real programs and kernels around it, in network namespaces, as TAP. See lab.py for the lab.

Usage: smoke.py [--build DIR] [WORD…]      only the cases whose name has one of the words
"""
import argparse
import os
import random
import re
import socket
import sys
import time

sys.dont_write_bytecode = True
import demo
import lab as labs
import netns
import traffic
from daemon import edit, wait_until
from lab import BR6, H1, MAC, RULE, SRV, V4, Lab, mape, ports_of
from tap import Skip, Tap
from traffic import Echo, Flow, Repeated, closing, exchange

UDP, TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM


def drops(lab, name):
    return {reason: count for reason, count in lab.settled_stats()[name]["drops"].items() if count}


def grown(before, after):
    """What a set of counters has gained."""
    return {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}


# ---- two homes, one address ----

def same_server_at_once(lab):
    """Both CEs to one server port at the same time: each gets its own answers, from its own ports."""
    site_of = {"h1": "ce1", "h2": "ce1", "h3": "ce2"}
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} flow {i}", kind)
                                       for i in range(10) for host in site_of for kind in (UDP, TCP)]) as flows:
        for _ in range(5):
            exchange(flows)
        for flow in flows:
            address, port = flow.external
            assert address == V4 and port in ports_of(site_of[flow.name[:2]]), f"{flow.name} came from {flow.external}"


def every_port_is_used(lab):
    """250 flows and 240 ports: the server sees exactly the port set, ten flows are refused and counted (MAPE-29)."""
    lab.daemons["ce1"].restart()
    sockets = [lab.ns["h1"].socket(UDP) for _ in range(250)]
    with traffic.Sniffer(lab.ns["srv"], "eth0", lambda segment: segment.dport == 9000) as wire:
        for sock in sockets:
            sock.sendto(b"one flow", (SRV, 9000))
        wait_until("all 250", lambda: lab.daemons["ce1"].stats()["interfaces"][0]["rx_packets"] >= 250)
        nat = lab.settled_stats()["ce1"]["nat"]
    for sock in sockets:
        sock.close()
    assert {segment.sport for segment in wire.segments} == ports_of("ce1")
    assert nat["ports"]["udp"] == {"total": 240, "used": 240}, nat
    assert drops(lab, "ce1")["nat_no_port"] == 10, drops(lab, "ce1")
    lab.daemons["ce1"].restart()


def external_end(sock, lab_echo=(SRV, traffic.ECHO_PORT)):
    """Address and port as which the Internet sees a UDP socket; the mapping is the same for all destinations."""
    sock.settimeout(2)
    for _ in range(10):
        sock.sendto(b"", lab_echo)
        try:
            address, port = sock.recv(100).decode().strip().split(":")
            return address, int(port)
        except TimeoutError:
            continue
    raise AssertionError("no answer from the echo server")


def hear(sock, source, words):
    try:
        got = sock.recvfrom(100)
    except TimeoutError:
        return False
    assert got == (words, source), f"got {got}, not {words} from {source}"
    return True


def hairpin(lab):
    """h1 and h3 talk to each other's 192.0.2.18:port through the BR, once both have opened their filters."""
    before = lab.settled_stats()
    with Echo(lab.ns["srv"]):
        h1, h3 = (lab.ns[name].socket(UDP) for name in ("h1", "h3"))
        end1, end3 = external_end(h1), external_end(h3)
    assert end1[0] == end3[0] == V4 and end1[1] in ports_of("ce1") and end3[1] in ports_of("ce2"), (end1, end3)

    h1.sendto(b"too early", end3)                        # h3 has not spoken to 192.0.2.18 yet
    refused = grown(before["ce2"]["drops"], lab.settled_stats()["ce2"]["drops"])
    assert refused == {"nat_filtered": 1}, refused

    h1.settimeout(2)
    h3.settimeout(2)
    h3.sendto(b"from h3", end1)
    wait_until("h1 to hear h3", lambda: hear(h1, end3, b"from h3") or h3.sendto(b"from h3", end1) is None)
    h1.sendto(b"from h1", end3)
    wait_until("h3 to hear h1", lambda: hear(h3, end1, b"from h1") or h1.sendto(b"from h1", end3) is None)
    h1.close()
    h3.close()
    turned = grown(before["br"]["events"], lab.settled_stats()["br"]["events"])
    assert turned.get("hairpin", 0) >= 3, turned


# ---- conservation ----

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
            received, sent = (now_kernel - was_kernel for was_kernel, now_kernel in zip(before[1][link], after[1][link]))
            assert now["tx_packets"] - was["tx_packets"] == sent, f"{link}: kernel {sent}, {was} {now}"
            assert now["rx_packets"] - was["rx_packets"] <= received, f"{link}: kernel {received}, {was} {now}"


def mixed_load(lab):
    """TCP and UDP of both homes, iperf3 and broken packets at once: every packet has an end, the kernel agrees (OPS-03)."""
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


# ---- control ----

NAT = "nat = { udp_timeout = %d; };\n"
ONE_RULE = 'rules = ( { ipv6 = "2001:db8::/40";'
TWO_RULES = 'rules = ( { ipv6 = "2001:db8:8000::/40"; ipv4 = "203.0.113.0/24"; ea = 16; offset = 6; },' \
            ' { ipv6 = "2001:db8::/40";'


def reload(daemon, config):
    """Everybody works with the new configuration, whose generation is returned."""
    before = daemon.stats()["generation"]
    daemon.write_config(config)
    reply = daemon.ask("config-reload")
    assert reply["result"] == 0 and reply["arguments"]["generation"] == before + 1, reply
    wait_until("the workers to follow", lambda: all(worker["generation"] == before + 1
                                                    for worker in daemon.stats()["workers"]))
    return before + 1


def reload_under_traffic(lab):
    """30 reloads of CE and BR each while datagrams fly: generations go up, mappings stay, not one packet is lost."""
    hosts = ("h1", "h2", "h3")
    ce1, br = lab.daemons["ce1"], lab.daemons["br"]
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} flow {i}") for i in range(8)
                                       for host in hosts]) as flows:
        exchange(flows)
        arrived = {name: lab.ns[name].counter("Udp", "InDatagrams") for name in (*hosts, "srv")}
        begun = sum(flow.rounds for flow in flows)
        with Repeated(lambda: exchange(flows, window=16)) as talk:
            for i in range(30):
                done = talk.times
                reload(ce1, lab.config("ce1") + NAT % (200 + i))
                reload(br, edit(lab.config("br"), [(ONE_RULE, TWO_RULES)] if i % 2 == 0 else []))
                total = br.ask("rules-get")["arguments"]["total"]
                assert total == 2 - i % 2, f"the BR has {total} rules"
                wait_until("packets to go on", lambda: talk.times > done)    # pylint: disable=cell-var-from-loop
        asked = sum(flow.rounds for flow in flows) - begun
        assert sum(flow.repeated for flow in flows) == 0, "datagrams got lost"
    arrived = {name: lab.ns[name].counter("Udp", "InDatagrams") - count for name, count in arrived.items()}
    assert arrived["srv"] == asked == sum(arrived[host] for host in hosts), f"asked {asked}, arrived {arrived}"


def reload_by_signal(lab):
    """SIGHUP does the same."""
    ce2 = lab.daemons["ce2"]
    before = ce2.stats()["generation"]
    ce2.hang_up()
    wait_until("the next generation", lambda: ce2.stats()["generation"] == before + 1)


BROKEN = [("ea = 16", "ea = 99"), ("offset = 4", "offset = 4; colour = 1"), ("softwires = (", "softwires = ("  " = ("),
          ('br = "2001:db8:ffff::1"', 'br = "2001:db8:ffff::zz"')]


def broken_config_is_refused(lab):
    """A broken file is refused with its name and line, an unchangeable setting by its name; everything goes on."""
    ce1, good = lab.daemons["ce1"], lab.config("ce1")
    generation = ce1.stats()["generation"]
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns["h1"], "h1 goes on")]) as flows:
        for old, new in BROKEN:
            ce1.write_config(edit(good, [(old, new)]))
            lines = [number for number, line in enumerate(ce1.config_path.read_text(encoding="utf-8").splitlines(), 1)
                     if new in line]
            reply = ce1.ask("config-reload")
            assert reply["result"] != 0, f"{new} was taken"
            assert re.search(rf"{re.escape(str(ce1.config_path))}:{lines[-1]}: ", reply["text"]), (new, lines, reply)
            exchange(flows)
        ce1.write_config(edit(good, [("workers = 1", "workers = 2")]))
        reply = ce1.ask("config-reload")
        assert reply["result"] != 0 and "dpdk.workers" in reply["text"], reply
        exchange(flows)
        assert ce1.stats()["generation"] == generation
        assert reload(ce1, good) == generation + 1
        exchange(flows)


def second_daemon_refuses(lab):
    """A second mapedge with the same socket gives up and says why; the first one does not notice."""
    ce2 = lab.daemons["ce2"]
    process, log = ce2.spawn("-second")
    code = process.wait(timeout=30)
    said = log.read_text(encoding="utf-8")
    assert code == 1 and f"{ce2.socket_path}: another mapedge listens here" in said, f"exit code {code}: {said}"
    assert ce2.stats()["role"] == "ce"
    assert traffic.ping(lab.ns["h3"], SRV) == (3, 3)


def stale_socket_is_replaced(lab):
    """After SIGKILL the socket's file is left; the next start takes its place."""
    ce2 = lab.daemons["ce2"]
    ce2.kill()
    assert ce2.socket_path.is_socket(), "SIGKILL leaves the socket"
    ce2.start()
    ce2.wait_ready()
    assert ce2.stats()["generation"] == 1
    assert traffic.ping(lab.ns["h3"], SRV) == (3, 3)


# ---- two workers ----

INSIDE = {f"192.168.1.{number}": "h1" if number % 2 else "h2" for number in range(20, 28)}
WIDE_RULE = mape.Rule("2001:db8::/40", "192.0.2.0/24", ea=12, offset=6)      # PSID of 4 bits: 4032 ports
WIDE_PSID, WIDE_PREFIX = 3, "2001:db8:12:3000::/52"
NEIGHBOURS = "".join(f'      {{ address = "{address}"; mac = "{MAC[host + " eth0"]}"; }},\n'
                     for address, host in INSIDE.items())
TWO_WORKERS = {
    "ce1": [("workers = 1", "workers = 2"), ("framesz=2048", "framesz=2048,qpairs=2"),
            ("2001:db8:12:3400::/56", WIDE_PREFIX), ("ea = 16; offset = 4", "ea = 12; offset = 6"),
            ("neighbours = (\n", "neighbours = (\n" + NEIGHBOURS)],
    "br": [("ea = 16; offset = 4", "ea = 12; offset = 6")]}


def thousand_flows(lab):
    """1000 flows of eight inside addresses over two workers: every answer reaches its own host and port, whole."""
    lab.route_ipv6("ce1", WIDE_PREFIX)
    for address, host in INSIDE.items():
        lab.ns[host].run(f"ip address add {address}/24 dev eth0")
    hosts = ("h1", "h2")
    strays = [lab.ns[host].counter(*what) for host in hosts for what in (("Udp", "NoPorts"), ("Tcp", "OutRsts"))]
    sources = list(INSIDE.items())

    def flow(i):
        address, host = sources[i % len(sources)]
        kind = TCP if i % 5 == 0 else UDP
        return Flow(lab.ns[host], f"{address} flow {i}", kind, source=(address, 0))

    with Echo(lab.ns["srv"]), closing([flow(i) for i in range(1000)]) as flows:
        for _ in range(4):
            exchange(flows)
        assert sum(flow.repeated for flow in flows) == 0, "datagrams got lost"
        ends = {(i % 5 == 0, flow.external) for i, flow in enumerate(flows)}
        assert len(ends) == 1000, "two flows share an external port"
        assert {port for _, (_, port) in ends} <= set(WIDE_RULE.ports(WIDE_PSID))
        assert strays == [lab.ns[host].counter(*what) for host in hosts
                          for what in (("Udp", "NoPorts"), ("Tcp", "OutRsts"))], "answers reached somebody else"
    stats = lab.assert_balanced()["ce1"]
    assert stats["events"]["handoff"] > 0 and stats["drops"]["handoff_full"] == 0, stats
    assert all(worker["received"] > 0 and worker["sessions"] > 0 for worker in stats["workers"]), stats
    assert sum(worker["sessions"] for worker in stats["workers"]) == 1000, stats


# ---- other drivers, other peers ----

def small_tour(lab):
    with traffic.WebServer(lab.ns["srv"], SRV, lab.directory, size=2_000_000) as server:
        for host in ("h1", "h2"):
            assert traffic.ping(lab.ns[host], SRV) == (3, 3)
            assert traffic.curl(lab.ns[host], server.url, lab.directory / "fetched") == (2_000_000, server.sha256)
    lab.assert_balanced()


AF_XDP = 44
AF_PACKET = "net_af_packet%d,iface=%s,framecnt=4096,blocksz=65536,framesz=2048"


def with_driver(build, driver, **options):
    """CE1 on another driver: ping and curl."""
    changes = [(AF_PACKET % (i, name), f"{driver}{i},iface={name}") for i, name in enumerate(("lan", "wan"))]
    with Lab(build, sites=("ce1",), changes={"ce1": changes}, **options) as lab:
        small_tour(lab)
        labs.check_conservation("ce1", lab.daemons["ce1"].stop())


def with_taps(build):
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Skip("/dev/net/tun is not there or not for us")
    with_driver(build, "net_tap", taps=True)


def with_af_xdp(build):
    if not netns.is_real_root():
        raise Skip("AF_XDP needs root")
    try:
        socket.socket(AF_XDP, socket.SOCK_RAW).close()
    except OSError as error:
        raise Skip(f"this kernel has no AF_XDP: {error}") from error
    with_driver(build, "net_af_xdp")


def ask_kernel(namespace, command):
    """A setting that not every kernel, and not every user, may make."""
    done = namespace.run(command, check=False)
    if done.returncode != 0:
        raise Skip(f"{command.split(' dev')[0]}: {done.stderr.strip()}")


def softwire_of_the_kernel(namespace, local, remote, towards, device, source=""):
    """IPv4 `towards` leaves in IPv6 from local to remote; IPv4 in IPv6 to local is unwrapped.

    Segment routing with a single segment writes no routing header, so it is plain IPv4-in-IPv6 (RFC 2473).
    """
    for name in "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding":
        namespace.sysctl(name, 1)
    for scope in "all", "default", device:
        namespace.sysctl(f"net.ipv4.conf.{scope}.rp_filter", 0)
    ask_kernel(namespace, f"ip sr tunsrc set {local}")
    ask_kernel(namespace, f"ip route add {towards} encap seg6 mode encap.red segs {remote} dev {device} {source}")
    ask_kernel(namespace, f"ip -6 route add {local}/128 encap seg6local action End.DX4 nh4 0.0.0.0 dev {device}")


def kernel_as_ce(build):
    """Linux as a third CE on the same address, through our BR: ping, UDP, TCP."""
    with Lab(build, sites=()) as lab:
        ports = RULE.ports(0x36)
        map_address = RULE.map_address(V4, ports[0])
        ce3 = lab.add_namespace("ce3", ipv6=True)
        lab.cable("ce3", "wan", "core", "ce3")
        lab.route_ipv6("ce3", "2001:db8:12:3600::/56")
        ce3.run(f"ip address add {V4}/32 dev lo")
        ce3.run("ip address add fe80::2/64 dev wan nodad")
        ce3.run(f"ip neighbour add fe80::1 lladdr {MAC['core ce3']} dev wan nud permanent")
        ce3.run("ip -6 route add default via fe80::1 dev wan")
        softwire_of_the_kernel(ce3, map_address, BR6, "198.51.100.0/24", "wan", source=f"src {V4}")

        done = ce3.run(f"ping -n -q -i 0.1 -W 5 -c 3 -e {ports[5]} -I {V4} {SRV}")
        assert " 3 received" in done.stdout, done.stdout
        with Echo(lab.ns["srv"]), closing([Flow(ce3, f"kernel {kind} {port}", kind, source=(V4, port))
                                           for port in random.sample(ports, 10) for kind in (UDP, TCP)]) as flows:
            for _ in range(3):
                exchange(flows)
        stats = lab.assert_balanced()["br"]
        assert not any(stats["drops"].values()), stats["drops"]


def kernel_as_br(build):
    """Linux as the BR of CE1: ping, UDP, TCP."""
    with Lab(build, sites=("ce1",)) as lab:
        lab.daemons["br"].stop()
        br = lab.ns["br"]
        for interface, mac in ("map", MAC["br map"]), ("inet", MAC["br inet"]):
            br.run(f"ip link set dev {interface} address {mac} up")
        for scope in "all", "default", "map":
            br.sysctl(f"net.ipv6.conf.{scope}.disable_ipv6", 0)
        br.run("ip address add fe80::2/64 dev map nodad")
        br.run(f"ip neighbour add fe80::1 lladdr {MAC['core br']} dev map nud permanent")
        br.run("ip -6 route add default via fe80::1 dev map")
        br.run("ip address add 198.51.100.1/24 dev inet")
        softwire_of_the_kernel(br, BR6, RULE.map_address(V4, min(ports_of("ce1"))), f"{V4}/32", "map")

        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} {kind} {i}", kind) for i in range(5)
                                           for host in ("h1", "h2") for kind in (UDP, TCP)]) as flows:
            for _ in range(3):
                exchange(flows)
        stats = lab.assert_balanced()["ce1"]
        assert not any(stats["drops"].values()), stats["drops"]


# ---- the run ----

# In one lab, in this order.
CASES = [("ping", demo.step_ping), ("dns", demo.step_dns), ("http: ten megabytes", demo.step_curl),
         ("iperf3 both ways", demo.step_iperf3), ("tcp: 230 connections in all ranges", demo.step_all_ranges),
         ("spoofed packet dies at the BR", demo.step_spoof), ("nat: every port is used, none more", every_port_is_used),
         ("same server at once", same_server_at_once), ("hairpin through the BR", hairpin),
         ("mixed load is conserved", mixed_load), ("reload under traffic loses nothing", reload_under_traffic),
         ("reload by signal", reload_by_signal), ("broken config is refused", broken_config_is_refused),
         ("second daemon on one socket refuses", second_daemon_refuses),
         ("stale socket is replaced", stale_socket_is_replaced), ("sigterm ends well", demo.step_stop)]


def balanced_after(function):
    def run(lab):
        function(lab)
        lab.assert_balanced()

    return run


def standard_lab(tap, build):
    with Lab(build) as lab:
        for name, function in CASES:
            tap.case(name, balanced_after(function), lab, logs=lab.logs)


def two_workers(build):
    with Lab(build, sites=("ce1",), changes=TWO_WORKERS) as lab:
        thousand_flows(lab)
        labs.check_conservation("ce1", lab.daemons["ce1"].stop())


def main():
    parser = argparse.ArgumentParser(description="mapedge in network namespaces, as TAP.")
    parser.add_argument("--build", default=labs.default_build(), help="where meson has built")
    parser.add_argument("words", nargs="*", help="only cases whose name has one of these")
    arguments = parser.parse_args()
    begin = time.monotonic()
    tap = Tap(arguments.words)
    try:
        labs.require_rights("ping", "curl", "iperf3", "dnsmasq", "dig")
        if any(tap.wants(name) for name, _ in CASES):
            standard_lab(tap, arguments.build)
        tap.case("two workers: a thousand flows", two_workers, arguments.build)
        tap.case("ports of net_tap", with_taps, arguments.build)
        tap.case("ports of net_af_xdp", with_af_xdp, arguments.build)
        tap.case("the kernel as CE of our BR", kernel_as_ce, arguments.build)
        tap.case("the kernel as BR of our CE", kernel_as_br, arguments.build)
    except netns.Unavailable as missing:
        print(f"1..0 # SKIP {missing}")
        return 2
    print(f"# {time.monotonic() - begin:.0f} s")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
