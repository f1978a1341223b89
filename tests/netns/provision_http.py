# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE that takes its softwire from where providers in Japan have it: HB46PP, names of other ends, files of rules.

    h1 192.168.1.10 --- lan-port [ CE: lan, wan ] wan-port --- core: router with RAs, Kea, dnsmasq, HB46PP --- map [ BR ] inet --- srv

The CE runs configs/ce-hb46pp.conf. Its resolver (dnsmasq) comes by DHCPv6, the provisioning server is scripts/mapedge-hb46pp over
real TLS, and its answer is what `mapedgectl export hb46pp` makes of the BR's configuration.
"""
import ipaddress
import json
import os
import stat
import subprocess
import sys

import traffic
from daemon import edit, wait_until
from lab import BR6, ROOT, RULE, SRV
from provision import AN_HOUR, PATIENCE, PREFIX, LineLab, Line, container, kea_config

RESOLVER, SERVER, NAME = "2001:db8:53::53", "2001:db8:53::443", "vne.example.jp"
WAN_PREFIX = "2001:db8:66::/64"
TXT = f"v=v6mig-1 url=https://{NAME}/config t=b"
ORDER = 'provision = [ "hb46pp", "dhcpv6", "rules" ];'
RULES = '  rules = "rules/japan.conf"; # the public tables, where the provider says nothing\n'


class HttpLab(LineLab):
    """`changes` edits the CE's configuration. Without `order` it asks HB46PP alone, and there is no file of rules."""

    def __init__(self, build, changes=(), order='"hb46pp"', rules=None, **options):
        edits = [(ORDER, f"provision = [ {order} ];"), (RULES, f'  rules = "{rules}";\n' if rules else ""),
                 ("  hb46pp = {\n", '  hb46pp = {\n    ca_file = "certs/ca.pem";\n')]
        super().__init__(build, changes=[*edits, *changes], **options)
        self.dns = self.http = None

    def _build_line(self):
        super()._build_line()
        core = self.ns["core"]
        for address in RESOLVER, SERVER:
            core.run(f"ip address add {address}/128 dev lo")
        self.script("--make-certs", self.directory / "certs", "--name", NAME, "--address", SERVER)
        export = subprocess.run([self.build / "app" / "mapedgectl" / "mapedgectl", "export", "hb46pp", "-c",
                                 self.daemons["br"].config_path], capture_output=True, text=True, timeout=60, check=True)
        self.answer(json.loads(export.stdout))

    def _advertise(self):
        """A provider's router with a prefix on the link: the CE's Linux has a global address to ask from."""
        conf = self.directory / "radvd.conf"
        conf.write_text("interface line { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvManagedFlag on;\n"
                        f" prefix {WAN_PREFIX} {{ AdvOnLink on; AdvAutonomous on; }}; }};\n")
        self.start("core", ["radvd", "-n", "-C", conf, "-p", self.directory / "radvd.pid", "-m", "none"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def config(self, name):
        if name != "ce":
            return super().config(name)
        text = (ROOT / "configs" / "ce-hb46pp.conf").read_text(encoding="utf-8")
        return edit(text, [("/var/lib/mapedge", str(self.directory / "state")), *self._edits])

    # ---- the provider's servers ----

    def script(self, *words):
        subprocess.run([sys.executable, ROOT / "scripts" / "mapedge-hb46pp", *words], capture_output=True, timeout=60, check=True)

    def answer(self, answer):
        """What the provisioning server says, as long as it is not told to misbehave."""
        self.offer = answer
        (self.directory / "answer.json").write_text(json.dumps(answer), encoding="utf-8")

    def plug_in(self):
        super().plug_in()
        self.ns["core"].run(f"ip -6 route replace {WAN_PREFIX} dev line proto static")

    def serve(self, prefix=PREFIX, br=BR6, options=None, times=AN_HOUR, dns=True):
        """As there; without softwire options, but with the resolver."""
        self.silence()
        self.prefix = prefix
        self.plug_in()
        config = kea_config(self.directory, prefix, options or {}, times)
        if dns:
            config["Dhcp6"]["option-data"].append({"name": "dns-servers", "data": RESOLVER})
        file = self.directory / "kea.conf"
        file.write_text(json.dumps(config), encoding="utf-8")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEA_PIDFILE_DIR": str(self.directory), "KEA_LOCKFILE_DIR": "none"}
        self.kea = self.start("core", ["kea-dhcp6", "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)

    def resolve(self, *records, txt=TXT):
        """(Re)starts the line's resolver with these records, one TXT of 4over6.info, and the server's name."""
        if self.dns is not None:
            self.dns.kill()
            self.dns.wait()
        lines = ["no-hosts", "no-resolv", "bind-interfaces", "interface=lo", f"listen-address={RESOLVER}", "local=/#/",
                 f"host-record={NAME},{SERVER}", *records]
        lines += [f"txt-record=4over6.info,{txt}"] if txt else []
        file = self.directory / "dnsmasq.conf"
        file.write_text("\n".join(lines) + "\n", encoding="ascii")
        self.dns = self.start("core", ["dnsmasq", "--keep-in-foreground", f"--conf-file={file}", "--user=root", "--pid-file="],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("the resolver", lambda: f"[{RESOLVER}]:53" in self.ns["core"].run("ss -H -6 -l -u -n").stdout)

    def provision(self, *misbehave, words=()):
        """(Re)starts the provisioning server."""
        self.hang_up()
        faults = [word for name in misbehave for word in ("--misbehave", name)]
        with open(self.directory / "http.log", "a", encoding="utf-8") as log:
            self.http = self.start("core", [sys.executable, ROOT / "scripts" / "mapedge-hb46pp", "--certs", self.directory / "certs",
                                            "--listen", SERVER, *faults, *words, self.directory / "answer.json"],
                                   stdout=subprocess.DEVNULL, stderr=log)
        wait_until("the provisioning server", lambda: f"[{SERVER}]:443" in self.ns["core"].run("ss -H -6 -l -t -n").stdout)

    def hang_up(self):
        if self.http is not None:
            self.http.kill()
            self.http.wait()
            self.http = None

    def http_log(self):
        return (self.directory / "http.log").read_text(encoding="utf-8")

    def everything(self):
        """A provider that has all that a CE needs."""
        self.resolve()
        self.provision()
        self.serve()

    # ---- the CE ----

    def source(self, name):
        return next(source for source in self.status()["sources"] if source["source"] == name)

    def wait_source(self, name, *states, text=""):
        """Until the source is in one of the states, with this text in its reason."""
        def is_so():
            source = self.source(name)
            return source if source["state"] in states and text in source["reason"] else None

        try:
            return wait_until(f"{name} to be {states}", is_so, PATIENCE)
        except AssertionError as error:
            error.add_note(json.dumps(self.status(), indent=1) + "\n" + self.http_log())
            raise

    def refresh(self):
        reply = self.ce.ask("provision-refresh")
        assert reply["result"] == 0, reply


def by_hb46pp(build):
    """S46-29: TXT by the line's resolver, JSON over checked TLS; the CE carries curl, and its store is root's alone."""
    with HttpLab(build) as lab, lab.web_server():
        lab.everything()
        lab.switch_on()
        status = lab.wait_softwire(configured=True)
        assert status["softwire"]["provision"] == "hb46pp" and status["softwire"]["remote"] == BR6, status
        assert status["softwire"]["ipv4"] == "192.0.2.18/32" and status["softwire"]["psid"] == 0x34, status
        assert status["resolvers"] == {"from": "dhcpv6", "servers": [RESOLVER]}, status
        source = lab.source("hb46pp")
        assert source["used"] and source["state"] == "done" and source["next_action_s"] > 0, source
        assert f"for {NAME}: GET /config vendorid=acde48-mapedge" in lab.http_log(), lab.http_log()
        assert "breaks section 3.3" not in lab.http_log(), lab.http_log()
        store = lab.directory / "state" / "hb46pp"
        assert stat.S_IMODE(os.stat(store).st_mode) == 0o600, oct(os.stat(store).st_mode)
        lab.fetch()
        lab.assert_balanced()


CASES = [("HB46PP: TXT, TLS, and a softwire (S46-29)", by_hb46pp)]
