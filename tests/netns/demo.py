#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The tour of mapedge: two homes share one IPv4 address over an IPv6 network, and every claim is checked.

Usage: demo.py [--build DIR]        DIR: where meson has built, default $BUILD or build/
INTERACTIVE=1 demo.py               leaves the lab standing afterwards, until Ctrl-C

Root or not: an ordinary user gets namespaces of his own. No network card is touched. Exit code 0: all steps passed.
"""
import argparse
import os
import signal
import sys
import time
from collections import Counter

sys.dont_write_bytecode = True
import lab as labs
import netns
import traffic
from lab import BR6, RULE, SRV, V4, mape, ports_of

PICTURE = """
     h1 192.168.1.10 ──┐
                       ├─── CE1 ═══════╗
     h2 192.168.1.11 ──┘   PSID 0x34   ║
                                     core ═══════ BR ─────── srv 198.51.100.9
                                       ║
     h3 192.168.2.10 ────── CE2 ═══════╝
                           PSID 0x35

     ── IPv4    ══ IPv6 only, with the IPv4 packets inside       CE1, CE2, BR: mapedge
     Both homes are 192.0.2.18 in the Internet; the port tells them apart: 240 ports for each, in 15 ranges.
"""
DARK, BOLD, GREEN, RED, PLAIN = "\033[2m", "\033[1m", "\033[32m", "\033[31m", "\033[0m"


class Screen:
    def __init__(self):
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._number = 0
        self.failed = 0

    def paint(self, colour, text):
        return f"{colour}{text}{PLAIN}" if self._colours else text

    def say(self, text, colour=""):
        for line in text.splitlines() or [""]:
            print(self.paint(colour, "     " + line if line else ""), flush=True)

    def step(self, title, function, lab, *args):
        """Runs one step of a lab; what it returns is shown below its title, the logs if it fails."""
        self._number += 1
        print(f" {self.paint(BOLD, f'{self._number:2d}  {title:<66}')}", end="", flush=True)
        begin = time.monotonic()
        try:
            seen, mark, colour = function(lab, *args), "✔", GREEN
        except Exception as error:  # whatever it is, the step has failed, and the tour goes on
            seen, mark, colour = f"{type(error).__name__}: {error}", "✘", RED
            self.failed += 1
        print(self.paint(colour, mark), self.paint(DARK, f"{time.monotonic() - begin:4.1f} s"))
        self.say(seen)
        if mark == "✘":
            self.say(lab.last_words(), DARK)
        print(flush=True)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


# ---- the steps: each asserts, and returns what it saw ----

def step_ping(lab):
    seen = []
    for host, way in ("h1", "CE1"), ("h2", "CE1"), ("h3", "CE2"):
        sent, received = traffic.ping(lab.ns[host], SRV)
        check(received == sent, f"{host}: {received} of {sent} answers")
        seen.append(f"{host} through {way}: {received} of {sent}")
    return "    ".join(seen)


def step_dns(lab):
    with traffic.DnsServer(lab, SRV) as server:
        answer = traffic.dig(lab.ns["h1"], SRV, server.NAME)
        check(answer == server.ADDRESS, f"dig got {answer!r}, not {server.ADDRESS}")
        return f"h1: dig @{SRV} {server.NAME}: {answer}"


def step_curl(lab):
    with traffic.WebServer(lab.ns["srv"], SRV, lab.directory, size=10_000_000) as server:
        size, digest = traffic.curl(lab.ns["h2"], server.url, lab.directory / "fetched")
        check((size, digest) == (10_000_000, server.sha256), f"got {size} bytes with SHA-256 {digest}")
        return f"h2: curl {server.url}: {size:,} bytes, SHA-256 {digest[:16]}… as the server has it"


def step_iperf3(lab):
    seen = []
    for way, reverse in ("up", False), ("down", True):
        received, gigabits = traffic.iperf3(lab, "h1", seconds=2, reverse=reverse)
        check(received > 0, f"nothing received on the way {way}")
        seen.append(f"{way} {gigabits:.2f} Gbit/s")
    return f"h1: {'    '.join(seen)}    (ordinary veth pairs; all programs share this machine's CPUs)"


def step_two_homes(lab):
    with traffic.Echo(lab.ns["srv"]), traffic.closing([traffic.Flow(lab.ns[host], host)
                                                       for host in ("h1", "h3")]) as flows:
        traffic.exchange(flows)
    seen = {flow.name: flow.external for flow in flows}
    for host, site in ("h1", "ce1"), ("h3", "ce2"):
        check(seen[host][0] == V4 and seen[host][1] in ports_of(site), f"the server saw {host} as {seen[host]}")
    return "    ".join(f"srv sees {host} as {address}:{port}" for host, (address, port) in seen.items())


def step_all_ranges(lab, count=230):
    def connections():
        return [traffic.Flow(lab.ns["h1" if i % 2 else "h2"], f"connection {i}", traffic.TCP)
                for i in range(count)]

    def from_ce1(segment):
        return segment.src == V4 and segment.dport == traffic.ECHO_PORT and traffic.is_first_syn(segment)

    with traffic.Sniffer(lab.ns["srv"], "eth0", from_ce1) as wire:
        with traffic.Echo(lab.ns["srv"]), traffic.closing(connections()) as flows:
            traffic.exchange(flows)                      # they stay open until the last one has got its answer
    ports = {segment.sport for segment in wire.segments}
    check(len(ports) == count, f"{len(ports)} source ports on the wire")
    check(ports <= ports_of("ce1"), f"not of CE1's set: {sorted(ports - ports_of('ce1'))}")
    ranges = Counter(port // 16 * 16 for port in ports)
    check(len(ranges) == 15, f"only {len(ranges)} ranges: {ranges}")
    cells = [f"{first:5d}-{first + 15:5d} {'█' * (used // 2) + '▌' * (used % 2):<8} {used:2d}"
             for first, used in sorted(ranges.items())]
    rows = ["   ".join(f"{cell:<23}" for cell in cells[i::5]) for i in range(5)]
    return f"{count} connections open at once, {len(ports)} source ports seen by srv in all 15 ranges of 16:\n" \
        + "\n".join(rows)


def step_spoof(lab):
    """CE1's line uses a port of CE2: the address is right, the port is not, and an IPv6 filter cannot see it."""
    own, stolen = min(ports_of("ce1")), min(ports_of("ce2"))
    outer = RULE.map_address(V4, own)
    listener = lab.ns["srv"].socket(traffic.UDP)
    listener.bind((SRV, 9009))
    before = lab.daemons["br"].stats()["drops"]["spoof_v4"]
    with traffic.Sniffer(lab.ns["srv"], "eth0", lambda segment: segment.dport == 9009) as wire:
        for port in stolen, own:
            packet = mape.tunnel(outer, BR6, mape.udp(V4, port, SRV, 9009))
            traffic.send_frame(lab.ns["core"], "br", labs.MAC["br map"], labs.MAC["core br"], 0x86dd, packet)
        listener.settimeout(10)
        came_from = listener.recvfrom(100)[1][1]         # what was sent last has arrived, so all has
    listener.close()
    dropped = lab.daemons["br"].stats()["drops"]["spoof_v4"] - before
    ports = [segment.sport for segment in wire.segments]
    check(came_from == own and ports == [own], f"srv has got packets from ports {ports}")
    check(dropped == 1, f"spoof_v4 has gone up by {dropped}")
    return f"outer source {outer} (CE1)\n" \
           f"inner source {V4}:{stolen} is CE2's: dropped by the BR, spoof_v4 +1, nothing at srv\n" \
           f"inner source {V4}:{own} is its own: arrives"


def step_counters(lab, screen):
    stats = lab.assert_balanced()
    lines = [f"{'':5}{'received':>12}{'created':>10}{'transmitted':>14}{'dropped':>10}{'held':>7}"]
    for name, one in stats.items():
        sums = one["conservation"]
        drops = ", ".join(f"{reason} {count}" for reason, count in one["drops"].items() if count)
        lines.append(f"{name.upper():5}{sums['received']:>12,}{sums['created']:>10,}{sums['transmitted']:>14,}"
                     f"{sums['dropped']:>10,}{sums['held']:>7}   {screen.paint(GREEN, 'balanced')}"
                     + (f", {drops}" if drops else ""))
    lines.append("every packet is accounted for: received + created = transmitted + dropped + held")
    return "\n".join(lines)


def step_stop(lab):
    for name, daemon in lab.daemons.items():
        stats = daemon.stop()
        labs.check_conservation(name, stats)
    return "SIGTERM: each ended with exit code 0, and its last words were balanced statistics"


# ---- the tour ----

def tour(screen, lab):
    screen.step("ping: from every host to the server", step_ping, lab)
    screen.step("DNS over UDP", step_dns, lab)
    screen.step("HTTP: ten megabytes, byte for byte", step_curl, lab)
    screen.step("iperf3: TCP, two seconds each way", step_iperf3, lab)
    screen.step("Two homes, one IPv4 address, one server", step_two_homes, lab)
    screen.step("230 TCP connections through 240 ports", step_all_ranges, lab)
    screen.step("A forged packet: CE1's address, CE2's port", step_spoof, lab)
    screen.step("Conservation", step_counters, lab, screen)


def nsenter(lab, name):
    if netns.is_real_root():
        return f"nsenter --net={lab.ns[name].path} bash"
    return f"nsenter --preserve-credentials --user --target {os.getpid()} nsenter --net={lab.ns[name].path} bash"


def leave_standing(screen, lab):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    screen.say("The lab stands. To enter a namespace, in another terminal:")
    for name in lab.ns:
        screen.say(f"  {name:<5} {nsenter(lab, name)}")
    screen.say("\nTo ask a daemon; its log and configuration lie beside its socket:")
    for daemon in lab.daemons.values():
        screen.say(f"  {daemon.name:<5} {lab.build}/app/mapedgectl/mapedgectl -s {daemon.socket_path}")
    screen.say(f"\nTo take it down: Ctrl-C here, or kill {os.getpid()}")
    try:
        signal.pause()
    except KeyboardInterrupt:
        netns.ignore_signals()
        print()


def run(screen, build):
    begin, lab = time.monotonic(), labs.Lab(build)
    print(screen.paint(BOLD, "\n mapedge: MAP-E, RFC 7597, CE and BR on DPDK\n"))
    print(PICTURE.strip("\n"), "\n", flush=True)
    try:
        with lab:
            screen.say(f"Up after {time.monotonic() - begin:.1f} s: {len(lab.ns)} network namespaces, three daemons, "
                       + ("huge pages" if "--in-memory" in lab.daemons["br"].eal else "ordinary memory")
                       + ("" if netns.is_real_root() else ", no root") + ".\n")
            tour(screen, lab)
            if os.environ.get("INTERACTIVE", "0") not in ("", "0"):
                leave_standing(screen, lab)
            screen.step("The end of the daemons", step_stop, lab)
    except AssertionError as error:
        screen.failed += 1
        screen.say(f"The lab does not come up: {error}", RED)
        screen.say("\n".join(error.__notes__), DARK)
    verdict = "all steps passed" if screen.failed == 0 else f"{screen.failed} failed"
    print(screen.paint(GREEN if screen.failed == 0 else RED, f" {verdict}, {time.monotonic() - begin:.0f} s"))


def main():
    parser = argparse.ArgumentParser(description="The tour of mapedge, in network namespaces.")
    parser.add_argument("--build", default=labs.default_build(), help="where meson has built")
    arguments = parser.parse_args()
    screen = Screen()
    try:
        labs.require_rights("ping", "curl", "iperf3", "dnsmasq", "dig")
        run(screen, arguments.build)
    except netns.Unavailable as missing:
        print(f"demo: {missing}", file=sys.stderr)
        return 2
    return 1 if screen.failed else 0


if __name__ == "__main__":
    sys.exit(main())
