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
import subprocess
import time

from daemon import edit, wait_until
from hostside import Wire
from lab import ROOT
from provision import OTHER_PREFIX, PATIENCE, PREFIX, SHORT, LineLab, container, option
from traffic import Repeated

import scenario

NATIVE = "2001:db8:f::a"
NAME, ADDRESS6 = "www.example.net", "2001:db8:f::80"
LAN, OTHER_LAN = "2001:db8:12:3401::/64", "2001:db8:13:3501::/64"
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
        core.run(f"ip address add {NATIVE}/128 dev lo")
        core.run(f"ip address add {ADDRESS6}/128 dev lo")
        ce.sysctl("net.ipv6.conf.default.accept_dad", 1)
        host.sysctl("net.ipv6.conf.default.accept_ra", 1)
        host.sysctl("net.ipv6.conf.default.accept_ra_rt_info_max_plen", 64)
        host.sysctl("net.ipv6.conf.default.router_solicitation_interval", 1)
        self.cable("ce", "lan-port", "h1", "eth0")
        self._start_dns()
        self._advertise()

    def _start_dns(self):
        self.start("core", f"dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --user=root "
                   f"--bind-dynamic --listen-address={NATIVE} --address=/{NAME}/{ADDRESS6}",
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

    # ---- the host ----

    @property
    def host(self):
        return self.ns["h1"]

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
        return wait_until(f"an address in {prefix}", lambda: self.address_in(prefix), PATIENCE)

    def wait_lan(self, **wanted):
        def is_so():
            lan = self.status().get("lan", {})
            return lan if all(lan.get(key) == value for key, value in wanted.items()) else None

        try:
            return wait_until(f"the LAN to be {wanted}", is_so, PATIENCE)
        except AssertionError as error:
            error.add_note(json.dumps(self.status(), indent=1))
            raise

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
            wanted = "new_dhcp6_" if "-6" in options else "new_ip_address"
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


def a_home_comes_up(build):
    """CER-14 CER-15 CER-18 CER-19 CER-20 CER-29: addresses, name server and both protocols for a host that has nothing."""
    with HomeLab(build) as lab, lab.web_server():
        lab.switch_on()
        assert lab.status()["lan"]["address"] is None, lab.status()
        lab.serve()
        lab.wait_softwire(configured=True)
        lan = lab.wait_lan(address="2001:db8:12:3401::1/64", default_router=True, dns=[NATIVE])
        assert lan["services"]["state"] == "running" and lan["preferred_s"] <= 3000 and lan["valid_s"] <= 3600, lan
        lab.wait_address(LAN)
        lease = lab.configure_ipv4()
        assert 100 <= int(lease["new_ip_address"].split(".")[3]) <= 199 and lease["new_interface_mtu"] == "1460", lease
        assert lease["new_routers"] == lease["new_domain_name_servers"] == "192.168.1.1", lease
        lab.fetch()
        lab.ping6()
        lab.assert_balanced()


CASES = [("a home comes up: RA, DHCP, DNS by dnsmasq (CER-14)", a_home_comes_up)]
