#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mapedge with real programs and kernels around it, in network namespaces, as TAP. See lab.py for the lab.

Usage: smoke.py [--build DIR] [--half path|line] [--again] [WORD…]      only the cases whose name has one of the words
"""
import argparse
import sys
import time

sys.dont_write_bytecode = True
import changing
import clients
import clock
import conservation
import control
import demo
import forward
import fragments
import hostside
import lab as labs
import lan
import napt
import linuxside
import metrics
import networks
import netns
import peers
import probing
import provision
import provision_http
import provision_wan
import registration
import scenarios
import sharing
import swap
import tracing
import workers
from lab import Lab
from tap import Tap

# In one lab, in this order: a closed TCP connection keeps its port of the 240 for four minutes.
CASES = [
    ("ping", demo.step_ping),
    ("dns", demo.step_dns),
    ("http: ten megabytes", demo.step_curl),
    ("iperf3 both ways", demo.step_iperf3),
    ("tcp: 230 connections in all ranges", demo.step_all_ranges),
    ("spoofed packet dies at the BR (MAPE-34)", demo.step_spoof),
    ("nat: every port is used, none more", sharing.every_port_is_used),
    ("drained before maintenance", sharing.drained),
    ("same server at once", sharing.same_server_at_once),
    ("hairpin through the BR", sharing.hairpin),
    ("mixed load is conserved", conservation.mixed_load),
    ("metrics: scraped after traffic (OPS-01)", metrics.scrape),
    ("logs know no flows (OPS-07)", control.logs_know_no_flows),
    ("reload under traffic loses nothing", control.reload_under_traffic),
    ("packets of a live session are explained", control.live_packets_explained),
    ("reload by signal", control.reload_by_signal),
    ("broken config is refused", control.broken_config_is_refused),
    ("second daemon on one socket refuses", control.second_daemon_refuses),
    ("stale socket is replaced", control.stale_socket_is_replaced),
    ("sigterm ends well", demo.step_stop),
]

# Each in a lab of its own, like all below.
PATH_CASES = [
    ("two workers: a thousand flows", workers.two_workers),
    ("four workers: every port for one host", workers.every_port_of_one_host),
    ("four workers: answers to one host's borrowed ports", workers.answers_to_one_host),
    ("rules swap under load, one worker (OPS-13)", swap.one_worker),
    ("rules swap under load, two workers (OPS-13)", swap.two_workers),
    ("ports of net_tap, two workers", peers.with_taps),
    ("ports of net_af_xdp", peers.with_af_xdp),
    ("the kernel as CE of our BR", peers.kernel_as_ce),
    ("the kernel as BR of our CE", peers.kernel_as_br),
    *fragments.CASES,
    *napt.CASES,
    *changing.CASES,
    *clients.CASES,
    *tracing.CASES,
    *hostside.CASES,
    *forward.CASES,
]

# These mostly wait: for a server, a router, or the end of a lifetime.
LINE_CASES = [
    *provision.CASES,
    *provision_wan.CASES,
    *scenarios.CASES,
    *probing.CASES,
    *provision_http.CASES,
    *clock.CASES,
    *registration.CASES,
    *lan.CASES,
    *linuxside.CASES,
    *networks.CASES,
]


def balanced_after(function, lab):
    try:
        function(lab)
        lab.assert_balanced()
    except Exception as error:
        error.add_note(lab.last_words())
        raise


def standard_lab(tap, build):
    if not tap.wants_any([name for name, _ in CASES]):
        return
    try:
        with Lab(build) as lab:
            for name, function in CASES:
                tap.case(name, balanced_after, function, lab)
    except AssertionError as error:
        tap.report("the lab", error, is_last=True)


def cases_of(half):
    return {"path": PATH_CASES, "line": LINE_CASES, None: PATH_CASES + LINE_CASES}[half]


def run(tap, arguments):
    if arguments.half != "line":
        standard_lab(tap, arguments.build)
        hostside.run(tap, arguments.build)
    for name, function in cases_of(arguments.half):
        tap.case(name, function, arguments.build)


def main():
    parser = argparse.ArgumentParser(description="mapedge in network namespaces, as TAP.")
    parser.add_argument("--build", default=labs.default_build(), help="where meson has built")
    parser.add_argument("--half", choices=("path", "line"), help="only what packets do, or only what a line says; default: both")
    parser.add_argument("--again", action="store_true", help="try what failed a second time, when the others are done")
    parser.add_argument("words", nargs="*", help="only cases whose name has one of these")
    arguments = parser.parse_args()
    begin = time.monotonic()
    tap = Tap(arguments.words, second_chance=arguments.again)
    try:
        labs.require_rights("ping", "curl", "iperf3", "dnsmasq", "dig", "traceroute", "tcpdump", "turnserver", "sipp", "kea-dhcp6", "radvd", "chronyd", "tshark", "dhclient")
        run(tap, arguments)
        if arguments.again and tap.second_round():
            run(tap, arguments)
    except netns.Unavailable as missing:
        print(f"1..0 # SKIP {missing}")
        return 2
    print(f"# {time.monotonic() - begin:.0f} s")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
