# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE with several workers."""
import lab as labs
import sharing
from lab import MAC, Lab, mape
from traffic import TCP, UDP, Echo, Flow, closing, exchange

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


def every_port_of_one_host(build):
    """One host uses all 240 ports, though each of four workers has but 60 of its own (NAT-03, NAT-30)."""
    changes = {"ce1": [("workers = 1", "workers = 4"), ("framesz=2048", "framesz=2048,qpairs=4")]}
    with Lab(build, sites=("ce1",), changes=changes) as lab:
        sharing.every_port_is_used(lab)
        labs.check_conservation("ce1", lab.daemons["ce1"].stop())


def answers_to_one_host(build):
    """200 flows of one host on the ports of all four workers: every answer reaches it, whoever's the port is (NAT-03)."""
    changes = {"ce1": [("workers = 1", "workers = 4"), ("framesz=2048", "framesz=2048,qpairs=4")]}
    with Lab(build, sites=("ce1",), changes=changes) as lab:
        with Echo(lab.ns["srv"]), closing([Flow(lab.ns["h1"], f"flow {i}") for i in range(200)]) as flows:
            exchange(flows)
        stats = lab.daemons["ce1"].stop()
        assert sum(stats["drops"].values()) == 0, stats["drops"]
        labs.check_conservation("ce1", stats)


def two_workers(build):
    with Lab(build, sites=("ce1",), changes=TWO_WORKERS) as lab:
        thousand_flows(lab)
        labs.check_conservation("ce1", lab.daemons["ce1"].stop())
