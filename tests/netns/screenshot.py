#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of the status page of a CE that carries traffic. Needs chromium and socat.

Usage: screenshot.py [--build DIR] [--seconds N] [--out DIR]      docs/img/status-page.png and its dark and Japanese sisters
"""
import argparse
import random
import sys
import time
from pathlib import Path
from subprocess import Popen

sys.dont_write_bytecode = True
import lab as labs
import netns
import traffic
from browser import Browser

PICTURES = {"status-page": {}, "status-page-dark": {"scheme": "dark"}, "status-page-ja": {"language": "ja"}}
PORT = 19597


def use(lab, seconds):
    """Flows come and go, some bytes flow, and a few packets that deserve it are dropped."""
    end, flows, chance = time.monotonic() + seconds, [], random.Random(7)
    with traffic.WebServer(lab.ns["srv"], labs.SRV, lab.directory, size=3_000_000) as server, traffic.Echo(lab.ns["srv"]):
        while time.monotonic() < end:
            wanted = 60 + 50 * ((time.monotonic() // 40) % 2)
            while len(flows) < wanted:
                kind = traffic.TCP if chance.random() < 0.3 and len(flows) < 70 else traffic.UDP
                flows.append(traffic.Flow(lab.ns[chance.choice(("h1", "h2"))], f"flow {len(flows)}", kind))
            traffic.exchange(flows, window=32)
            if chance.random() < 0.5:
                traffic.curl(lab.ns["h1"], server.url, lab.directory / "fetched")
            if chance.random() < 0.3:
                traffic.send_frame(lab.ns["core"], "ce1", labs.MAC["ce1 wan"], labs.MAC["core ce1"], 0x86dd,
                                   labs.mape.tunnel(labs.BR6, labs.RULE.map_address(labs.V4, min(labs.ports_of("ce1"))),
                                                    labs.mape.udp(labs.SRV, 53, labs.V4, chance.choice((5000, 9030, 62280)))))
            traffic.ping(lab.ns["h2"], labs.SRV, count=1)
            time.sleep(chance.random())
    for flow in flows:
        flow.close()


def take_all(out):
    with Browser() as browser:
        for name, how in PICTURES.items():
            browser.open(f"http://127.0.0.1:{PORT}/", **how)
            browser.wait_for("document.querySelectorAll('#softwires td')[1]?.textContent.includes('bit/s')")
            browser.screenshot(out / f"{name}.png")
        assert not browser.complaints, browser.complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=labs.default_build())
    parser.add_argument("--seconds", type=int, default=620)
    parser.add_argument("--out", type=Path, default=labs.ROOT / "docs" / "img")
    options = parser.parse_args()
    labs.require_rights("chromium", "socat")
    options.out.mkdir(parents=True, exist_ok=True)
    with labs.Lab(options.build, sites=("ce1",), changes={"ce1": [("workers = 1", "workers = 2"), ("framesz=2048", "framesz=2048,qpairs=2")]}) as lab:
        use(lab, options.seconds)
        bridge = Popen(["socat", f"TCP-LISTEN:{PORT},bind=127.0.0.1,fork,reuseaddr", f"UNIX-CONNECT:{lab.daemons['ce1'].http_path}"])
        try:
            take_all(options.out)
        finally:
            bridge.terminate()
            bridge.wait()


if __name__ == "__main__":
    try:
        main()
    except netns.Unavailable as error:
        sys.exit(str(error))
