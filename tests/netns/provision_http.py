# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE that takes its softwire from where providers in Japan have it: HB46PP, names of other ends, files of rules.

    h1 192.168.1.10 --- lan-port [ CE: lan, wan ] wan-port --- core: router with RAs, Kea, dnsmasq, HB46PP --- map [ BR ] inet --- srv

The CE runs configs/ce-hb46pp.conf. Its resolver (dnsmasq) comes by DHCPv6, the provisioning server is scripts/mapedge-hb46pp over
real TLS, and its answer is what `mapedgectl export hb46pp` makes of the BR's configuration.
"""
import json
import os
import re
import stat
import subprocess
import sys

import lab as labs
import traffic
from daemon import edit, wait_until
from lab import BR6, ROOT, RULE, SRV
from peers import ask_kernel, kernel_in_place_of_br, softwire_of_the_kernel
from provision import AN_HOUR, PATIENCE, PREFIX, LineLab, Line, container, kea_config, settled

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

    def fetch(self):
        try:
            super().fetch()
        except AssertionError as error:
            for name, stats in self.stats().items():
                error.add_note(f"{name}: drops {labs.grown({}, stats['drops'])}, events {labs.grown({}, stats['events'])}")
            raise

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

    def ask_again(self):
        """Has HB46PP asked at once, and returns what has come of it."""
        outcomes = lambda: self.ce.log().count("hb46pp: state=")
        before = outcomes()
        self.refresh()
        wait_until("an outcome", lambda: outcomes() > before, PATIENCE)
        return self.source("hb46pp")


def by_hb46pp(build):
    """S46-29 S46-30: TXT by the line's resolver, JSON over checked TLS; the CE carries curl, its store is root's alone; 256 rules, ours last."""
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

        others = [{"ipv6": f"2001:db9:{i:x}::/48", "ipv4": f"10.0.{i}.0/24", "ea_length": 16, "psid_offset": 4} for i in range(255)]
        rules = others + lab.offer["map_e"]["rules"]
        lab.answer({**lab.offer, "map_e": {**lab.offer["map_e"], "rules": rules}})
        assert lab.ask_again()["state"] == "done"
        many = lab.wait_softwire(configured=True, rules=256)["softwire"]
        assert many == {**status["softwire"], "rules": 256}, many
        lab.fetch()
        lab.assert_balanced()
        lab.ce.stop()


def asked_from(lab):
    """Who has asked the provisioning server, in its order."""
    return re.findall(r"^\S+ \[(\S+)\]:\d+.*: GET /config", lab.http_log(), re.MULTILINE)


def another_own_address(build):
    """S46-31: the WAN's own address is another one, the prefix is the same: HB46PP is asked anew, once, and the softwire stays."""
    with HttpLab(build) as lab, lab.web_server():
        lab.everything()
        lab.switch_on()
        was = settled(lab.wait_softwire(configured=True))
        first = asked_from(lab)
        new = WAN_PREFIX.replace("/64", "feed")
        lab.ns["ce"].run(f"ip -6 address add {new}/64 dev wan nodad")
        lab.ns["ce"].run(f"ip -6 address change {WAN_PREFIX.replace('::/64', '::ff:fe00:c12')}/64 dev wan preferred_lft 0 valid_lft 600")
        wait_until("another question", lambda: len(asked_from(lab)) > len(first), PATIENCE)
        lab.wait_source("hb46pp", "done")
        assert asked_from(lab)[-1] == new and settled(lab.status()) == was, asked_from(lab)
        lab.fetch()
        assert len(asked_from(lab)) == len(first) + 1, asked_from(lab)
        lab.assert_balanced()


# ---- the order of the sources ----

def first_in_order_wins(build):
    """S46-29 MAPE-51: two sources at once: the first wins, no other is set up before, and what the others have is told."""
    with HttpLab(build, order='"hb46pp", "dhcpv6"') as lab, lab.web_server():
        lab.resolve()
        lab.provision()
        lab.serve(options={94: container(br="2001:db8:ffff::2")})
        lab.switch_on()
        status = lab.wait_softwire(configured=True)
        assert status["softwire"]["provision"] == "hb46pp" and status["softwire"]["remote"] == BR6, status
        assert lab.ce.log().count("softwire: up") == 1, lab.ce.log()
        loser = lab.source("dhcpv6")
        assert not loser["used"] and loser["state"] == "bound" and "not needed" in loser["reason"], loser
        lab.fetch()
        lab.assert_balanced()


def next_in_order(build):
    """S46-29: without HB46PP (v=spf1) by DHCPv6; then the provider has it, and it takes over, without a moment in between."""
    with HttpLab(build, order='"hb46pp", "dhcpv6"') as lab, lab.web_server():
        lab.resolve(txt="v=spf1 -all")
        lab.provision()
        lab.serve(options={94: container()})
        lab.switch_on()
        status = lab.wait_softwire(configured=True)
        assert status["softwire"]["provision"] == "dhcpv6", status
        loser = lab.wait_source("hb46pp", "no-service", text="v=spf1")
        assert not loser["used"] and 3600 - PATIENCE < loser["next_action_s"] <= 3 * 3600, loser
        lab.fetch()
        lab.resolve()
        with traffic.Echo(lab.ns["srv"]), traffic.closing([traffic.Flow(lab.ns["h1"], f"flow {i}") for i in range(3)]) as flows:
            traffic.exchange(flows)
            lab.refresh()
            lab.wait_softwire(configured=True, provision="hb46pp")
            traffic.exchange(flows)                      # the same softwire by another way: mappings stay
        assert "softwire: down" not in lab.ce.log().split("softwire: up", 1)[1], lab.ce.log()
        lab.fetch()
        lab.assert_balanced()


# ---- servers that fail ----

def stored_answer(build):
    """S46-29 SEC-16: the server dies, the CE restarts: what was stored works, and says so; then it is forgotten."""
    with HttpLab(build) as lab, lab.web_server():
        lab.everything()
        lab.switch_on()
        was = settled(lab.wait_softwire(configured=True))
        lab.hang_up()
        lab.ce.kill()
        lab.switch_on()
        assert settled(lab.wait_softwire(configured=True)) == was
        source = lab.wait_source("hb46pp", "retry", text="uses the answer that was stored at 20")
        assert source["used"] and 600 - PATIENCE < source["next_action_s"] <= 1800, source
        lab.fetch()
        lab.provision()
        lab.refresh()
        lab.wait_source("hb46pp", "done")
        assert settled(lab.status()) == was
        lab.assert_balanced()

        store = lab.directory / "state" / "hb46pp"
        assert lab.ce.ask("provision-forget")["result"] == 0 and not store.exists()
        lab.hang_up()
        lab.ce.kill()
        lab.switch_on()
        lab.wait_source("hb46pp", "retry", text=f"no answer from https://{NAME}/config: ")
        status = lab.wait_softwire(configured=False)
        assert NAME in status["softwire"]["reason"], status
        store.write_bytes(b"2026-11-03T08:30:00.000Z\n{ nonsense")
        lab.ce.kill()
        lab.switch_on()
        lab.wait_source("hb46pp", "retry")
        assert f"file={store} is of no use" in lab.ce.log(), lab.ce.log()


# What the server does wrong, and what the CE says about it. What runs goes on.
FAULTS = [(("tls-other-ca",), "retry", "certificate"), (("tls-wrong-name",), "retry", "subject name"), (("tls-expired",), "retry", "expired"),
          (("tls-1.0",), "retry", "SSL routines"), (("http-500",), "retry", "the server answers 500"),
          (("http-301",), "retry", "the server answers 301"), (("http-403",), "retry", "does not know our IPv6 address"),
          (("http-307-loop",), "retry", "307 for the 6th time"), (("http-307-chain",), "retry", "307 for the 6th time"),
          (("http-307-http",), "retry", "to http"), (("http-307-nowhere",), "retry", "307 without Location"),
          (("http-307-once",), "done", "offers map-e"), (("http-oversize",), "retry", "longer than 256 KiB"),
          (("http-truncated",), "retry", "transfer closed"), (("json-none",), "retry", "not JSON"),
          (("order-missing",), "retry", "order: missing"), (("rules-257",), "retry", "257 rules"), (("ttl-over",), "done", "ttl")]


def misbehaving_servers(build):
    """S46-29 S46-30 S46-31: each mistake of a server is named, and the softwire stays; two kinds of answer take it down."""
    with HttpLab(build) as lab, lab.web_server():
        lab.everything()
        lab.switch_on()
        was = settled(lab.wait_softwire(configured=True))
        for faults, state, text in FAULTS:
            lab.provision(*faults)
            source = lab.ask_again()
            assert source["state"] == state and text in source["reason"], (faults, source)
            assert settled(lab.status()) == was, (faults, lab.status())
        lab.fetch()

        lab.provision("http-silent")
        lab.refresh()
        lab.wait_source("hb46pp", "asking-server")
        lab.fetch()                                      # and control answers, as `status` has shown
        lab.wait_source("hb46pp", "asking-server")
        lab.hang_up()
        lab.wait_source("hb46pp", "retry")
        lab.dns.kill()
        lab.dns.wait()
        lab.refresh()
        lab.wait_source("hb46pp", "retry", text="the resolver does not answer TXT")
        assert settled(lab.status()) == was

        lab.resolve()
        lab.provision("order-empty")
        lab.refresh()
        lab.wait_source("hb46pp", "done", text="nothing for us: order: empty")
        lab.wait_softwire(configured=False)
        assert "Destination Net Unreachable" in lab.ns["h1"].run(f"ping -n -c 1 -W 1 {SRV}", check=False).stdout
        lab.provision()
        lab.refresh()
        assert settled(lab.wait_softwire(configured=True)) == was
        lab.resolve(txt=None)
        lab.refresh()
        lab.wait_source("hb46pp", "no-service", text="does not exist")
        lab.wait_softwire(configured=False)
        assert not (lab.directory / "state" / "hb46pp").exists()
        lab.resolve(txt=TXT.replace("t=b", "t=a"))
        lab.provision("tls-other-ca")
        lab.refresh()
        assert settled(lab.wait_softwire(configured=True)) == was      # t=a: whatever the certificate is
        lab.fetch()
        lab.assert_balanced()


def user_and_password(build):
    """SEC-20 S46-29: user and password from a file go to the checked server of the entered name, and into no log and no status."""
    settings = 'user = "line4711"; pass_file = "secret"; server_name = "vne.example.jp";'
    with HttpLab(build, changes=[("    methods = ", f"    {settings}\n    methods = ")]) as lab:
        secret = lab.directory / "secret"
        secret.write_text("Xy_correct-horse\n", encoding="ascii")
        secret.chmod(0o600)
        lab.resolve()
        lab.provision(words=("--user", "line4711", "--pass", "Xy_correct-horse"))
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True)
        lab.provision(words=("--user", "line4711", "--pass", "another"))
        lab.refresh()
        lab.wait_source("hb46pp", "done", text="it does not know user and pass")
        lab.wait_softwire(configured=False)
        lab.resolve(txt=TXT.replace("t=b", "t=a"))
        lab.refresh()
        lab.wait_source("hb46pp", "done", text="which were not sent")
        for told in (lab.ce.log(), json.dumps(lab.status()), json.dumps(lab.ce.stats())):
            assert "Xy_correct-horse" not in told, told
        assert "breaks section 3.3" not in lab.http_log(), lab.http_log()
        lab.assert_balanced()


# ---- the line ----

def waits_for_an_address(build):
    """S46-29: a line whose Linux has no global IPv6 address: HB46PP says that, and goes on when there is one. Resolvers by hand."""
    with HttpLab(build, changes=[("  hb46pp = {", f'  resolvers = [ "{RESOLVER}" ];\n  hb46pp = {{')]) as lab, lab.web_server():
        lab.ns["ce"].sysctl("net.ipv6.conf.default.autoconf", 0)
        lab.resolve()
        lab.provision()
        lab.serve(dns=False)
        lab.switch_on()
        lab.wait_source("hb46pp", "no-address", text="no global IPv6 address")
        assert lab.status()["resolvers"] == {"from": "access.resolvers", "servers": [RESOLVER]}, lab.status()
        lab.ns["ce"].run("ip address add 2001:db8:66::5/64 dev wan")
        lab.wait_softwire(configured=True, provision="hb46pp")
        lab.fetch()
        lab.assert_balanced()


def renumbered(build):
    """MAPE-59 S46-31: another prefix: the answer in use is counted anew for it at once, and the server is asked again."""
    with HttpLab(build) as lab, lab.web_server():
        lab.resolve()
        lab.provision()
        lab.serve(times=(2, 4, 10, 12))
        lab.switch_on()
        lab.wait_softwire(configured=True, ipv4="192.0.2.18/32")
        asked = lab.http_log().count("GET /config")
        lab.serve(prefix="2001:db8:13:3500::/56")
        status = lab.wait_softwire(configured=True, ipv4="192.0.2.19/32")
        assert status["softwire"]["provision"] == "hb46pp" and status["softwire"]["psid"] == 0x35, status
        wait_until("another request", lambda: lab.http_log().count("GET /config") > asked, PATIENCE)
        lab.fetch()
        lab.assert_balanced()


# ---- files of rules ----

def rule_answer(prefix="2001:db8::/40", br=BR6):
    """As JPNE's rule server gives it, which means draft-03."""
    return "v6plus(" + json.dumps({"dmr": br, "ipv6_fixlen": 56, "id": "0", "fmr": [
        {"ipv6": prefix, "ipv4": str(RULE.rule4), "psid_offset": RULE.offset, "ea_length": RULE.ea}]}) + ");"


def by_a_file_of_rules(build):
    """S46-29 MAPE-26: rules of an operator's file, in two shapes; a file that does not fit is refused at a reload, with the prefix."""
    with HttpLab(build, order='"dhcpv6", "rules"', rules="my-rules", br=[('iid = "rfc7597"', 'iid = "draft03"')]) as lab, lab.web_server():
        rules = lab.directory / "my-rules"
        rules.write_text(rule_answer("2001:db9::/40"), encoding="ascii")
        lab.serve()
        lab.switch_on()
        lab.wait_source("rules", "nothing", text=f"no rule of {rules} is for {PREFIX}")
        status = lab.wait_softwire(configured=False)
        assert f"no rule of {rules} is for {PREFIX}" in status["softwire"]["reason"], status
        assert "dhcpv6: " in status["softwire"]["reason"], status

        rules.write_text(rule_answer(), encoding="ascii")
        os.utime(rules, (1_600_000_000, 1_600_000_000))
        assert lab.ce.ask("config-reload")["result"] == 0
        was = settled(lab.wait_softwire(configured=True, provision="rules", remote=BR6))
        source = lab.source("rules")
        assert source["used"] and source["state"] == "read" and source["age_s"] > 100_000_000, source
        assert "2020-09-13" in source["reason"] and str(rules) in source["reason"], source
        lab.fetch()

        for text, said in (rule_answer("2001:db9::/40"), f"no rule of {rules} is for {PREFIX}"), ("{ half of", "not JSON"):
            rules.write_text(text, encoding="ascii")
            reply = lab.ce.ask("config-reload")
            assert reply["result"] == 1 and said in reply["text"], reply
            assert settled(lab.status()) == was
            reason = lab.source("rules")["reason"]
            assert "the file is another now" in reason and "no rule" not in reason and "JSON" not in reason, reason
        rule = f'{{ ipv6 = "{RULE.rule6}"; ipv4 = "{RULE.rule4}"; ea = {RULE.ea}; offset = {RULE.offset}; }}'
        rules.write_text(f'services = ( {{ name = "a"; br = "{BR6}"; iid = "draft03"; rules = ( {rule} ); }} );', encoding="ascii")
        assert lab.ce.ask("config-reload")["result"] == 0
        assert settled(lab.status()) == was
        lab.fetch()
        lab.assert_balanced()
        lab.ce.stop()


# ---- names ----

AFTR, AFTR6, AFTR6_B = "aftr.example.net", "2001:db8:ffff::64", "2001:db8:ffff::65"
B4 = "2001:db8:12:3400:0:c000:2:0"


def linux_as_aftr(lab):
    """The BR's kernel in its place, as the other end for the LAN's addresses. An AFTR would translate them."""
    br = kernel_in_place_of_br(lab)
    del lab.daemons["br"]
    softwire_of_the_kernel(br, AFTR6, B4, "192.168.1.0/24", "map")
    ask_kernel(br, f"ip -6 route add {AFTR6_B}/128 encap seg6local action End.DX4 nh4 0.0.0.0 dev map")
    for address in AFTR6, AFTR6_B:
        lab.route_ipv6("br", f"{address}/128")


def aftr_by_name(build):
    """S46-26: DS-Lite by option 64: AAAA of the AFTR's name, that has none, moves and goes; ping and curl through Linux as its other end."""
    with HttpLab(build, order='"dhcpv6"') as lab, lab.web_server():
        linux_as_aftr(lab)
        lab.resolve(f"host-record={AFTR},192.0.2.1")
        name = b"".join(bytes([len(label)]) + label.encode() for label in AFTR.split(".")) + b"\0"
        lab.serve(options={64: name})
        lab.switch_on()
        status = wait_until("the name", lambda: (now := lab.status())["names"] and "no IPv6" in now["names"][0]["reason"] and now, PATIENCE)
        assert status["softwire"]["configured"] is False and f"{AFTR} has no IPv6 address" in status["softwire"]["reason"], status

        lab.resolve(f"host-record={AFTR},{AFTR6}")
        status = lab.wait_softwire(configured=True, kind="ds-lite", remote=AFTR6)      # it is asked for again, by itself
        assert status["softwire"]["local"] == B4 and status["names"][0]["addresses"] == [AFTR6], status
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        lab.fetch()

        lab.resolve(f"cname=relay.example.net,{AFTR}", f"host-record={AFTR},{AFTR6_B}")
        lab.refresh()
        lab.wait_softwire(configured=True, remote=AFTR6_B)
        with Line(lab) as line:
            lab.ns["h1"].run(f"ping -n -c 1 -W 1 {SRV}", check=False)
            wait_until("a packet in the new softwire", lambda: line.tunnelled)
        lab.dns.kill()
        lab.dns.wait()
        lab.refresh()
        wait_until("a failure", lambda: "its last address stays" in lab.status()["names"][0]["reason"], PATIENCE)
        lab.wait_softwire(configured=True, remote=AFTR6_B)
        lab.resolve()
        lab.refresh()
        status = lab.wait_softwire(configured=False)
        assert f"{AFTR} does not exist" in status["softwire"]["reason"], status
        lab.assert_balanced()
        lab.ce.stop()


def aftr_of_hb46pp(build):
    """S46-29: HB46PP names the AFTR; the method before it has no rule for this line, and is passed over with the reason."""
    with HttpLab(build) as lab, lab.web_server():
        linux_as_aftr(lab)
        rules = [{"ipv6": "2001:db9::/40", "ipv4": "192.0.2.0/24", "ea_length": 16, "psid_offset": 4}]
        lab.answer({"order": ["map_e", "dslite"], "ttl": 86400, "map_e": {"br": BR6, "rules": rules}, "dslite": {"aftr": AFTR}})
        lab.resolve(f"host-record={AFTR},{AFTR6}")
        lab.provision()
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True, kind="ds-lite", remote=AFTR6, provision="hb46pp")
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        lab.fetch()

        # Another name, at which the resolver fails: the old softwire stays until the new one is complete.
        moved = "moved.example.net"
        lab.resolve(f"host-record={AFTR},{AFTR6}", f"server=/{moved}/2001:db8:53::99")
        lab.answer({**lab.offer, "order": ["dslite"], "dslite": {"aftr": moved}})
        lab.ask_again()
        lab.wait_source("hb46pp", "done", text=f"what is in use stays: the other end {moved} cannot be looked up")
        lab.wait_softwire(configured=True, remote=AFTR6)
        lab.fetch()
        lab.resolve(f"host-record={moved},{AFTR6_B}")
        lab.refresh()
        lab.wait_softwire(configured=True, remote=AFTR6_B)
        lab.assert_balanced()


def fixed_address(build):
    """S46-29: IPIP: a fixed IPv4 address with all its ports; Linux is the other end, ping and curl."""
    local, address = "2001:db8:12:3400:c0:2:6300:0", "192.0.2.99"
    with HttpLab(build) as lab, lab.web_server():
        linux_as_aftr(lab)
        ask_kernel(lab.ns["br"], f"ip route add {address}/32 encap seg6 mode encap.red segs {local} dev map")
        lab.answer({"order": ["ipip"], "ttl": 86400, "ipip": [{"ipv6_local": local, "ipv6_remote": AFTR6, "ipv4": f"{address}/32"}]})
        lab.everything()
        lab.switch_on()
        softwire = lab.wait_softwire(configured=True, kind="ipip", remote=AFTR6, local=local)["softwire"]
        assert softwire["ipv4"] == f"{address}/32" and softwire["translated"] and softwire["ports"] == 65536, softwire
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        lab.fetch()
        lab.assert_balanced()


def aftr_of_the_configuration(build):
    """S46-26: the operator knows the AFTR's name, as for lines in Japan, and the prefix comes by DHCPv6; without a resolver by DHCPv6, too."""
    static = f'  static = {{ kind = "ds-lite"; br = "{AFTR}"; }}; resolvers = [ "{RESOLVER}" ];\n  hb46pp = {{'
    with HttpLab(build, order='"dhcpv6", "static"', changes=[("  hb46pp = {", static)]) as lab, lab.web_server():
        linux_as_aftr(lab)
        lab.resolve(f"host-record={AFTR},{AFTR6}")
        lab.serve(dns=False)
        lab.switch_on()
        lab.wait_softwire(configured=True, kind="ds-lite", remote=AFTR6, local=B4, provision="static")
        assert "no softwire" in lab.source("dhcpv6")["reason"], lab.source("dhcpv6")
        lab.fetch()
        lab.assert_balanced()


CASES = [("HB46PP: TXT, TLS, and a softwire (S46-29)", by_hb46pp),
         ("HB46PP: the WAN's own address changes (S46-31)", another_own_address),
         ("sources: the first in the order wins, at once", first_in_order_wins),
         ("sources: the next one, until the first has something", next_in_order),
         ("HB46PP: the stored answer after a restart", stored_answer),
         ("HB46PP: servers that misbehave, each named (S46-31)", misbehaving_servers),
         ("HB46PP: user and password (SEC-20)", user_and_password),
         ("HB46PP: a line without a global address", waits_for_an_address),
         ("HB46PP: a line is renumbered", renumbered),
         ("DS-Lite: the AFTR by name (S46-26)", aftr_by_name),
         ("HB46PP: the AFTR by name", aftr_of_hb46pp),
         ("HB46PP: a fixed address", fixed_address),
         ("DS-Lite: the AFTR by name, of the configuration", aftr_of_the_configuration)]
