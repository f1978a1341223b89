# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a home behind a CE: what its hosts are given, and what they are told to give up.

    h1 eth0 --- lan-port [ CE: lan, wan ] wan-port --- core: router fe80::1 with RAs, Kea --- map [ BR ] inet --- srv

The CE runs configs/ce-home.conf. The host has nothing of its own: its addresses, its name server and its routes come from the CE's
dnsmasq, by way of its kernel and of ISC's dhclient. A native IPv6 host, 2001:db8:f::a, is on the core's loopback.
"""
import contextlib
import ipaddress
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from daemon import edit, wait_until
from hostside import Wire, count, is_icmp6
from lab import ROOT
from provision import SOLICIT, OTHER_PREFIX, PATIENCE, PREFIX, RELEASE, SHORT, Line, LineLab, container, kea_config
from traffic import Repeated

import scenario

NATIVE = "2001:db8:f::a"
NAME, ADDRESS6 = "www.example.net", "2001:db8:f::80"
LAN, OTHER_LAN = "2001:db8:12:3401::/64", "2001:db8:13:3501::/64"
NET, OTHER_NET = LAN[:-3], OTHER_LAN[:-3]
CE_LAN = "fe80::ff:fe00:c11"                             # Linux makes it of the MAC address
RA, NS, UNREACHABLE, SOURCE_POLICY = 134, 135, 1, 5
INFORMATION_REQUEST = 11
ON_LINK_AND_AUTONOMOUS = 0xc0
SCRIPT = """#!/bin/sh
# What dhclient has learned, as it is.
env | grep '^new_' | sort > {file}
"""


class HomeLab(LineLab):
    """LineLab with configs/ce-home.conf, a host that configures itself, a name server and a native host in the core."""

    def _build_line(self):
        core, ce = self.ns["core"], self.add_namespace("ce", ipv6=True)
        host = self.add_namespace("h1", ipv6=True)
        self.cable("ce", "wan-port", "core", "line")
        core.run("ip address add fe80::1/64 dev line nodad")
        core.run(f"ip address add {NATIVE}/128 dev lo nodad")
        ce.sysctl("net.ipv6.conf.default.accept_dad", 1)
        host.sysctl("net.ipv6.conf.default.accept_ra", 1)
        host.sysctl("net.ipv6.conf.default.accept_ra_rt_info_max_plen", 64, optional=True)
        host.sysctl("net.ipv6.conf.default.router_solicitation_interval", 1)
        self.cable("ce", "lan-port", "h1", "eth0")
        self._start_dns()
        self._advertise()

    def _start_dns(self):
        self.start("core", f"dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --user=root "
                   f"--bind-interfaces --listen-address={NATIVE} --address=/{NAME}/{ADDRESS6} --dns-rr={NAME},65,000100",
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serve(self, options=None, **arguments):
        """With the name server of the core (option 23)."""
        softwire = {94: container()} if options is None else options
        super().serve(options={23: ipaddress.IPv6Address(NATIVE).packed, **softwire}, **arguments)

    def config(self, name):
        if name != "ce":
            return super().config(name)
        text = (ROOT / "configs" / "ce-home.conf").read_text(encoding="utf-8")
        return edit(text, [("/var/lib/mapedge", str(self.directory / "state")),
                           ("services = true;", 'services = true; user = "root";'), *self._edits])

    def wait_softwire(self, **wanted):
        try:
            return super().wait_softwire(**wanted)
        except AssertionError as error:
            error.add_note((self.directory / "kea.log").read_text(encoding="utf-8")[-3000:])
            raise

    # ---- the host ----

    name = "h1"

    @property
    def host(self):
        return self.ns[self.name]

    @contextlib.contextmanager
    def seen_from(self, name):
        """Another host is the one that these methods are about."""
        before, self.name = self.name, name
        try:
            yield self
        finally:
            self.name = before

    def addresses(self):
        """{address: is it preferred} of the host's global IPv6 addresses."""
        found = json.loads(self.host.run("ip -j -6 address show dev eth0 scope global").stdout)
        return {one["local"]: not one.get("deprecated", False) for link in found for one in link.get("addr_info", [])
                if "local" in one and not one.get("tentative", False)}

    def address_in(self, prefix):
        """The host's preferred address in a prefix, or None."""
        network = ipaddress.IPv6Network(prefix)
        return next((one for one, preferred in self.addresses().items()
                     if preferred and ipaddress.IPv6Address(one) in network), None)

    def wait_address(self, prefix):
        try:
            return wait_until(f"an address in {prefix}", lambda: self.address_in(prefix), PATIENCE)
        except AssertionError as error:
            error.add_note(self.host.run("ip -6 address show dev eth0").stdout + self.host.run("ip -6 route show").stdout
                           + json.dumps(self.status(), indent=1))
            error.add_note((self.directory / "kea.log").read_text(encoding="utf-8")[-3000:])
            raise

    def wait_lan(self, **wanted):
        def is_so():
            lan = self.status().get("lan", {})
            return lan if all(lan.get(key) == value for key, value in wanted.items()) else None

        try:
            return wait_until(f"the LAN to be {wanted}", is_so, PATIENCE)
        except AssertionError as error:
            error.add_note(json.dumps(self.status(), indent=1))
            raise

    def wait_services(self):
        """Once Linux is done with the LAN's address."""
        return wait_until("dnsmasq to run", lambda: (one := self.status()["lan"]["services"])["state"] == "running" and one, PATIENCE)

    def dhclient(self, *options):
        """What ISC's client learns, as it names it."""
        answer, script = self.directory / "dhclient.answer", self.directory / "dhclient.script"
        answer.unlink(missing_ok=True)
        script.write_text(SCRIPT.format(file=answer), encoding="utf-8")
        script.chmod(0o755)
        client = self.host.start(["dhclient", "-1", "-d", "-sf", script, "-lf", self.directory / "dhclient.leases", "-pf",
                                  self.directory / "dhclient.pid", *options, "eth0"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wanted = "new_dhcp6_name_servers" if "-6" in options else "new_ip_address"
            wait_until("dhclient's answer", lambda: answer.exists() and wanted in answer.read_text(encoding="utf-8"), 60)
        finally:
            client.kill()
            client.wait()
        return dict(line.split("=", 1) for line in answer.read_text(encoding="utf-8").splitlines())

    def configure_ipv4(self):
        """The address by DHCP, as dhclient's own script would set it."""
        lease = self.dhclient("-4")
        self.host.run(f"ip address replace {lease['new_ip_address']}/{lease['new_subnet_mask']} dev eth0")
        self.host.run(f"ip link set dev eth0 mtu {lease['new_interface_mtu']}")
        self.host.run(f"ip route replace default via {lease['new_routers']}")
        return lease

    def ping6(self, source=None):
        via = f"-I {source}" if source else ""
        done = self.host.run(f"ping -n -6 -i 0.2 -c 3 -W 5 {via} {NATIVE}", check=False)
        assert " 3 received" in done.stdout, f"{done.stdout}{done.stderr}\n{json.dumps(self.status(), indent=1)}"


# ---- the LAN as others read it ----

class Home(Wire):
    """What is said on the LAN."""

    def __init__(self, lab):
        super().__init__(lab.host, "eth0")
        self._lab, self._count, self._advertised = lab, 0, []

    def tshark(self, display_filter, *fields):
        """Rows of fields of what has come and gone so far, as tshark reads it."""
        capture = self._lab.directory / "lan.pcap"
        capture.write_bytes(scenario.write_pcap((0, frame) for frame in (*self.came, *self.went)))
        columns = [word for field in fields for word in ("-e", field)]
        done = subprocess.run(["tshark", "-r", capture, "-Y", display_filter, "-T", "fields", *columns], capture_output=True,
                              text=True, timeout=60, check=True)
        return [row.split("\t") for row in done.stdout.splitlines()]

    def advertised(self):
        """[(router lifetime, {prefix: (valid, preferred, flags)}), …] of the router advertisements, in their order."""
        if count(list(self.came), is_icmp6, RA) == self._count:
            return self._advertised
        self._count = count(list(self.came), is_icmp6, RA)
        rows = self.tshark("icmpv6.type == 134", "icmpv6.nd.ra.router_lifetime", "icmpv6.opt.prefix",
                           "icmpv6.opt.prefix.valid_lifetime", "icmpv6.opt.prefix.preferred_lifetime", "icmpv6.opt.prefix.flag")

        def prefixes(names, *others):
            columns = [[int(value, 0) for value in column.split(",") if value] for column in others]
            return dict(zip((name for name in names.split(",") if name), zip(*columns)))

        self._advertised = [(int(lifetime), prefixes(*others)) for lifetime, *others in rows]
        return self._advertised

    def wait_advertised(self, what, test):
        try:
            return wait_until(what, lambda: next((one for one in reversed(self.advertised()) if test(*one)), None), PATIENCE)
        except AssertionError as error:
            error.add_note(str(self.advertised()))
            raise


def a_home_comes_up(build):
    """MAPE-58 CER-09 CER-14 CER-15 CER-18 CER-19 CER-20: addresses, name server and both protocols for a host that has nothing."""
    with HomeLab(build) as lab, lab.web_server(), Home(lab) as home:
        lab.switch_on()
        assert lab.status()["lan"]["address"] is None, lab.status()
        lab.serve()
        lab.wait_softwire(configured=True)
        lan = lab.wait_lan(address="2001:db8:12:3401::1/64", default_router=True, dns=[NATIVE])
        assert lan["preferred_s"] <= 3000 and lan["valid_s"] <= 3600, lan
        lab.wait_services()
        lab.wait_address(LAN)
        home.wait_advertised("no more than 45 minutes", lambda lifetime, prefixes: lifetime == 2700 and prefixes.get(NET, (0, 0))[:2] == (2700, 2700))
        lease = lab.configure_ipv4()
        assert 100 <= int(lease["new_ip_address"].split(".")[3]) <= 199 and lease["new_interface_mtu"] == "1460", lease
        assert lease["new_routers"] == lease["new_domain_name_servers"] == "192.168.1.1", lease
        lab.fetch()
        lab.ping6()
        lab.assert_balanced()


def told_as_the_rfcs_have_it(build):
    """CER-16 CER-18 CER-19 CER-20 CER-24 DHC-45: what RAs and DHCPv6 say, read by tshark and dhclient; lifetimes count down."""
    with HomeLab(build) as lab:
        lab.serve(times=(100, 160, 600, 900))
        with Home(lab) as home:
            lab.switch_on()
            lab.wait_lan(address="2001:db8:12:3401::1/64", default_router=True, dns=[NATIVE])
            lab.wait_services()
            _, first = home.wait_advertised("the prefix", lambda lifetime, prefixes: lifetime == 2700 and NET in prefixes)
            valid, preferred, flags = first[NET]
            assert preferred <= 600 and valid <= 900 and flags == ON_LINK_AND_AUTONOMOUS, first
            home.wait_advertised("less of it", lambda _, prefixes: NET in prefixes and prefixes[NET][0] < valid)
            servers = lab.dhclient("-6", "-S")["new_dhcp6_name_servers"]
            assert ipaddress.IPv6Address(servers) in (ipaddress.IPv6Address(CE_LAN), ipaddress.IPv6Address("2001:db8:12:3401::1")), servers
            wait_until("the route", lambda: "2001:db8:12:3400::/56" in lab.host.run("ip -6 route show proto ra").stdout, PATIENCE)
            flags = wait_until("a name server in an RA", lambda: home.tshark("icmpv6.type == 134 and icmpv6.opt.type == 25",
                                                                             "icmpv6.nd.ra.flag", "icmpv6.opt.rdnss"), PATIENCE)
            assert all(int(one, 16) & 0xc0 == 0x40 and server == servers for one, server in flags), flags
            bad = home.tshark("_ws.malformed or _ws.expert.severity >= 0x00600000", "frame.number", "_ws.expert.message")
            assert bad == [], bad
        lab.assert_balanced()


# ---- names ----

def dig(namespace, server, *words):
    return namespace.run(["dig", "+tries=3", "+time=5", f"@{server}", *words], check=False).stdout


def names_are_answered(build):
    """CER-29: the proxy asks the line's server: A and AAAA, by UDP and TCP, over both protocols; nobody asks it from the WAN."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        lab.wait_lan(dns=[NATIVE])
        lab.configure_ipv4()
        for server in "192.168.1.1", "2001:db8:12:3401::1", f"{CE_LAN}%eth0":
            for way in "+notcp", "+tcp":
                said = wait_until(f"an answer of {server}", lambda: dig(lab.host, server, "+short", way, NAME, "AAAA").strip(), PATIENCE)
                assert said == ADDRESS6, said
        said = dig(lab.host, "192.168.1.1", "+bufsize=4096", "+cdflag", "+adflag", NAME, "TYPE65")
        assert "status: NOERROR" in said and "EDNS: version: 0" in said and " cd" in said.split("flags:")[1].split(";")[0], said
        assert "ANSWER: 1" in said and "HTTPS" in said, said
        lab.ns["core"].run("ip -6 route replace 2001:db8:12:3401::/64 via fe80::ff:fe00:c12 dev line")
        for target in "fe80::ff:fe00:c12%line", "2001:db8:12:3401::1":
            assert "status" not in dig(lab.ns["core"], target, "+tries=1", "+time=1", NAME), target
        lab.assert_balanced()


# ---- another prefix ----

def sources(frames):
    """The /56s that native UDP and ICMPv6 packets came from."""
    return {str(ipaddress.IPv6Network((int.from_bytes(frame[22:29], "big") << 72, 56))) for frame in frames
            if frame[12:14] == b"\x86\xdd" and frame[20] in (17, 58) and frame[22] == 0x20}


class NativeChatter:
    """A UDP socket of the host that stays with its old address, as applications do."""

    def __init__(self, lab, address):
        self._socket = lab.host.socket(socket.SOCK_DGRAM, socket.AF_INET6)
        self._socket.bind((address, 0))
        self._socket.connect((NATIVE, 9))

    def __call__(self):
        with contextlib.suppress(OSError):                   # what ICMPv6 says about the one before
            self._socket.send(b"still here")
        time.sleep(0.02)


def renumbered_under_traffic(build):
    """CER-21 CER-22 CER-25 CER-27 DHC-24 MAPE-59: the old prefix is taken from the hosts with 0/0, and leaves the home no more."""
    with HomeLab(build) as lab, lab.web_server():
        lab.serve(times=SHORT)
        lab.switch_on()
        old = lab.wait_address(LAN)
        lab.configure_ipv4()
        with Home(lab) as home, Wire(lab.ns["core"], "line") as line, Repeated(NativeChatter(lab, old)):
            wait_until("native packets", lambda: PREFIX in sources(line.came))
            lab.serve(prefix=OTHER_PREFIX, times=SHORT)
            new = lab.wait_address(OTHER_LAN)
            lab.wait_lan(address="2001:db8:13:3501::1/64")
            so_far = len(line.came)
            _, told = home.wait_advertised("0/0", lambda _, prefixes: prefixes.get(NET) == (0, 0, ON_LINK_AND_AUTONOMOUS))
            wait_until("the old address to be deprecated", lambda: not lab.addresses().get(old, False), PATIENCE)
            assert lab.addresses()[new], lab.addresses()
            refused = lambda: [frame for frame in home.came if is_icmp6(frame, UNREACHABLE) and frame[55] == SOURCE_POLICY]
            wait_until("ICMPv6 1/5", refused, PATIENCE)
            lab.wait_softwire(configured=True, ipv4="192.0.2.19/32")
            lab.fetch()
            lab.ping6()
            left = sources(line.came[so_far:])
            assert left == {OTHER_PREFIX}, left
            withdrawn = lab.status()["lan"]["withdrawn"]
            assert [one["prefix"] for one in withdrawn] == [LAN] and 5300 < withdrawn[0]["told_s"] <= 5400, withdrawn
            after = [prefixes[NET] for _, prefixes in home.advertised() if NET in prefixes]
            assert after.index((0, 0, ON_LINK_AND_AUTONOMOUS)) >= 0 and set(after[after.index((0, 0, ON_LINK_AND_AUTONOMOUS)):]) == {
                (0, 0, ON_LINK_AND_AUTONOMOUS)}, after
        assert "lan: withdrawn prefix=2001:db8:12:3401::/64" in lab.ce.log(), lab.ce.log()
        lab.assert_balanced()


def given_back(build):
    """DHC-33 CER-11 CER-17 CER-27: `release`: hosts hear 0/0 and that this is no default router, then the Release leaves."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        host = lab.wait_address(LAN)
        routes = lab.ns["ce"].run("ip -6 route show").stdout
        assert "unreachable 2001:db8:12:3400::/56" in routes, routes
        said = lab.ns["core"].run("ping -n -6 -c 1 -W 2 2001:db8:12:3477::1", check=False).stdout
        assert "Destination unreachable: Address unreachable" in said or "No route" in said, said
        with Home(lab) as home, Line(lab) as line:
            reply = lab.ce.ask("release")
            assert reply["result"] == 0, reply
            line.wait_message(RELEASE)
            lifetime, _ = home.wait_advertised("0/0", lambda _, prefixes: prefixes.get(NET) == (0, 0, ON_LINK_AND_AUTONOMOUS))
            assert lifetime == 0
        wait_until("the old address to be deprecated", lambda: not lab.addresses().get(host, False), PATIENCE)
        wait_until("no default route", lambda: not lab.host.run("ip -6 route show default").stdout, PATIENCE)
        status = lab.status()
        assert status["lan"]["address"] is None and status["dhcpv6"]["state"] == "off", status
        assert "unreachable" not in lab.ns["ce"].run("ip -6 route show").stdout
        assert "no lease" in lab.ce.ask("release")["text"]
        assert lab.status()["softwire"]["configured"] is False
        lab.assert_balanced()


def no_way_out(build):
    """CER-02 CER-03 CER-04 CER-17: nothing is forwarded before there is a prefix; without a default router we are none, at once."""
    with HomeLab(build) as lab:
        lab.switch_on()
        ce = lab.ns["ce"]
        with Home(lab) as home, Wire(lab.ns["core"], "line") as line:
            lab.host.run("ip address add 2001:db8:77::2/64 dev eth0 nodad")
            lab.host.run(f"ip -6 route add {NATIVE}/128 via {CE_LAN} dev eth0")
            assert " 0 received" in lab.host.run(f"ping -n -6 -c 2 -W 1 {NATIVE}", check=False).stdout
            assert sources(line.came) == set(), sources(line.came)
            lab.host.run("ip address del 2001:db8:77::2/64 dev eth0")
            lab.host.run(f"ip -6 route del {NATIVE}/128")
            lab.serve()
            home.wait_advertised("a default router", lambda lifetime, _: lifetime == 2700)
            lab.wait_lan(default_router=True)
            lab.ns["core"].run("ip link set dev line down")
            lab.wait_lan(default_router=False)
            lab.ns["core"].run("ip link set dev line up")
            lab.plug_in()
            lab.wait_lan(default_router=True)
            home.wait_advertised("a default router", lambda lifetime, _: home.advertised()[-1][0] == 2700)
            ce.run("ip -6 route del default dev wan")
            before = len(home.advertised())
            lab.wait_lan(default_router=False)
            home.wait_advertised("no default router", lambda lifetime, prefixes: lifetime == 0 and len(home.advertised()) > before)
            assert ce.run("cat /proc/sys/net/ipv6/conf/lan/accept_ra").stdout.strip() == "0"
        lab.assert_balanced()


# ---- dnsmasq ----

def processes(lab):
    """Of our dnsmasq: {pid}."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cmdline").read_bytes().split(b"\0")[-2:-1] == [str(lab.directory / "state" / "dnsmasq.conf").encode()]:
                found.add(int(entry.name))
    return found


def one_process(lab, but=()):
    return wait_until("one dnsmasq", lambda: len(now := processes(lab)) == 1 and not now & set(but) and now, PATIENCE).pop()


def comes_back(build):
    """dnsmasq is killed and comes back; it ends with us, killed or not, and one that is left over is ended."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        first = one_process(lab)
        os.kill(first, signal.SIGKILL)
        second = one_process(lab, but=[first])
        services = lab.wait_services()
        assert services["starts"] >= 2, services
        assert "dnsmasq: ended by signal 9; again in 1 s" in lab.ce.log(), lab.ce.log()
        lab.configure_ipv4()

        lab.ce.kill()
        wait_until("dnsmasq to end, too", lambda: not processes(lab), PATIENCE)
        # Under another user it may outlive us: so do as it does, with its file and its pid file.
        state = lab.directory / "state"
        left_over = lab.start("core", ["dnsmasq", "-C", state / "dnsmasq.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pid_file = state / "dnsmasq.pid"
        wait_until("its pid file", lambda: pid_file.exists() and pid_file.read_text().strip() == str(left_over.pid), PATIENCE)
        stranger = subprocess.Popen(["sleep", "1000"])
        try:
            lab.switch_on()
            third = one_process(lab, but=[first, second, left_over.pid])
            assert "has outlived its mapedge" in lab.ce.log(), lab.ce.log()
            lab.assert_balanced()
            lab.ce.stop()
            assert not processes(lab), third
            pid_file.write_text(str(stranger.pid))
            lab.switch_on()
            one_process(lab)
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()
        lab.assert_balanced()


def without_dnsmasq(build):
    """A machine without the program: an error at the start that names the package, not a home without addresses."""
    with HomeLab(build) as lab:
        config = lab.directory / "none.conf"
        lab.switch_on()
        config.write_text(lab.ce.config_path.read_text(encoding="utf-8").replace("ce.sock", "none.sock"), encoding="utf-8")
        lab.ce.stop()
        done = lab.ns["ce"].run(["unshare", "--mount", "sh", "-c", "mount --bind /dev/null /usr/sbin/dnsmasq && "
                                 f"exec {lab.binary} -c {config}"], check=False)
        assert done.returncode != 0 and "there is no dnsmasq" in done.stderr and "apt install dnsmasq-base" in done.stderr, done.stderr
        lab.assert_balanced()


def says_goodbye(build):
    """ND-11: who ends is a default router no more, and says so."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        with Home(lab) as home:
            lab.wait_address(LAN)
            home.wait_advertised("a default router", lambda lifetime, _: lifetime == 2700)
            lab.ce.stop()
            wait_until("the last word", lambda: home.advertised()[-1][0] == 0, PATIENCE)
        assert not lab.host.run("ip -6 route show default").stdout


def crash_and_another_prefix(build):
    """CER-26: killed, and the line has another prefix when we are back: the old one is taken from the hosts all the same."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        old = lab.wait_address(LAN)
        lab.ce.kill()
        (lab.directory / "state" / "dhcpv6").unlink()
        lab.serve(prefix=OTHER_PREFIX)
        with Home(lab) as home:
            lab.switch_on()
            home.wait_advertised("0/0", lambda _, prefixes: prefixes.get(NET) == (0, 0, ON_LINK_AND_AUTONOMOUS))
        lab.wait_address(OTHER_LAN)
        wait_until("the old address to be deprecated", lambda: not lab.addresses().get(old, False), PATIENCE)
        assert [one["prefix"] for one in lab.status()["lan"]["withdrawn"]] == [LAN], lab.status()
        lab.assert_balanced()


# ---- a line with one /64 for all ----

SHARED, SHARED_NET, MAP_END = "2001:db8:12:3400::/64", "2001:db8:12:3400::", "2001:db8:12:3400:0:c000:212:34"
PLAIN = "AdvOtherConfigFlag on; prefix 2001:db8:12:3400::/64 { }; RDNSS 2001:db8:f::a { };"


class SharedLab(HomeLab):
    """The provider's router has the /64 on the line itself, and asks there for each address; nothing is delegated."""

    flags = PLAIN

    def plug_in(self):
        core = self.ns["core"]
        core.run("ip address replace fe80::1/64 dev line nodad")
        core.run(f"ip -6 route replace {SHARED} dev line")

    def serve(self, options=None, **_):
        """Kea answers, and has no prefix to delegate."""
        self.silence()
        self.plug_in()
        config = kea_config(self.directory, PREFIX, {23: ipaddress.IPv6Address(NATIVE).packed, 94: container()})
        config["Dhcp6"]["subnet6"][0].pop("pd-pools")
        path = self.directory / "kea.conf"
        path.write_text(json.dumps(config), encoding="utf-8")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEA_PIDFILE_DIR": str(self.directory), "KEA_LOCKFILE_DIR": "none"}
        self.kea = self.start("core", ["kea-dhcp6", "-c", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def comes_up_on_one_64(lab):
    """With everything that a home needs."""
    status = lab.wait_softwire(configured=True, local=MAP_END)
    assert status["routers"]["prefix_from"] == "ra" and status["routers"]["prefixes"][0]["prefix"] == SHARED, status
    lab.wait_address(SHARED)
    lab.configure_ipv4()
    lab.fetch()
    lab.ping6()


def one_64_for_all(build):
    """CER-35 ND-13 ND-14 DHC-31: no delegation: the RA's /64, our end answered for on the WAN, hosts answered for by proxy."""
    with SharedLab(build, changes=[("access = {", 'access = { kind = "ra";')]) as lab, lab.web_server():
        with Line(lab) as line:
            lab.switch_on()
            lab.serve()
            comes_up_on_one_64(lab)
        solicited = [frame for frame in line.came if is_icmp6(frame, NS) and frame[62:78] == ipaddress.IPv6Address(MAP_END).packed]
        assert solicited and solicited[0][22:38] == bytes(16), "no test for duplicates"
        assert SOLICIT not in line.types and INFORMATION_REQUEST in line.types, line.types
        # From outside to a host that has said nothing for a while: its neighbour entry is gone everywhere.
        host = lab.address_in(SHARED)
        for namespace, device in ("core", "line"), ("ce", "lan"):
            lab.ns[namespace].run(f"ip -6 neighbour flush dev {device}", check=False)
        done = lab.ns["core"].run(f"ping -n -6 -c 5 -i 1 -W 5 -I {NATIVE} {host}", check=False).stdout
        assert " 0 received" not in done, done
        assert host in lab.ns["ce"].run("ip -6 neighbour show proxy dev wan").stdout
        lab.assert_balanced()


def finds_out(build):
    """MAPE-51 CER-35: kind = "auto": the server has no prefix, so it is that of the RAs; another one there, and all follows."""
    with SharedLab(build) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        comes_up_on_one_64(lab)
        assert "access: the prefix comes from router advertisements" in lab.ce.log(), lab.ce.log()
        with Home(lab) as home:
            lab.ns["core"].run("ip -6 route replace 2001:db8:13:3500::/64 dev line")
            lab.routers_say(PLAIN.replace("3400::/64 { }", "3400::/64 { AdvPreferredLifetime 0; AdvValidLifetime 7200; }; "
                                        "prefix 2001:db8:13:3500::/64 { }"))
            lab.wait_softwire(configured=True, ipv4="192.0.2.19/32", local="2001:db8:13:3500:0:c000:213:35")
            home.wait_advertised("0/0", lambda _, prefixes: prefixes.get(SHARED_NET) == (0, 0, ON_LINK_AND_AUTONOMOUS))
        lab.wait_address("2001:db8:13:3500::/64")
        lab.fetch()
        lab.ping6()
        lab.assert_balanced()


def somebody_has_it(build):
    """ND-15 CER-35: a gateway in front of us has the MAP address: the softwire is down and says why; the cable out and in, and it is up."""
    with SharedLab(build, changes=[("access = {", 'access = { kind = "ra";')]) as lab, lab.web_server():
        core = lab.ns["core"]
        core.run(f"ip address add {MAP_END}/128 dev line nodad")
        lab.serve()
        lab.switch_on()
        softwire = wait_until("the cause", lambda: (one := lab.status()["softwire"]) and MAP_END in one.get("reason", "") and one, PATIENCE)
        assert softwire["configured"] is False and "home gateway" in softwire["hint"], softwire
        core.run(f"ip address del {MAP_END}/128 dev line")
        core.run("ip link set dev line down")
        wait_until("no carrier", lambda: "NO-CARRIER" in lab.ns["ce"].run("ip link show dev wan").stdout)
        core.run("ip link set dev line up")
        lab.plug_in()
        lab.wait_softwire(configured=True, local=MAP_END)
        lab.configure_ipv4()
        lab.fetch()
        lab.assert_balanced()


CASES = [("a home comes up: RA, DHCP, DNS by dnsmasq (CER-14)", a_home_comes_up),
         ("a home on a line with one /64 (CER-35)", one_64_for_all),
         ("a home on a line that has to be found out", finds_out),
         ("a home whose MAP address somebody has (ND-15)", somebody_has_it),
         ("hosts are told what the RFCs have (CER-24)", told_as_the_rfcs_have_it),
         ("a home's names are answered (CER-29)", names_are_answered),
         ("a home's router says goodbye (ND-11)", says_goodbye),
         ("a home on a machine without dnsmasq", without_dnsmasq),
         ("a home is renumbered under traffic (CER-25)", renumbered_under_traffic),
         ("a home's lease is given back (DHC-33)", given_back),
         ("a home without a way out (CER-04)", no_way_out),
         ("a home's dnsmasq is killed, and so are we", comes_back),
         ("a home's prefix changes while we are dead (CER-26)", crash_and_another_prefix)]
