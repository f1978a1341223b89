# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE whose workers forward native IPv6, with what Linux has learnt about neighbours and routes.

    h1 2001:db8:12:3401::10 --- lan-port [ CE: lan, wan ] wan-port --- core: the provider's router, Kea --- far 2400:cb00::9
                                mtu 1400

The line is that of provision.py, so the WAN has no address but a link-local one. Linux in the CE's namespace forwards nothing:
what arrives has gone through the workers.
"""
import contextlib
import ipaddress
import json
import re
import subprocess

import hostside
import traffic
from control import reload
from daemon import edit, wait_until
from hostside import Wire, gain, to_host
from lab import MAC, RULE, SRV, V4
from provision import LineLab
from traffic import UDP, Echo, send_frame

import mape

MAC.update({"core far": "02:00:00:00:06:12", "far eth0": "02:00:00:00:06:19"})
HOST, CE, FAR, FAR_ROUTER = "2001:db8:12:3401::10", "2001:db8:12:3401::1", "2400:cb00::9", "2400:cb00::1"
OPEN = ('role = "ce";', 'role = "ce"; ipv6_forward = "open"; ipv6_martians = [ "unique-local", "site-local" ];')
LAN_MTU = ('role = "lan";', 'role = "lan"; mtu = 1400;')
UNREACHABLE = 1


class ForwardLab(LineLab):
    """The lab above, once its softwire is up."""

    def __init__(self, build, *changes):
        super().__init__(build, changes=[OPEN, LAN_MTU, *changes])

    def _build_line(self):
        super()._build_line()
        host, core, far = self.ns["h1"], self.ns["core"], self.add_namespace("far", ipv6=True)
        for name in "all", "default", "eth0":
            host.sysctl(f"net.ipv6.conf.{name}.disable_ipv6", 0)
        host.run("ip link set dev eth0 mtu 1400")
        host.run(f"ip address add {HOST}/64 dev eth0 nodad")
        host.run(f"ip -6 route add default via {CE} dev eth0")
        self.cable("core", "far", "far", "eth0")
        core.run("ip address add fe80::1/64 dev far nodad")    # without one it cannot ask for neighbours
        core.run(f"ip address add {FAR_ROUTER}/64 dev far nodad")
        far.run(f"ip address add {FAR}/64 dev eth0 nodad")
        far.run(f"ip -6 route add default via {FAR_ROUTER} dev eth0")

    def __enter__(self):
        super().__enter__()
        try:
            self.serve()
            self.switch_on()
            self.wait_softwire(configured=True)
            self.in_ce(f"ip address add {CE}/64 dev lan nodad")
            wait_until("the way out and back", lambda: " 1 received" in ping6(self.ns["h1"], FAR, "-c", "1"))
        except BaseException as error:
            error.add_note(self.last_words())
            self.close()
            raise
        return self

    def in_ce(self, command):
        return self.ns["ce"].run(command).stdout

    def from_far(self, packet):
        send_frame(self.ns["core"], "line", MAC["ce wan-port"], MAC["core line"], 0x86dd, packet)

    def from_host(self, packet):
        send_frame(self.ns["h1"], "eth0", MAC["ce lan-port"], MAC["h1 eth0"], 0x86dd, packet)

    def ce_stats(self):
        return self.settled_stats()["ce"]


def ping6(namespace, target, *options):
    return namespace.run(["ping", "-6", "-n", "-i", "0.1", "-W", "5", *options, target], check=False).stdout


def errors_in(frames):
    """(source, type, code) of the ICMPv6 errors among frames."""
    return [(str(ipaddress.IPv6Address(frame[22:38])), frame[54], frame[55]) for frame in frames
            if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] < 128]


def crosses(build):
    """FW-05 B1 CER-09 OPS-03: ping, iperf3 both ways, traceroute; the workers forward, Linux does not, and says that nothing guards it."""
    with ForwardLab(build) as lab:
        host, far = lab.ns["h1"], lab.ns["far"]
        assert lab.in_ce("sysctl -n net.ipv6.conf.all.forwarding").strip() == "0"
        status = lab.status()
        assert status["ipv6"]["forward"] == "open" and "no firewall" in status["ipv6"]["note"], status
        assert re.search(r"note: there is no firewall for IPv6", lab.ce.log()), lab.ce.log()
        for one, other in (host, FAR), (far, HOST):
            for device in "lan", "wan":
                lab.in_ce(f"ip -6 neighbour flush dev {device}")
            # Packets wait for their neighbours, four for each; Linux has just been asked, and is again a second later.
            wait_until("neighbours", lambda: " 5 received" in ping6(one, other, "-c", "5"))      # pylint: disable=cell-var-from-loop
        before = lab.ce_stats()
        server = lab.start("far", "iperf3 -s -6 --forceflush", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("iperf3", lambda: "5201" in far.run("ss -ltn").stdout)
        for direction in [], ["-R"]:
            done = host.run(["iperf3", "-6", "-c", FAR, "-t", "1", "-J", *direction])
            received = json.loads(done.stdout)["end"]["sum_received"]
            assert received["bytes"] > 1_000_000, received
            print(f"# iperf3 {' '.join(direction) or 'up'}: {received['bits_per_second'] / 1e9:.2f} Gbit/s")
        server.kill()
        after = lab.ce_stats()
        forwarded = gain(before, after, "events")
        assert forwarded["forwarded_up"] > 500 and forwarded["forwarded_down"] > 500, forwarded
        assert to_host(after) - to_host(before) < 100, "Linux has had them"
        hops = host.run(f"traceroute -6 -n -q 1 -w 5 {FAR}").stdout
        assert CE in hops.splitlines()[1] and FAR in hops.splitlines()[3], hops
        back = far.run(f"traceroute -6 -n -q 1 -w 5 {HOST}").stdout
        assert CE in back.splitlines()[2] and HOST in back.splitlines()[3], back
        lab.assert_balanced()


def too_big_is_told(build):
    """ICM-20 CER-01: the LAN has the smaller MTU: the far host is told, believes it, and what it sends then arrives."""
    with ForwardLab(build) as lab:
        far = lab.ns["far"]
        said = ping6(far, HOST, "-c", "1", "-s", "1352")
        assert " 1 received" in said, f"{said}\n{json.dumps(lab.ce.stats(), indent=1)}"
        said = ping6(far, HOST, "-c", "1", "-M", "do", "-s", "1452")
        assert "mtu=1400" in said.lower().replace("mtu: ", "mtu="), said
        assert "mtu 1400" in far.run(f"ip -6 route get {HOST}").stdout, far.run(f"ip -6 route get {HOST}").stdout
        assert " 3 received" in ping6(far, HOST, "-c", "3", "-s", "1452")
        stats = lab.ce_stats()
        assert stats["drops"]["too_big_v6"] == 1, stats
        lab.assert_balanced()


def foreign_sources_stay(build):
    """FW-05 CER-21 CER-22 BRS-17: what is not from the LAN's prefix does not leave it; what says it is inside does not come in."""
    with ForwardLab(build) as lab:
        assert " 1 received" in ping6(lab.ns["h1"], FAR, "-c", "1")
        before = lab.ce_stats()
        with Wire(lab.ns["core"], "line") as line, Wire(lab.ns["h1"], "eth0") as lan:
            for source in "2001:db8:77::10", "2400:cb00::9":
                lab.from_host(mape.udp6(source, 5000, FAR, 5000))
            lab.from_far(mape.udp6("2001:db8:12:3401::66", 5000, HOST, 5000))
            lab.from_far(mape.udp6("fd00::1", 5000, HOST, 5000))
            wait_until("the drops", lambda: lab.ce.stats()["drops"].get("martian_v6"))
            wait_until("the answers", lambda: len(errors_in(lan.came)) >= 2)
        assert errors_in(lan.came) == [(CE, UNREACHABLE, 5)] * 2, errors_in(lan.came)
        assert not [frame for frame in line.came if frame[12:14] == b"\x86\xdd" and frame[20] == 17 and b"MAP-E" in frame]
        drops = gain(before, lab.ce_stats(), "drops")
        assert (drops["urpf_v6"], drops["martian_v6"]) == (3, 1), drops
        lab.assert_balanced()


def follows_linux(build):
    """CER-11 ICM-19 MAPE-58 B2: what of the prefix is nobody's is refused; routes of Linux that discard, addresses and ways that come and go."""
    nobody = "2001:db8:12:3402::10"
    with ForwardLab(build) as lab, lab.web_server():
        with Wire(lab.ns["core"], "line") as line:
            def told(code):
                lab.from_far(mape.udp6(FAR, 5000, nobody, 5000))
                return (CE, UNREACHABLE, code) in errors_in(line.came)

            wait_until("reject route", lambda: told(6))
            lab.in_ce(f"ip -6 route add prohibit {nobody}/128")
            wait_until("prohibited", lambda: told(1))
            lab.in_ce(f"ip -6 route del prohibit {nobody}/128")
            del line.came[:]
            lab.in_ce(f"ip -6 route add blackhole {nobody}/128")
            discards = lab.ce.stats()["drops"]["route_discard"]

            def silent():
                del line.came[:]
                before = lab.ce.stats()["drops"]["route_discard"]
                lab.from_far(mape.udp6(FAR, 5000, nobody, 5000))
                wait_until("the drop", lambda: lab.ce.stats()["drops"]["route_discard"] > before)
                return not errors_in(line.came)

            wait_until("silence", silent)
            assert lab.ce.stats()["drops"]["route_discard"] > discards
        # Behind another router of the LAN, and no longer.
        lab.in_ce(f"ip -6 route del blackhole {nobody}/128")
        lab.ns["h1"].run(f"ip address add {nobody}/128 dev lo")
        lab.in_ce(f"ip -6 route add 2001:db8:12:3402::/64 via {HOST} dev lan")
        wait_until("the way by h1", lambda: " 1 received" in ping6(lab.ns["far"], nobody, "-c", "1"))
        assert " 1 received" in lab.ns["h1"].run(f"ping -6 -n -c 1 -W 5 -I {nobody} {FAR}", check=False).stdout
        # Without a default route nothing goes out.
        lab.in_ce("sysctl -qw net.ipv6.conf.wan.accept_ra=0")
        lab.in_ce("ip -6 route del default dev wan")
        wait_until("no route", lambda: "No route" in (said := ping6(lab.ns["h1"], FAR, "-c", "1")) or "unreachable" in said.lower())
        lab.in_ce("sysctl -qw net.ipv6.conf.wan.accept_ra=1")
        wait_until("the way out", lambda: " 1 received" in ping6(lab.ns["h1"], FAR, "-c", "1"))
        lab.fetch()                                      # the softwire has its way again, too
        lab.assert_balanced()


def nobody_at_home(build):
    """ND-03 ND-18: packets to LAN addresses that nobody has wait, bounded, then their sender is told; a known host is still served."""
    with ForwardLab(build) as lab:
        assert " 1 received" in ping6(lab.ns["far"], HOST, "-c", "1")
        before = lab.ce_stats()
        with Wire(lab.ns["core"], "line") as line:
            for i in range(200):
                lab.from_far(mape.udp6(FAR, 5000, f"2001:db8:12:3401::1:{i:x}", 5000))
            assert " 3 received" in ping6(lab.ns["far"], HOST, "-c", "3")
            lab.settled_stats()
        told = errors_in(line.came)
        drops = gain(before, lab.ce_stats(), "drops")
        assert drops.get("no_neighbour") == 200, drops
        assert told.count((CE, UNREACHABLE, 3)) in range(1, 65), told
        lab.assert_balanced()


def linux_forwards(build):
    """B1: a reload to ipv6_forward = "linux" and back: Linux does it, and the workers again."""
    with ForwardLab(build) as lab:
        host = lab.ns["h1"]
        assert " 1 received" in ping6(host, FAR, "-c", "1")
        reload(lab.ce, edit(lab.config("ce"), [('"open"', '"linux"')]))
        assert lab.status()["ipv6"] == {"forward": "linux"}, lab.status()
        lab.in_ce("sysctl -qw net.ipv6.conf.wan.accept_ra=2")
        lab.in_ce("sysctl -qw net.ipv6.conf.all.forwarding=1")
        wait_until("Linux to forward", lambda: " 1 received" in ping6(host, FAR, "-c", "1"), 60)
        before = lab.ce_stats()
        assert " 3 received" in ping6(host, FAR, "-c", "3")
        after = lab.ce_stats()
        assert to_host(after) - to_host(before) >= 6 and not gain(before, after, "events").get("forwarded_up")
        reload(lab.ce, lab.config("ce"))
        before = lab.ce_stats()
        assert " 3 received" in ping6(host, FAR, "-c", "3")
        assert gain(before, lab.ce_stats(), "events")["forwarded_up"] >= 3
        lab.assert_balanced()


# ---- the box's own IPv4 ----

DEVICE, DEVICE_ADDRESS, DEVICE_MTU = "line", "192.0.0.2", 1460       # the softwire's name; the WAN's MTU less 40


def ask(namespace, port):
    """As whom the echo server sees a socket of the namespace: (address, port)."""
    with contextlib.closing(namespace.socket(UDP)) as sock:
        sock.bind(("0.0.0.0", port))
        sock.settimeout(5)
        sock.sendto(b"who am I", (SRV, traffic.ECHO_PORT))
        address, seen = sock.recv(100).split(b"\n")[0].split(b":")
        return address.decode(), int(seen)


def linux_speaks_ipv4(build):
    """NAT-53 MAPE-28: Linux's own ping, curl and UDP go through the softwire like an inside host's; nobody gets at it unasked."""
    with LineLab(build) as lab, lab.web_server(), Echo(lab.ns["srv"]):
        ce = lab.ns["ce"]
        lab.switch_on()
        route = ce.run("ip -4 route show default").stdout
        assert re.match(rf"default dev {DEVICE} .*metric 4096", route), route
        said = ce.run(f"ping -n -c 1 -W 2 {SRV}", check=False).stdout
        assert "Destination Net Unreachable" in said, said   # no softwire yet
        lab.serve()
        lab.wait_softwire(configured=True)
        assert traffic.ping(ce, SRV) == (3, 3)
        fits = DEVICE_MTU - 28
        assert " 1 received" in ce.run(f"ping -n -c 1 -W 5 -M do -s {fits} {SRV}").stdout
        assert "mtu=1460" in ce.run(f"ping -n -c 1 -W 5 -M do -s {fits + 1} {SRV}", check=False).stderr
        fetched = ce.run(f"curl -s -S -m 20 -o /dev/null -w %{{http_code}}:%{{size_download}} http://{SRV}:8000/page").stdout
        assert fetched == "200:100000", fetched
        lab.fetch()
        address, port = ask(ce, 5000)
        assert address == V4 and port in RULE.ports(0x34), (address, port)
        unasked(lab, port)
        lab.assert_balanced()


def unasked(lab, mapped):
    """What comes for the shared address without a session reaches no socket of the CE, whatever that listens to."""
    ce, free = lab.ns["ce"], RULE.ports(0x34)[77]
    assert V4 not in ce.run("ip address show").stdout
    before = lab.settled_stats()["ce"]
    with contextlib.closing(ce.socket(UDP)) as sock:
        sock.bind(("0.0.0.0", free))
        sock.setblocking(False)
        with contextlib.closing(lab.ns["srv"].socket(UDP)) as stranger:
            stranger.sendto(b"anybody there", (V4, free))
        wait_until("the drop", lambda: gain(before, lab.ce.stats(), "drops").get("nat_no_mapping"))
        assert hostside.heard(sock) == []
    # Nobody on the LAN has the device's address.
    send_frame(lab.ns["h1"], "eth0", MAC["ce lan-port"], MAC["h1 eth0"], 0x0800, mape.udp(DEVICE_ADDRESS, 5000, SRV, 5000))
    wait_until("lan_spoof", lambda: gain(before, lab.ce.stats(), "drops").get("lan_spoof"))
    assert mapped != free


def by_request_without(build):
    """NAT-53: a device of another address, and none; neither changes by a reload."""
    with LineLab(build, changes=[('name = "line";', 'name = "line"; device_address = "192.0.0.5";')]) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True)
        assert "192.0.0.5/32" in lab.ns["ce"].run(f"ip -4 address show dev {DEVICE}").stdout
        assert traffic.ping(lab.ns["ce"], SRV) == (3, 3)
        lab.ce.write_config(edit(lab.config("ce"), [('device_address = "192.0.0.5";', "device = false;")]))
        reply = lab.ce.ask("config-reload")
        assert reply["result"] != 0 and "the device of the softwire" in reply["text"], reply
        lab.ce.stop()
        lab.ce.start()
        lab.ce.wait_ready()
        assert DEVICE not in lab.ns["ce"].run("ip link show").stdout
        lab.wait_softwire(configured=True)
        lab.fetch()
        lab.assert_balanced()


CASES = [("native IPv6 through a CE: ping, iperf3, traceroute", crosses),
         ("native IPv6 that is too big for the LAN", too_big_is_told),
         ("native IPv6 from foreign sources stays where it is (FW-05)", foreign_sources_stay),
         ("native IPv6 follows Linux's routes (CER-11)", follows_linux),
         ("native IPv6 to nobody (ND-18)", nobody_at_home),
         ("native IPv6 by Linux or by the workers", linux_forwards),
         ("the box's own IPv4 through the softwire (NAT-53)", linux_speaks_ipv4),
         ("the softwire's device: another address, none", by_request_without)]
