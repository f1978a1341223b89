# SPDX-License-Identifier: BSD-3-Clause
"""Cases: what a scraper gets of boxes that have carried traffic."""
import json
import subprocess
import sys

from lab import ROOT
from traffic import TCP, UDP, Echo, Flow, closing, exchange

sys.path.append(str(ROOT / "tests" / "cli"))
import metrics_text  # noqa: E402


def fetch(daemon, page):
    command = ["curl", "-sS", "--fail", "--unix-socket", daemon.http_path, f"http://mapedge{page}"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=20, check=True).stdout


def scrape(lab):
    """All numbers of stats-get are in the text, at rest; used ports are where ports.json says (OPS-01)."""
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns["h1"], f"flow {i}", TCP if i % 2 else UDP) for i in range(20)]) as flows:
        exchange(flows)
        stats = lab.settled_stats()
        for name, daemon in lab.daemons.items():
            samples = metrics_text.compare(fetch(daemon, "/metrics"), stats[name], ROOT)
            assert name == "ce2" or samples[metrics_text.series("packets_received_total")] > 0, name
        ce1 = lab.daemons["ce1"]
        used = stats["ce1"]["nat"]["ports"]
        ranges = json.loads(fetch(ce1, "/ports.json"))["ranges"]
        for space in "tcp", "udp", "icmp":
            told = sum(one[f"{space}_used"] for one in ranges)
            assert told == used[space]["used"], f"{space}: {told} by range, {used[space]['used']} in all"
        assert used["tcp"]["used"] >= 10 <= used["udp"]["used"], used
        samples = metrics_text.parse(fetch(ce1, "/metrics"))
        assert samples[metrics_text.series("softwire_state", softwire="map0", state="silent")] == 0
