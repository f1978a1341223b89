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
import shutil
import subprocess

import traffic
from control import reload
from daemon import Daemon, edit, wait_until
from hostside import Wire
from lab import BR6, H1, MAC, ROOT, RULE, SRV, Lab
from tap import Skip
from traffic import UDP, Echo, Flow, Repeated, closing, exchange

import mape
import scenario

MAC.update({"ce lan-port": "02:00:00:00:0c:11", "ce wan-port": "02:00:00:00:0c:12", "h1 eth0": "02:00:00:00:01:10",
            "core line": "02:00:00:00:06:11"})
PREFIX, OTHER_PREFIX = "2001:db8:12:3400::/56", "2001:db8:13:3500::/56"
BR6_B = "2001:db8:ffff::2"
CE_LINK_LOCAL = "fe80::ff:fe00:c12"                      # Linux makes it of the MAC address
PATIENCE = 40


def option(code, data):
    return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def container(br=BR6, rule=RULE):
    """The option S46_CONT_MAPE of RFC 7598 for a rule, without its header."""
    prefix6, prefix4 = ipaddress.IPv6Network(rule.rule6), ipaddress.IPv4Network(rule.rule4)
    ports = option(93, bytes([rule.offset, 0, 0, 0]))
    body = bytes([1, rule.ea, prefix4.prefixlen]) + prefix4.network_address.packed + bytes([prefix6.prefixlen])
    body += prefix6.network_address.packed[:(prefix6.prefixlen + 7) // 8]
    return option(89, body + ports) + option(90, ipaddress.IPv6Address(br).packed)


# T1, T2, preferred and valid lifetime, in seconds.
AN_HOUR, SHORT = (1800, 2880, 3000, 3600), (2, 4, 10, 12)

# Of a softwire in `status`, what its packets change.
TRAFFIC = {"reachable", "reachable_reason", "unanswered_packets", "carrying", "last_minute", "last_received_s", "probe"}


def settled(status):
    """What the softwire is, whatever it carries."""
    return {key: value for key, value in status["softwire"].items() if key not in TRAFFIC}


def kea_config(directory, prefix, options, times=AN_HOUR):
    """Kea for one client that gets exactly this prefix; `options` are the softwire's: {code: bytes}."""
    renew, rebind, preferred, valid = times
    length = ipaddress.IPv6Network(prefix).prefixlen
    return {"Dhcp6": {
        "interfaces-config": {"interfaces": ["line"]},
        "lease-database": {"type": "memfile", "persist": False},
        "server-id": {"type": "LL", "htype": 1, "identifier": "020000000611", "persist": False},
        "renew-timer": renew, "rebind-timer": rebind, "preferred-lifetime": preferred, "valid-lifetime": valid,
        "option-def": [{"name": f"softwire-{code}", "code": code, "type": "binary", "space": "dhcp6"}
                       for code in options if code not in (23, 31, 64, 94, 96)],
        "option-data": [{"code": code, "space": "dhcp6", "csv-format": False, "data": data.hex(), "always-send": False}
                        for code, data in options.items()],
        "subnet6": [{"id": 1, "subnet": "fe80::/10", "interface": "line",
                     "pd-pools": [{"prefix": prefix.split("/")[0], "prefix-len": length, "delegated-len": length}]}],
        "loggers": [{"name": "kea-dhcp6", "severity": "INFO", "output_options": [{"output": str(directory / "kea.log")}]}]}}


class LineLab(Lab):
    """A BR, a core with Kea and router advertisements, and the CE of configs/ce-dhcpv6.conf with one host."""

    flags = "AdvManagedFlag on;"
    radvd = None

    def __init__(self, build, changes=(), br=()):
        super().__init__(build, sites=(), changes={"br": list(br)})
        self._edits, self.kea, self.prefix = list(changes), None, PREFIX

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
        """A provider's router: an IPv6 default route, and by default addresses by DHCPv6."""
        self.routers_say(self.flags)

    def routers_say(self, text):
        """That, from now on."""
        if self.radvd is not None:
            self.radvd.kill()
            self.radvd.wait()
        conf = self.directory / "radvd.conf"
        conf.write_text(f"interface line {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; {text} }};\n")
        self.radvd = self.start("core", ["radvd", "-n", "-C", conf, "-p", self.directory / "radvd.pid", "-m", "none"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serve(self, prefix=PREFIX, br=BR6, options=None, times=AN_HOUR):
        """(Re)starts Kea, which remembers nothing, and routes the prefix to the CE."""
        self.silence()
        self.prefix = prefix
        self.plug_in()
        config = self.directory / "kea.conf"
        softwire = {94: container(br)} if options is None else options
        config.write_text(json.dumps(kea_config(self.directory, prefix, softwire, times)), encoding="utf-8")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEA_PIDFILE_DIR": str(self.directory), "KEA_LOCKFILE_DIR": "none"}
        self.kea = self.start("core", ["kea-dhcp6", "-c", config], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=environment)

    def plug_in(self):
        """The line as the provider's router sees it: its address, the way to the CE."""
        core = self.ns["core"]
        core.run("ip address replace fe80::1/64 dev line nodad")
        core.run("ip -6 route flush table main dev line proto static", check=False)
        core.run(f"ip -6 route add {self.prefix} via {CE_LINK_LOCAL} dev line proto static")

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

    def prepare_ce(self):
        if "ce" not in self.daemons:
            self.daemons["ce"] = Daemon("ce", self.ns["ce"], self.binary, self.directory, self.config("ce"))

    def switch_on(self):
        self.prepare_ce()
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

    def fetch(self, host="h1"):
        result = self.ns[host].run(f"curl -s -S -m 20 -o /dev/null -w %{{http_code}}:%{{size_download}} http://{SRV}:8000/page", check=False)
        assert result.stdout.startswith("200:100000"), f"{result.stdout} {result.stderr}\n{json.dumps(self.status(), indent=1)}"


def comes_up_from_nothing(build):
    """S46-01 DHC-01: Kea delegates a prefix and sends option 94; the CE carries curl."""
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


# ---- the wire ----

SOLICIT, ADVERTISE, REQUEST, CONFIRM, RENEW, REBIND, REPLY, RELEASE = range(1, 9)
CLIENT_ID, SERVER_ID, IA_PD = 1, 2, 25


def options_in(data):
    """{code: data} of DHCPv6 options."""
    found = {}
    while data:
        end = 4 + int.from_bytes(data[2:4], "big")
        found[int.from_bytes(data[:2], "big")] = data[4:end]
        data = data[end:]
    return found


class Line(Wire):
    """What the CE sends on its line."""

    def __init__(self, lab):
        super().__init__(lab.ns["core"], "line")

    @property
    def messages(self):
        """Its DHCPv6 messages: [(type, options)]."""
        return [(frame[62], options_in(frame[66:])) for frame in list(self.came)
                if frame[12:14] == b"\x86\xdd" and frame[20] == 17 and frame[56:58] == b"\x02\x23"]

    @property
    def types(self):
        return [kind for kind, _ in self.messages]

    def wait_message(self, kind, deadline=PATIENCE):
        """The options of the first message of this kind."""
        found = lambda: [options for one, options in self.messages if one == kind]
        return wait_until(f"message {kind}", found, deadline)[0]

    @property
    def tunnelled(self):
        """(outer source, inner source) of its packets in the softwire, in the order in which they came."""
        return [(str(ipaddress.IPv6Address(frame[22:38])), str(ipaddress.IPv4Address(frame[66:70]))) for frame in list(self.came)
                if frame[12:14] == b"\x86\xdd" and frame[20] == 4]


class Chatter:
    """One UDP socket of h1 that speaks and speaks, and hears as whom the server sees it."""

    def __init__(self, lab):
        self._socket = lab.ns["h1"].socket(UDP)
        self._socket.settimeout(0.02)
        self._socket.connect((SRV, traffic.ECHO_PORT))
        self.seen_as = []

    def __call__(self):
        with contextlib.suppress(OSError):                   # no answer in time, or an ICMP error
            self._socket.send(b"still here")
            self.seen_as.append(self._socket.recv(100).split(b":")[0].decode())


def renumbered_under_traffic(build):
    """MAPE-59 DHC-24 BRS-15: another prefix while packets fly: sessions end, and nothing leaves as whom we were."""
    with LineLab(build) as lab, lab.web_server(), Echo(lab.ns["srv"]):
        lab.serve(times=SHORT)
        lab.switch_on()
        old = lab.wait_softwire(configured=True)["softwire"]
        chatter = Chatter(lab)
        with Line(lab) as line, Repeated(chatter):
            wait_until("an answer", lambda: chatter.seen_as)
            lab.serve(prefix=OTHER_PREFIX)
            new = lab.wait_softwire(configured=True, ipv4="192.0.2.19/32")["softwire"]
            seen = len(chatter.seen_as)
            wait_until("answers again", lambda: len(chatter.seen_as) > seen + 2)
            lab.fetch()
        assert new["psid"] == 0x35 and new["port_ranges"] != old["port_ranges"] and new["local"] != old["local"], new
        assert set(chatter.seen_as) == {"192.0.2.18", "192.0.2.19"}, set(chatter.seen_as)
        switch = line.tunnelled.index((new["local"], "192.0.2.19"))
        before, after = set(line.tunnelled[:switch]), set(line.tunnelled[switch:])
        assert before == {(old["local"], "192.0.2.18")} and after == {(new["local"], "192.0.2.19")}, (before, after)
        assert lab.ce.stats()["events"]["sessions_flushed"] > 0
        assert all(f"dhcpv6: new prefix={prefix}" in lab.ce.log() for prefix in (PREFIX, OTHER_PREFIX)), lab.ce.log()
        assert [one["prefix"] for one in lab.status()["dhcpv6"]["prefixes"]][-1] == OTHER_PREFIX, lab.status()
        lab.assert_balanced()


def other_end_moves_and_goes(build):
    """S46-20 MAPE-51 BRS-15: another BR is used at once, and logged, since who says so is not proven; mappings stay; without option 94 the softwire
    is down, and hosts hear it."""
    with LineLab(build) as lab, lab.web_server(), Echo(lab.ns["srv"]):
        lab.serve(times=SHORT)
        lab.switch_on()
        lab.wait_softwire(configured=True, remote=BR6)
        with closing([Flow(lab.ns["h1"], f"flow {i}") for i in range(5)]) as flows:
            exchange(flows)
            lab.route_ipv6("br", f"{BR6_B}/128")
            reload(lab.daemons["br"], edit(lab.config("br"), [(BR6, BR6_B)]))
            lab.serve(br=BR6_B, times=SHORT)
            lab.wait_softwire(configured=True, remote=BR6_B)
            said = [line for line in lab.ce.log().splitlines() if "softwire: up" in line]
            assert [f"remote={br} " in line for br, line in zip((BR6, BR6_B), said, strict=True)] == [True, True], said
            exchange(flows)                              # a Flow whose external port is another one fails
        lab.serve(options={}, times=SHORT)
        status = lab.wait_softwire(configured=False)
        assert status["softwire"]["reason"] and status["dhcpv6"]["prefixes"][0]["prefix"] == PREFIX, status
        said = lab.ns["h1"].run(f"ping -n -c 1 -W 1 {SRV}", check=False).stdout
        assert "From 192.168.1.1" in said and "Destination Net Unreachable" in said, said
        lab.serve(br=BR6_B)
        lab.wait_softwire(configured=True, remote=BR6_B)
        lab.fetch()
        lab.assert_balanced()


def outlives_its_server(build):
    """DHC-23 MAPE-51 S46-19: Renew, Rebind, then the lease is over and the softwire with it; the server comes back."""
    with LineLab(build) as lab, lab.web_server():
        lab.serve(times=(2, 3, 5, 6))
        lab.switch_on()
        lab.wait_softwire(configured=True)
        lab.silence()
        with Line(lab) as line:
            rebind = line.wait_message(REBIND)
            assert SERVER_ID not in rebind and IA_PD in rebind, rebind
            status = lab.wait_softwire(configured=False)
            assert status["softwire"]["reason"] and status["dhcpv6"]["prefixes"] == [], status
            line.wait_message(SOLICIT)
            assert lab.status()["dhcpv6"]["state"] == "soliciting", lab.status()
        assert sorted(set(line.types), key=line.types.index)[-3:] == [RENEW, REBIND, SOLICIT], line.types
        lab.serve()
        lab.wait_softwire(configured=True)
        lab.fetch()
        lab.assert_balanced()


def identity(options):
    """Who asks: DUID, IAID."""
    return options[CLIENT_ID], options[IA_PD][:4]


def remembers_after_a_crash(build):
    """DHC-29 DHC-34 DHC-36 DHC-38 SEC-16: SIGKILL; the same client goes on with its lease, also with another network card."""
    with LineLab(build) as lab, lab.web_server():
        lab.serve()
        with Line(lab) as first:
            lab.switch_on()
            was = settled(lab.wait_softwire(configured=True))
        who = identity(first.messages[0][1])
        assert RELEASE not in first.types and first.types[0] == SOLICIT, first.types
        lab.silence()
        lab.ce.kill()
        with Line(lab) as line:
            lab.switch_on()
            assert settled(lab.wait_softwire(configured=True)) == was
            lab.fetch()                                  # nobody has answered yet
            line.wait_message(REBIND)
            lab.serve()
            wait_until("the server to agree", lambda: lab.status()["dhcpv6"]["received"].get("Reply"))
        assert set(line.types) == {REBIND} and identity(line.messages[0][1]) == who, line.messages
        lab.fetch()
        lab.assert_balanced()

        lab.ce.kill()
        lab.ns["ce"].run("ip link set wan-port address 02:00:00:00:0c:99")
        with Line(lab) as line:
            lab.switch_on()
            assert identity(line.wait_message(REBIND)) == who
        lab.ns["ce"].run(f"ip link set wan-port address {MAC['ce wan-port']}")
        lab.ce.kill()
        forget(lab)


def forget(lab):
    """A state file that has been changed is no state: a clean start that says so."""
    file = lab.directory / "state" / "dhcpv6"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with Line(lab) as line:
        lab.switch_on()
        lab.wait_softwire(configured=True)
    assert line.types[0] == SOLICIT and REBIND not in line.types, line.types
    assert f"file={file} is of no use" in lab.ce.log(), lab.ce.log()
    lab.fetch()
    lab.assert_balanced()


def cable_out_and_in(build):
    """DHC-29: the carrier goes and comes: a Rebind tells whether it is still the same line."""
    with LineLab(build) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True)
        with Line(lab) as line:
            lab.ns["core"].run("ip link set dev line down")
            wait_until("no carrier", lambda: "NO-CARRIER" in lab.ns["ce"].run("ip link show dev wan").stdout)
            lab.ns["core"].run("ip link set dev line up")
            lab.plug_in()
            line.wait_message(REBIND, deadline=10)
        assert SOLICIT not in line.types, line.types
        lab.wait_softwire(configured=True)
        lab.fetch()
        lab.assert_balanced()


def cable_out_for_a_moment(build):
    """DHC-29: the carrier is away for some milliseconds, between two looks at it: the lease is checked all the same, once for each time."""
    with LineLab(build) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True)
        assert "link=down" not in lab.ce.log(), lab.ce.log()
        for times in 1, 2:
            with Line(lab) as line:
                lab.ns["core"].run(["sh", "-c", "ip link set dev line down; ip link set dev line up"])
                lab.plug_in()
                line.wait_message(REBIND, deadline=10)
            assert SOLICIT not in line.types, line.types
            wait_until("the answer", lambda: lab.status()["dhcpv6"]["state"] == "bound")
            assert lab.ce.log().count("link=down") == lab.ce.log().count("link=up") == times, lab.ce.log()
        lab.wait_softwire(configured=True)
        assert lab.ce.log().count("softwire: up") == 1, "the same softwire is no news"
        lab.fetch()
        lab.assert_balanced()


def read_by_tshark(build):
    """S46-01 DHC-02 DHC-13: another implementation reads the messages: none is malformed, each asks for 94, never for 89 to 93."""
    if shutil.which("tshark") is None:
        raise Skip("tshark is not installed")
    with LineLab(build) as lab:
        with Line(lab) as line:
            lab.serve(times=SHORT)
            lab.switch_on()
            lab.wait_softwire(configured=True)
            line.wait_message(RENEW)
            wait_until("the answer", lambda: lab.status()["dhcpv6"]["received"]["Reply"] >= 2)
            assert lab.ce.log().count("softwire: up") == 1, "the same again is no news"
            lab.ce.kill()
            lab.switch_on()
            line.wait_message(REBIND)
            wait_until("the answer", lambda: lab.status()["dhcpv6"]["received"].get("Reply"))
        capture = lab.directory / "line.pcap"
        capture.write_bytes(scenario.write_pcap((0, frame) for frame in (*line.came, *line.went)))

        def tshark(display_filter, *fields):
            columns = [word for field in fields for word in ("-e", field)]
            done = subprocess.run(["tshark", "-r", capture, "-Y", display_filter, "-T", "fields", *columns], capture_output=True,
                                  text=True, timeout=60, check=True)
            return [row.split("\t") for row in done.stdout.splitlines()]

        bad = tshark("_ws.malformed or _ws.expert.severity >= 0x00600000", "frame.number", "_ws.expert.message")
        assert bad == [], bad
        asked = {int(kind): {int(code) for code in codes.split(",")}
                 for kind, codes in tshark("udp.dstport == 547", "dhcpv6.msgtype", "dhcpv6.requested_option_code")}
        assert set(asked) == {SOLICIT, REQUEST, RENEW, REBIND}, asked
        for kind, codes in asked.items():
            assert 94 in codes and not codes & set(range(89, 94)), (kind, codes)
        assert 82 in asked[SOLICIT], asked
        lab.assert_balanced()


def behind_a_home_gateway(build):
    """MAPE-09: the delegated /60 is not the part of the End-user prefix that has the MAP address: the status says so."""
    with LineLab(build) as lab:
        lab.serve(prefix="2001:db8:12:3410::/60")
        lab.switch_on()
        status = wait_until("the prefix", lambda: (status := lab.status())["dhcpv6"]["prefixes"] and status)
        softwire = status["softwire"]
        assert softwire["configured"] is False, status
        assert "2001:db8:12:3400:" in softwire["reason"] and "2001:db8:12:3410::/60" in softwire["reason"], status
        assert "home gateway" in softwire["hint"], status
        lab.assert_balanced()


def by_binding(build):
    """S46-14 S46-15: option 96 gives an address and a port set that no rule computes (RFC 7598 section 4.4): lw4o6."""
    rules = "    rules = ("
    pools = '    pools = ( { ipv4 = "203.0.113.0/24"; offset = 4; psid_len = 8; } );\n'
    with LineLab(build, br=[(rules, pools + rules)]) as lab, lab.web_server():
        ports = option(93, bytes([4, 8, 0xab, 0]))
        prefix = ipaddress.IPv6Network(PREFIX).network_address.packed[:7]
        binding = option(92, ipaddress.IPv4Address("203.0.113.1").packed + bytes([56]) + prefix + ports)
        lab.serve(options={96: option(90, ipaddress.IPv6Address(BR6).packed) + binding})
        local = "2001:db8:12:3400:0:cb00:7101:ab"        # RFC 7597 section 6
        reply = lab.daemons["br"].ask("binding-add", ipv4="203.0.113.1", psid=0xab, softwire=local)
        assert reply["result"] == 0, reply
        lab.switch_on()
        softwire = lab.wait_softwire(configured=True, kind="lw4o6", ipv4="203.0.113.1/32")["softwire"]
        assert softwire["local"] == local and softwire["psid"] == 0xab and softwire["ports"] == 240, softwire
        lab.fetch()
        lab.assert_balanced()


def with_the_old_identifier(build):
    """MAPE-26: a reload of the running CE to the interface identifier of draft-ietf-softwire-map-03, which the provider wants."""
    old, new = 'provision = [ "dhcpv6" ];', 'provision = [ "dhcpv6" ]; iid = "draft03";'
    with LineLab(build, br=[('iid = "rfc7597"', 'iid = "draft03"')]) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        lab.wait_softwire(configured=True, local=RULE.map_address("192.0.2.18", RULE.ports(0x34)[0]))
        reload(lab.ce, edit(lab.config("ce"), [(old, new)]))
        rule = mape.Rule(RULE.rule6, RULE.rule4, ea=RULE.ea, offset=RULE.offset, iid="draft03")
        lab.wait_softwire(configured=True, local=rule.map_address("192.0.2.18", RULE.ports(0x34)[0]))
        lab.fetch()
        lab.assert_balanced()


CASES = [("a CE comes up from nothing: Kea, IA_PD and option 94", comes_up_from_nothing),
         ("a line is renumbered under traffic (MAPE-59)", renumbered_under_traffic),
         ("the BR's address changes, then option 94 is gone (S46-20)", other_end_moves_and_goes),
         ("a DHCPv6 server is away for longer than its lease (DHC-23)", outlives_its_server),
         ("a CE goes on with its lease after SIGKILL (DHC-29)", remembers_after_a_crash),
         ("the line's cable out and in (DHC-29)", cable_out_and_in),
         ("the line's cable out for a moment (DHC-29)", cable_out_for_a_moment),
         ("tshark reads the DHCPv6 messages (S46-01)", read_by_tshark),
         ("lw4o6 by option 96", by_binding),
         ("interface identifier of draft-03, by a reload", with_the_old_identifier)]
