# SPDX-License-Identifier: BSD-3-Clause
"""Cases: other drivers below the CE, and Linux as the other end of the softwire."""
import os
import random
import socket

import lab as labs
import netns
import traffic
from lab import BR6, MAC, RULE, SRV, V4, Lab, ports_of
from tap import Skip
from traffic import TCP, UDP, Echo, Flow, closing, exchange


def small_tour(lab):
    with traffic.WebServer(lab.ns["srv"], SRV, lab.directory, size=2_000_000) as server:
        for host in ("h1", "h2"):
            assert traffic.ping(lab.ns[host], SRV) == (3, 3)
            assert traffic.curl(lab.ns[host], server.url, lab.directory / "fetched") == (2_000_000, server.sha256)
    lab.assert_balanced()


AF_XDP = 44
AF_PACKET = "net_af_packet%d,iface=%s,framecnt=4096,blocksz=65536,framesz=2048"


def with_driver(build, driver, workers=1, **options):
    """CE1 on another driver: ping and curl."""
    changes = [(AF_PACKET % (i, name), f"{driver}{i},iface={name}") for i, name in enumerate(("lan", "wan"))]
    changes.append(("workers = 1", f"workers = {workers}"))
    with Lab(build, sites=("ce1",), changes={"ce1": changes}, **options) as lab:
        small_tour(lab)
        labs.check_conservation("ce1", lab.daemons["ce1"].stop())


def with_taps(build):
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Skip("/dev/net/tun is not there or not for us")
    with_driver(build, "net_tap", workers=2, taps=True)


def need_af_xdp():
    if not netns.is_real_root():
        raise Skip("AF_XDP needs root")
    try:
        socket.socket(AF_XDP, socket.SOCK_RAW).close()
    except OSError as error:
        raise Skip(f"this kernel has no AF_XDP: {error}") from error


def with_af_xdp(build):
    need_af_xdp()
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


def kernel_in_place_of_br(lab):
    """The BR's daemon ends, and its kernel has its addresses and neighbours. The namespace."""
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
    return br


def kernel_as_br(build):
    """Linux as the BR of CE1: ping, UDP, TCP."""
    with Lab(build, sites=("ce1",)) as lab:
        softwire_of_the_kernel(kernel_in_place_of_br(lab), BR6, RULE.map_address(V4, min(ports_of("ce1"))), f"{V4}/32", "map")

        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} {kind} {i}", kind) for i in range(5)
                                           for host in ("h1", "h2") for kind in (UDP, TCP)]) as flows:
            for _ in range(3):
                exchange(flows)
        stats = lab.assert_balanced()["ce1"]
        assert not any(stats["drops"].values()), stats["drops"]
