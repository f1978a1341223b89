# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a home with two LANs, and with unique local addresses.

    h1 eth0 --- lan-port [ CE: lan, wan ] wan-port --- core and the rest as in lan.py
    h2 eth0 ------ guest [           ]

"guest" is a device of the CE's Linux: lan.networks. Both hosts configure themselves.
"""
import ipaddress
import json

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.inet6 import UDP as UDP6

from daemon import wait_until
from hostside import Wire, is_icmp6
from lab import MAC, SRV
from lan import LAN, NATIVE, SOURCE_POLICY, UNREACHABLE, Home, HomeLab
from netns import cable
from provision import AN_HOUR, CE_LINK_LOCAL, OTHER_PREFIX, PATIENCE, SHORT
from traffic import send_frame

GUEST_LAN, OTHER_GUEST_LAN = "2001:db8:12:3402::/64", "2001:db8:13:3502::/64"
GUEST_MAC, H2_MAC = "02:00:00:00:0c:13", "02:00:00:00:02:20"
NETWORKS = ('dhcp = "192.168.1.100-192.168.1.199";', 'dhcp = "192.168.1.100-192.168.1.199";\n'
            '  networks = ( { device = "guest"; address = "192.168.2.1/24"; dhcp = "192.168.2.50-192.168.2.59"; } );')
OPEN = ("host = true;", 'host = true; ipv6_forward = "open"; ipv6_martians = [ "unique-local" ];')
IPV4, IPV6_TYPE = 0x0800, 0x86dd


class TwoLans(HomeLab):
    """HomeLab with a second LAN, on a device of Linux's, and a host there."""

    def __init__(self, build, changes=(), **arguments):
        super().__init__(build, changes=[NETWORKS, *changes], **arguments)

    def _build_line(self):
        super()._build_line()
        host = self.add_namespace("h2", ipv6=True)
        host.sysctl("net.ipv6.conf.default.accept_ra", 1)
        host.sysctl("net.ipv6.conf.default.accept_ra_rt_info_max_plen", 64, optional=True)
        host.sysctl("net.ipv6.conf.default.router_solicitation_interval", 1)
        cable((self.ns["ce"], "guest", GUEST_MAC), (host, "eth0", H2_MAC))

    def comes_up(self):
        """Both hosts have all that they need; their IPv6 addresses."""
        self.switch_on()
        return self.gets_a_line()

    def gets_a_line(self, times=SHORT):
        self.serve(times=times)
        self.wait_softwire(configured=True)
        found = {}
        for name, prefix in ("h1", LAN), ("h2", GUEST_LAN):
            with self.seen_from(name):
                found[name] = self.wait_address(prefix)
                self.configure_ipv4()
        return found

    def network(self):
        return self.status()["lan"]["networks"][0]


def address4(lab, name):
    links = json.loads(lab.ns[name].run("ip -j -4 address show dev eth0").stdout)
    return links[0]["addr_info"][0]["local"]


def carries(lab):
    """IPv4 by the NAPT and native IPv6, from both."""
    for name in "h1", "h2":
        with lab.seen_from(name):
            lab.fetch(name)
            lab.ping6()


def pings(lab, name, target):
    done = lab.ns[name].run(f"ping -n -i 0.2 -c 3 -W 5 {target}", check=False)
    assert " 3 received" in done.stdout, f"{name} to {target}: {done.stdout}{done.stderr}"


def two_lans(build, *changes):
    """CER-31 CER-14 CER-15 CER-20: two LANs, each with its subnets, DHCP, RAs and DNS; both are NATed, and each reaches the other."""
    with TwoLans(build, changes=changes) as lab, lab.web_server():
        addresses = lab.comes_up()
        assert lab.network()["device"] == "guest" and lab.network()["address"] == "2001:db8:12:3402::1/64", lab.status()
        assert address4(lab, "h1").startswith("192.168.1.") and address4(lab, "h2").startswith("192.168.2.5"), address4(lab, "h2")
        carries(lab)
        pings(lab, "h1", address4(lab, "h2"))
        pings(lab, "h2", address4(lab, "h1"))
        pings(lab, "h1", addresses["h2"])
        pings(lab, "h2", addresses["h1"])
        pings(lab, "h2", "192.168.1.1")
        said = lab.ns["h2"].run("dig +short +tries=3 +time=5 @192.168.2.1 www.example.net AAAA").stdout.strip()
        assert said == "2001:db8:f::80", said
        assert lab.ce.stats()["drops"].get("lan_spoof", 0) == 0
        lab.assert_balanced()


def two_lans_in_the_fast_path(build):
    """CER-31: the same where the workers forward native IPv6: what is for the other LAN is Linux's."""
    two_lans(build, OPEN)


def sends(lab, host, device_mac, packet):
    mac = MAC["h1 eth0"] if host == "h1" else H2_MAC
    send_frame(lab.ns[host], "eth0", device_mac, mac, IPV4 if packet.version == 4 else IPV6_TYPE, bytes(packet))


def left_for(wire, src):
    """Frames on the wire that have this address in them, be it inside a softwire."""
    wanted = ipaddress.ip_address(src).packed
    return [frame for frame in wire.came if wanted in frame]


def each_sends_as_itself(build):
    """CER-31 CER-22 CER-21: nobody sends as a host of the other LAN, nor by IPv6 from elsewhere; hosts of the LAN are told."""
    with TwoLans(build) as lab, lab.web_server():
        addresses = lab.comes_up()
        lab.fetch()
        own4 = {name: address4(lab, name) for name in ("h1", "h2")}
        with Wire(lab.ns["core"], "line") as line, Wire(lab.ns["srv"], "eth0") as inet:
            for host, mac, other in ("h1", "02:00:00:00:0c:11", "h2"), ("h2", GUEST_MAC, "h1"):
                sends(lab, host, mac, IP(src=own4[other], dst=SRV, ttl=64) / UDP(sport=4000, dport=4100) / b"not mine")
                forged = IPv6(src=addresses[other], dst=NATIVE) / UDP6(sport=4000, dport=4100) / b"not mine"
                with Wire(lab.ns[other], "eth0") as victim:
                    sends(lab, host, mac, forged)
                    wait_until("ICMPv6 1/5", lambda: [frame for frame in victim.came if is_icmp6(frame, UNREACHABLE)
                                                      and frame[55] == SOURCE_POLICY], PATIENCE)
            for name in "h1", "h2":
                lab.fetch(name)
            for wire in line, inet:
                assert not [frame for frame in wire.came if b"not mine" in frame]
        assert lab.ce.stats()["drops"]["lan_spoof"] >= 1, lab.ce.stats()["drops"]
        lab.assert_balanced()


def both_are_renumbered(build):
    """CER-31 CER-25: another prefix of the line: the second LAN's hosts hear 0/0 for theirs, too, and have a new one."""
    with TwoLans(build) as lab, lab.web_server():
        old = lab.comes_up()
        with lab.seen_from("h2"), Home(lab) as home:
            lab.serve(prefix=OTHER_PREFIX, times=SHORT)
            lab.wait_address(OTHER_GUEST_LAN)
            home.wait_advertised("0/0", lambda _, prefixes: prefixes.get(GUEST_LAN[:-3], (1, 1))[:2] == (0, 0))
            wait_until("the old address to be deprecated", lambda: not lab.addresses().get(old["h2"], False), PATIENCE)
            assert all(LAN[:-3] not in prefixes for _, prefixes in home.advertised()), home.advertised()
        assert [one["prefix"] for one in lab.network()["withdrawn"]] == [GUEST_LAN], lab.network()
        lab.wait_softwire(configured=True, ipv4="192.0.2.19/32")
        carries(lab)
        lab.assert_balanced()


def without_the_device(build):
    """A network whose device is not there: an error at the start that says how to make it."""
    with TwoLans(build, changes=[('device = "guest"', 'device = "nowhere"')]) as lab:
        config = lab.directory / "ce.conf"
        config.write_text(lab.config("ce"), encoding="utf-8")
        done = lab.ns["ce"].run([lab.binary, "-c", config], check=False)
        assert done.returncode != 0 and "there is no device nowhere" in done.stderr and "ip link add" in done.stderr, done.stderr


# ---- unique local addresses -------------------------------------------------------------------------------------

ULA = ('services = true;', 'services = true; ula = "generate";')


class LocalLab(TwoLans):
    """With a unique local prefix that the CE makes."""

    def __init__(self, build, changes=()):
        super().__init__(build, changes=[ULA, *changes])

    def ula(self):
        """The /48, as the LAN has it."""
        return ipaddress.ip_network(self.status()["lan"]["ula"], strict=False).supernet(new_prefix=48)

    def local_addresses(self):
        """{host: its address in its /64 of the prefix}."""
        found = {}
        for number, name in (1, "h1"), (2, "h2"):
            with self.seen_from(name):
                found[name] = self.wait_address(f"{self.ula().network_address + (number << 64)}/64")
        return found


def local_addresses(build):
    """CER-13 CER-16: a /48 of fd00::/8, a /64 of it on each LAN, the route of it; the home works by it, with the line and without."""
    with LocalLab(build) as lab:
        with Home(lab) as home:
            lab.switch_on()
            ula = lab.ula()
            assert ula.network_address in ipaddress.ip_network("fd00::/8"), ula
            net = str(ula.network_address + (1 << 64))
            lifetime, _ = home.wait_advertised("the unique local prefix", lambda _, prefixes: net in prefixes)
            addresses = lab.local_addresses()
            assert all(lifetime == 0 for lifetime, _ in home.advertised()), home.advertised()
            assert not lab.host.run("ip -6 route show default").stdout
            routes = lambda: lab.host.run("ip -6 route show proto ra").stdout
            wait_until("the route", lambda: str(ula) in routes(), PATIENCE)
            lab.wait_services()
            pings(lab, "h1", lab.status()["lan"]["ula"].split("/")[0])
            pings(lab, "h1", addresses["h2"])
            lab.gets_a_line(AN_HOUR)  # a prefix that is deprecated for want of CPU would leave the hosts the local one
            home.wait_advertised("both", lambda lifetime, prefixes: lifetime == 2700 and {net, LAN[:-3]} <= set(prefixes))
        pings(lab, "h2", addresses["h1"])
        for name in "h1", "h2":
            with lab.seen_from(name):
                lab.ping6()
        assert lab.local_addresses() == addresses
        lab.assert_balanced()


def local_for_good(build):
    """CER-13: the prefix is the same after a reload, a stop and a crash; another one takes the old one from the hosts."""
    with LocalLab(build) as lab:
        lab.serve()
        lab.switch_on()
        ula, addresses = lab.ula(), lab.local_addresses()
        assert lab.ce.ask("config-reload")["result"] == 0
        assert lab.ula() == ula
        lab.ce.stop()
        lab.switch_on()
        assert lab.ula() == ula
        lab.ce.kill()
        lab.switch_on()
        assert lab.ula() == ula and lab.local_addresses() == addresses
        lab.ce.stop()
        (lab.directory / "state" / "ula").write_text("fd00::/47\n", encoding="ascii")
        lab.switch_on()
        assert lab.ula() != ula
        wait_until("the old address to be deprecated", lambda: not lab.addresses().get(addresses["h1"], False), PATIENCE)
        assert lab.local_addresses()["h1"] != addresses["h1"]
        lab.assert_balanced()


def stays_at_home(build, *changes):
    """CER-13: to the line nothing from or to such an address, whose sender is told; from there neither."""
    with LocalLab(build, changes=changes) as lab:
        lab.comes_up()
        core, ula, addresses = lab.ns["core"], lab.ula(), lab.local_addresses()
        core.run(f"ip -6 route add fd00::/8 via {CE_LINK_LOCAL} dev line")
        core.run("ip address add fdff::a/128 dev lo nodad")
        own = lab.address_in(LAN)
        with Wire(core, "line") as line, Wire(lab.host, "eth0") as home:
            for src, dst in (addresses["h1"], NATIVE), (own, "fdff::a"), (addresses["h1"], "fdff::a"):
                sends(lab, "h1", "02:00:00:00:0c:11", IPv6(src=src, dst=dst) / UDP6(sport=4000, dport=4100) / b"out")
            for src, dst in (NATIVE, addresses["h1"]), ("fdff::a", own), ("fdff::a", addresses["h1"]):
                frame = IPv6(src=src, dst=dst) / UDP6(sport=4000, dport=4100) / b"in, though"
                send_frame(core, "line", "02:00:00:00:0c:12", MAC["core line"], IPV6_TYPE, bytes(frame))
            lab.ping6(own)                               # behind all those
            pings(lab, "h1", addresses["h2"])
            assert not [frame for frame in line.came if b"out" in frame[-8:]], "left for the line"
            assert not [frame for frame in home.came if b"in, though" in frame and frame[20] == 17], "came from the line"
            assert ula.network_address.packed[:6] not in b"".join(line.came)
            told = [frame for frame in home.came if is_icmp6(frame, UNREACHABLE)]
        drops = lab.ce.stats()["drops"]
        lab.assert_balanced()
        return told, drops


def stays_at_home_with_linux(build):
    """CER-13: Linux forwards: RFC 7084 ULA-4 is its nftables, and the host is told."""
    told, _ = stays_at_home(build)
    assert len(told) >= 2 and all(frame[55] == SOURCE_POLICY for frame in told), told


def stays_at_home_in_the_fast_path(build):
    """CER-13: the workers forward: `martian_v6`, silently."""
    _, drops = stays_at_home(build, OPEN)
    assert drops["martian_v6"] == 6, drops


CASES = [("two LANs are NATed (CER-31)", two_lans),
         ("two LANs, native IPv6 by the workers (CER-31)", two_lans_in_the_fast_path),
         ("two LANs: each sends as itself (CER-31)", each_sends_as_itself),
         ("two LANs are renumbered (CER-31)", both_are_renumbered),
         ("two LANs, one without a device", without_the_device),
         ("unique local addresses for a home (CER-13)", local_addresses),
         ("unique local addresses for good (CER-13)", local_for_good),
         ("unique local addresses stay at home (CER-13)", stays_at_home_with_linux),
         ("unique local addresses, native IPv6 by the workers (CER-13)", stays_at_home_in_the_fast_path)]
