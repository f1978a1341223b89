# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE that knows nothing when it is switched on, on a line with a real DHCPv6 server (Kea).

    h1 192.168.1.10 --- lan-port [ CE: lan, wan ] wan-port --- core: router fe80::1 with RAs, Kea --- map [ BR ] inet --- srv

The CE runs configs/ce-dhcpv6.conf. Everything it knows of its line it has from there: the default route from router
advertisements, the prefix and the softwire by DHCPv6. The core routes a delegated prefix to the CE's link-local address, as a
provider's edge router does.
"""
import contextlib
import ipaddress
import json
import subprocess
import time

import netns
from daemon import Daemon, edit, wait_until
from lab import BR6, H1, MAC, ROOT, RULE, SRV, Lab

MAC.update({"ce lan-port": "02:00:00:00:0c:11", "ce wan-port": "02:00:00:00:0c:12", "h1 eth0": "02:00:00:00:01:10",
            "core line": "02:00:00:00:06:11"})
PREFIX, OTHER_PREFIX = "2001:db8:12:3400::/56", "2001:db8:12:3500::/56"
BR6_B = "2001:db8:ffff::2"
CE_LINK_LOCAL = "fe80::ff:fe00:c12"                      # Linux makes it of the MAC address
PATIENCE = 60


def option(code, data):
    return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def container(br=BR6, rule=RULE):
    """The option S46_CONT_MAPE of RFC 7598 for a rule, without its header."""
    prefix6, prefix4 = ipaddress.IPv6Network(rule.rule6), ipaddress.IPv4Network(rule.rule4)
    ports = option(93, bytes([rule.offset, 0, 0, 0]))
    body = bytes([1, rule.ea, prefix4.prefixlen]) + prefix4.network_address.packed + bytes([prefix6.prefixlen])
    body += prefix6.network_address.packed[:(prefix6.prefixlen + 7) // 8]
    return option(89, body + ports) + option(90, ipaddress.IPv6Address(br).packed)


def kea_config(directory, prefix, options, lifetime=3600):
    """Kea for one client that gets exactly this prefix; `options` are the softwire's: {code: bytes}."""
    length = ipaddress.IPv6Network(prefix).prefixlen
    return {"Dhcp6": {
        "interfaces-config": {"interfaces": ["line"]},
        "lease-database": {"type": "memfile", "persist": False},
        "server-id": {"type": "LL", "htype": 1, "identifier": "020000000611", "persist": False},
        "preferred-lifetime": lifetime * 3 // 4, "valid-lifetime": lifetime, "renew-timer": lifetime // 2, "rebind-timer": lifetime * 5 // 8,
        "option-def": [{"name": f"softwire-{code}", "code": code, "type": "binary", "space": "dhcp6"}
                       for code in options if code not in (64, 94)],
        "option-data": [{"code": code, "space": "dhcp6", "csv-format": False, "data": data.hex(), "always-send": False}
                        for code, data in options.items()],
        "subnet6": [{"id": 1, "subnet": "fe80::/10", "interface": "line",
                     "pd-pools": [{"prefix": prefix.split("/")[0], "prefix-len": length, "delegated-len": length}]}],
        "loggers": [{"name": "kea-dhcp6", "severity": "INFO", "output_options": [{"output": str(directory / "kea.log")}]}]}}


class LineLab(Lab):
    """A BR, a core with Kea and router advertisements, and the CE of configs/ce-dhcpv6.conf with one host."""

    def __init__(self, build, changes=()):
        super().__init__(build, sites=())
        self._edits, self.kea = list(changes), None

    def __enter__(self):
        super().__enter__()
        try:
            self._build_line()
        except BaseException as error:
            error.add_note(self.last_words())
            self.close()
            raise
        return self

    def _build_line(self):
        core, ce = self.ns["core"], self.add_namespace("ce", ipv6=True)
        self.add_namespace("h1")
        self.cable("ce", "wan-port", "core", "line")
        self.cable("ce", "lan-port", "h1", "eth0")
        core.run("ip address add fe80::1/64 dev line nodad")
        host = self.ns["h1"]
        host.run(f"ip address add {H1}/24 dev eth0")
        host.run("ip route add default via 192.168.1.1")
        ce.sysctl("net.ipv6.conf.default.accept_dad", 1)
        self._advertise()

    def _advertise(self):
        """A provider's router: an IPv6 default route, addresses by DHCPv6."""
        conf = self.directory / "radvd.conf"
        conf.write_text("interface line { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvManagedFlag on; };\n")
        self.start("core", ["radvd", "-n", "-C", conf, "-p", self.directory / "radvd.pid", "-m", "none"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serve(self, prefix=PREFIX, br=BR6, options=None, lifetime=3600):
        """(Re)starts Kea, and routes the prefix to the CE."""
        self.silence()
        core = self.ns["core"]
        core.run("ip -6 route flush table main dev line proto static", check=False)
        core.run(f"ip -6 route add {prefix} via {CE_LINK_LOCAL} dev line proto static")
        config = self.directory / "kea.conf"
        softwire = {94: container(br)} if options is None else options
        config.write_text(json.dumps(kea_config(self.directory, prefix, softwire, lifetime)), encoding="utf-8")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEA_PIDFILE_DIR": str(self.directory), "KEA_LOCKFILE_DIR": "none"}
        self.kea = self.start("core", ["kea-dhcp6", "-c", config], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=environment)

    def silence(self):
        """The DHCPv6 server is gone."""
        if self.kea is not None:
            self.kea.kill()
            self.kea.wait()
            self.kea = None

    def config(self, name):
        if name != "ce":
            return super().config(name)
        text = (ROOT / "configs" / "ce-dhcpv6.conf").read_text(encoding="utf-8")
        return edit(text, [("/var/lib/mapedge", str(self.directory / "state")), *self._edits])

    def switch_on(self):
        self.daemons["ce"] = Daemon("ce", self.ns["ce"], self.binary, self.directory, self.config("ce")) \
            if "ce" not in self.daemons else self.daemons["ce"]
        self.ce.start()
        self.ce.wait_ready()

    @property
    def ce(self):
        return self.daemons["ce"]

    def status(self):
        return self.ce.ask("status")["arguments"]

    def wait_softwire(self, **wanted):
        """Until `status` says these things of the softwire; returns the whole."""
        def is_so():
            status = self.status()
            softwire = status["softwire"]
            return status if all(softwire.get(key) == value for key, value in wanted.items()) else None

        try:
            return wait_until(f"the softwire to be {wanted}", is_so, PATIENCE)
        except AssertionError as error:
            error.add_note(json.dumps(self.status(), indent=1))
            raise

    @contextlib.contextmanager
    def web_server(self):
        (self.directory / "page").write_bytes(bytes(100_000))
        server = self.start("srv", ["python3", "-m", "http.server", "8000", "-d", self.directory],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until("the web server", lambda: "8000" in self.ns["srv"].run("ss -ltn").stdout)
            yield
        finally:
            server.kill()
            server.wait()

    def fetch(self):
        result = self.ns["h1"].run(f"curl -s -S -m 20 -o /dev/null -w %{{http_code}}:%{{size_download}} http://{SRV}:8000/page", check=False)
        assert result.stdout.startswith("200:100000"), f"{result.stdout} {result.stderr}\n{json.dumps(self.status(), indent=1)}"


def comes_up_from_nothing(build):
    """S46-01 DHC-01 MAPE-59: Kea delegates a prefix and sends option 94; the CE carries curl."""
    with LineLab(build) as lab:
        lab.switch_on()
        status = lab.status()
        assert status["softwire"]["configured"] is False and status["softwire"]["reason"], status
        lab.serve()
        status = lab.wait_softwire(configured=True)
        assert status["softwire"]["ipv4"] == "192.0.2.18/32" and status["softwire"]["psid"] == 0x34, status
        assert status["softwire"]["remote"] == BR6 and status["softwire"]["ports"] == 240, status
        assert status["dhcpv6"]["state"] == "bound" and status["dhcpv6"]["prefixes"][0]["prefix"] == PREFIX, status
        with lab.web_server():
            lab.fetch()
        lab.assert_balanced()


CASES = [("a CE comes up from nothing: Kea, IA_PD and option 94", comes_up_from_nothing)]
