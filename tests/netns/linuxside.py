# SPDX-License-Identifier: BSD-3-Clause
"""Cases: what Linux does for a CE, seen from the wire. It is set right, nothing of ours is in its way, and nobody on the LAN or the line
can talk it into something else. Packets are Scapy's."""
import ipaddress
import json
import subprocess
import time

from scapy.layers.inet6 import (ICMPv6ND_RA, ICMPv6ND_Redirect, ICMPv6ND_RS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptMTU,
                                ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6)
from scapy.layers.l2 import ARP

from daemon import wait_until
from hostside import Wire, count, is_arp, is_icmp6
from lab import H1, MAC, V4
from lan import LAN, NATIVE, HomeLab
from provision import CE_LINK_LOCAL, PATIENCE, LineLab
from traffic import send_frame

ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"
EVERYBODY, IPV6, ARP_TYPE = "33:33:00:00:00:01", 0x86dd, 0x0806
RS, RA, NS = 133, 134, 135
HOST_LINK_LOCAL = "fe80::ff:fe00:110"                    # Linux makes it of h1's MAC address
PREFIX, LAN_PREFIX = "2001:db8:66::", "2001:db8:bad::"
OSPF = 89
STRANGER = "02:00:00:00:99:99"


class QuietLab(LineLab):
    """A provider's router that says what a case wants it to."""

    def _advertise(self):
        pass

    def advertise(self, *options, where="core", device="line", router="fe80::1", lifetime=1800):
        packet = IPv6(src=router, dst=ALL_NODES, hlim=255) / ICMPv6ND_RA(routerlifetime=lifetime)
        for option in options:
            packet /= option
        send_frame(self.ns[where], device, EVERYBODY, MAC[f"{where} {device}"], IPV6, bytes(packet))


def default_routers(lab):
    """{router: device} of Linux's IPv6 default routes."""
    routes = json.loads(lab.ns["ce"].run("ip -j -6 route show default").stdout or "[]")
    hops = [(hop, route) for route in routes for hop in route.get("nexthops", [route])]
    return {hop["gateway"]: hop["dev"] for hop, _ in hops}


def source_of(frame):
    return str(ipaddress.IPv6Address(frame[22:38]))


def solicits_as_a_host(build):
    """CER-05 CER-07 ND-07: on the WAN a host: its link-local address is tested first, then routers are asked for, again and again."""
    with QuietLab(build) as lab, Wire(lab.ns["core"], "line") as wire:
        lab.switch_on()
        wait_until("three solicitations", lambda: count(wire.came, is_icmp6, RS) >= 3, PATIENCE)
        asked = [frame for frame in wire.came if is_icmp6(frame, RS)]
        first = wire.came.index(asked[0])
        tested = [frame for frame in wire.came[:first] if is_icmp6(frame, NS)]
        assert any(source_of(frame) == "::" and frame[62:78] == ipaddress.IPv6Address(CE_LINK_LOCAL).packed for frame in tested), tested
        for frame in asked:
            assert source_of(frame) == CE_LINK_LOCAL and frame[21] == 255, frame.hex()
            assert frame[:6] == bytes.fromhex("333300000002") and frame[38:54] == ipaddress.IPv6Address(ALL_ROUTERS).packed, frame.hex()
        lab.assert_balanced()


def listens_to_routers(build):
    """CER-08 CER-12 ND-08 ND-09 ND-17: what a router may say, what is out of range, its end, and one on the LAN."""
    with QuietLab(build) as lab, Wire(lab.ns["core"], "line") as wire:
        lab.switch_on()
        ce = lab.ns["ce"]
        mtu = lambda: int(ce.run("sysctl -n net.ipv6.conf.wan.mtu").stdout)
        wait_until("the CE to ask", lambda: count(wire.came, is_icmp6, RS), PATIENCE)
        slaac = ICMPv6NDOptPrefixInfo(prefix=PREFIX, prefixlen=64, L=0, A=1, validlifetime=3600, preferredlifetime=1800)
        lab.advertise(slaac, ICMPv6NDOptMTU(mtu=1400))
        wait_until("the MTU", lambda: mtu() == 1400)
        assert default_routers(lab) == {"fe80::1": "wan"}
        wait_until("an address", lambda: PREFIX in ce.run("ip -6 address show dev wan scope global -tentative").stdout)
        assert ce.run(f"ip -6 route show {PREFIX}/64").stdout == "", "on-link without the L flag (RFC 5942)"
        for wrong in 1000, 9000:
            lab.advertise(ICMPv6NDOptMTU(mtu=wrong), router="fe80::2", lifetime=600)
        wait_until("a second router", lambda: set(default_routers(lab)) == {"fe80::1", "fe80::2"})
        assert mtu() == 1400, mtu()

        lab.advertise(ICMPv6NDOptPrefixInfo(prefix=LAN_PREFIX, prefixlen=64, L=1, A=1, validlifetime=3600, preferredlifetime=1800),
                      where="h1", device="eth0", router="fe80::bad")
        lab.advertise(lifetime=0)
        wait_until("the first router to go", lambda: set(default_routers(lab)) == {"fe80::2"})
        assert default_routers(lab) == {"fe80::2": "wan"}
        assert LAN_PREFIX not in ce.run("ip -6 address show").stdout, "a router on the LAN was believed"
        assert not any(frame[12:14] == b"\x86\xdd" and frame[20] == OSPF or frame[20] == 17 and frame[54:56] == b"\x02\x09"
                       for frame in wire.came), "OSPF or RIPng on the WAN"
        lab.assert_balanced()


def answers_for_itself_alone(build):
    """ND-20: ARP of the LAN's address is answered, once; that of the shared address, which is other homes' too, by nobody."""
    with LineLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True)
        with Wire(lab.ns["h1"], "eth0") as wire:
            for target in V4, "192.168.1.1":
                question = ARP(op=1, hwsrc=MAC["h1 eth0"], psrc=H1, pdst=target)
                send_frame(lab.ns["h1"], "eth0", "ff:ff:ff:ff:ff:ff", MAC["h1 eth0"], ARP_TYPE, bytes(question))
            wait_until("an answer", lambda: count(wire.came, is_arp, 2))
        replies = [frame for frame in wire.came if is_arp(frame, 2)]
        assert len(replies) == 1 and replies[0][28:32] == bytes([192, 168, 1, 1]), [frame.hex() for frame in replies]
        lab.assert_balanced()


def nobody_is_served_on_the_line(build):
    """FW-07 SEC-06: the home's DNS answers the home. From the line there is no DNS, no DHCP, nothing to manage."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        lab.wait_services()
        own = LAN.replace("::/64", "::1")
        dig = f"dig +tries=1 +time=2 @{own} www.example.net AAAA"
        assert "status: NOERROR" in lab.host.run(dig).stdout
        asked = lab.ns["core"].run(dig, check=False)
        assert asked.returncode != 0 and "status:" not in asked.stdout, asked.stdout
        asked = lab.ns["core"].run(dig + " +tcp", check=False)
        assert asked.returncode != 0 and "status:" not in asked.stdout, asked.stdout
        for line in lab.ns["ce"].run("ss -H -l -n -t -u").stdout.splitlines():
            local = line.split()[4]
            address, port = local.rsplit(":", 1)
            is_home = address.startswith(("192.168.1.1", f"[{own}]", own)) or "%lan" in address
            is_client = address.startswith(("[::]%wan", "*%wan", "%wan")) and port == "546"
            is_dhcp = "%lan" in address or port in ("67", "547") and "lan" in line
            assert is_home or is_client or is_dhcp, f"somebody listens: {line}"
        lab.assert_balanced()


def believes_no_redirect(build):
    """ND-12 ND-19: a router that forwards takes no redirects; a solicitation from nobody makes no neighbour."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        lab.wait_services()
        ce = lab.ns["ce"]

        def redirects():
            with ce.inside(), open("/proc/thread-self/net/snmp6", encoding="ascii") as file:
                return int(next(line.split()[1] for line in file if line.startswith("Icmp6InRedirects")))

        before = redirects()
        redirect = (IPv6(src="fe80::1", dst=CE_LINK_LOCAL, hlim=255) / ICMPv6ND_Redirect(tgt="fe80::bad", dst=NATIVE)
                    / ICMPv6NDOptDstLLAddr(lladdr=STRANGER))
        send_frame(lab.ns["core"], "line", MAC["ce wan-port"] if "ce wan-port" in MAC else MAC["ce1 wan"], MAC["core line"], IPV6,
                   bytes(redirect))
        wait_until("the redirect to come in", lambda: redirects() > before)
        assert "via fe80::1 " in ce.run(f"ip -6 route get {NATIVE}").stdout

        with Wire(lab.host, "eth0") as wire:
            nobody = IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=STRANGER)
            send_frame(lab.host, "eth0", "33:33:00:00:00:02", STRANGER, IPV6, bytes(nobody))
            plain = IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS()
            send_frame(lab.host, "eth0", "33:33:00:00:00:02", STRANGER, IPV6, bytes(plain))
            wait_until("a router advertisement", lambda: count(wire.came, is_icmp6, 134), PATIENCE)
        assert STRANGER not in ce.run("ip -6 neighbour show dev lan").stdout
        lab.assert_balanced()


def finds_a_neighbour_gone(build):
    """ND-06: the line's router falls silent: it is asked itself, then everybody is, then the host is told that there is no way."""
    with HomeLab(build) as lab:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        lab.wait_lan(default_router=True)
        lab.ping6()
        core, ce = lab.ns["core"], lab.ns["ce"]
        router = ipaddress.IPv6Address("fe80::1").packed
        solicited = lambda wire: [frame for frame in wire.came if is_icmp6(frame, NS) and frame[62:78] == router]
        core.run("ip address del fe80::1/64 dev line")
        ce.run("ip neighbour change fe80::1 dev wan nud stale")
        ping = lab.host.start(["ping", "-n", "-6", "-i", "0.5", NATIVE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with Wire(core, "line") as line, Wire(lab.host, "eth0") as home:
                unreachable = lambda: [frame for frame in home.came if is_icmp6(frame, 1) and frame[55] == 3]
                wait_until("address unreachable", unreachable, PATIENCE)
                asked = [frame[38:54] == router for frame in solicited(line)]
        finally:
            ping.kill()
            ping.wait()
        assert asked[:3] == [True] * 3 and True not in asked[3:] and len(asked) >= 6, asked
        lab.plug_in()
        wait_until("the way back", lambda: " 1 received" in lab.host.run(f"ping -n -6 -c 1 -W 1 {NATIVE}", check=False).stdout, PATIENCE)
        lab.assert_balanced()


def advertises_at_its_pace(build):
    """ND-10: three router advertisements unasked, an answer to each host that asks; to a flood from nobody one in three seconds."""
    with HomeLab(build) as lab, Wire(lab.host, "eth0") as wire:
        lab.serve()
        lab.switch_on()
        lab.wait_address(LAN)
        lab.wait_services()
        to_all = lambda: sum(is_icmp6(frame, RA) and frame[0] == 0x33 for frame in wire.came)
        to_one = lambda: sum(is_icmp6(frame, RA) and frame[0] != 0x33 for frame in wire.came)
        wait_until("three of them", lambda: to_all() >= 3, PATIENCE)

        def solicit(times, packet):
            for _ in range(times):
                send_frame(lab.host, "eth0", "33:33:00:00:00:02", MAC["h1 eth0"], IPV6, bytes(packet))

        before = to_one()
        solicit(50, IPv6(src=HOST_LINK_LOCAL, dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=MAC["h1 eth0"]))
        wait_until("an answer to each", lambda: to_one() - before >= 50, PATIENCE)
        before, start = to_all(), time.monotonic()
        for _ in range(4):
            answered = to_all()
            solicit(50, IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS())
            time.sleep(3)
            solicit(1, IPv6(src="::", dst=ALL_ROUTERS, hlim=255) / ICMPv6ND_RS())
            wait_until("an answer to all", lambda: to_all() > answered, PATIENCE)
        came, most = to_all() - before, (time.monotonic() - start) / 3 + 2       # one before, and one of those each minute
        assert came <= most, f"{came} router advertisements instead of {most} at most"
        lab.assert_balanced()


CASES = [("Linux: a neighbour that is gone (ND-06)", finds_a_neighbour_gone),
         ("Linux: router advertisements at their pace (ND-10)", advertises_at_its_pace),
         ("Linux: solicits routers as a host (ND-07)", solicits_as_a_host),
         ("Linux: what routers say (ND-08)", listens_to_routers),
         ("Linux: ARP for itself alone (ND-20)", answers_for_itself_alone),
         ("Linux: nobody is served on the line (FW-07)", nobody_is_served_on_the_line),
         ("Linux: no redirects, no strangers (ND-19)", believes_no_redirect)]
