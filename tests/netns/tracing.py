# SPDX-License-Identifier: BSD-3-Clause
"""Case: the ways of packets are shown while packets flow."""
import json
import subprocess

from lab import H1, Lab, grown
from traffic import TCP, Echo, Flow, Repeated, closing, exchange

FOUR_WORKERS = {"ce1": [("workers = 1", "workers = 4"), ("framesz=2048", "framesz=2048,qpairs=4")]}
TRACES, PACKETS = 20, 50


def traced(lab, *words):
    done = subprocess.run([lab.build / "app" / "mapedgectl" / "mapedgectl", "trace", "-s", lab.daemons["ce1"].socket_path, "--json", *words],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def live_traces(build):
    """Twenty traces of a CE with four workers under load (OPS-01): each packet's steps are shown, and no packet is lost for it."""
    with Lab(build, sites=("ce1",), changes=FOUR_WORKERS) as lab, Echo(lab.ns["srv"]):
        ce = lab.daemons["ce1"]
        flows = [Flow(lab.ns["h1"], f"udp {i}") for i in range(60)] + [Flow(lab.ns["h1"], f"tcp {i}", TCP) for i in range(60)]
        with closing(flows):
            exchange(flows)
            before, ways = ce.stats(), []
            with Repeated(lambda: exchange(flows)) as talk:
                for i in range(TRACES):
                    ways += traced(lab, "add", "lan", str(PACKETS), "src", "host", H1) if i % 2 == 0 else traced(lab, "add", "wan", str(PACKETS))
                    talk.check()
            assert sum(flow.repeated for flow in flows) == 0, "a datagram was lost"
            after = ce.stats()
        assert len(ways) == TRACES * PACKETS
        assert all(way["came"].startswith(f"{H1}:") for way in ways if way["interface"] == "lan"), "others than those wanted"
        assert all(way["steps"] and way["steps"][0]["depth"] == 0 for way in ways)
        assert {way["worker"] for way in ways} == {0, 1, 2, 3}
        verdicts = {(way["interface"], way["verdict"]) for way in ways}
        assert {("lan", "sent"), ("wan", "sent"), ("lan", "handed over")} <= verdicts and not any(verdict == "dropped" for _, verdict in verdicts), verdicts
        sent = [way["went"] for way in ways if (way["interface"], way["verdict"]) == ("lan", "sent")]
        assert all(" | 192.0.2.18:" in went for went in sent), sent[0]
        assert not grown(before["drops"], after["drops"])
        lab.assert_balanced()


CASES = [("twenty live traces under load (OPS-01)", live_traces)]
