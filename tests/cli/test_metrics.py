# SPDX-License-Identifier: BSD-3-Clause
"""Statistics for other programs: Prometheus, pages, DPDK's telemetry. usage: test_metrics.py MAPEDGE MAPEDGECTL ROOT [--write]

With --write it renews the tables of docs/metrics.md.
"""
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import metrics_text
from started import CONFIG, DEADLINE, DIR, ENVIRONMENT, MAPEDGE, ask, configuration, running, send
from tap import add, main

ROOT = Path(sys.argv[3]).resolve()
HTTP = DIR / "http"
DOMAIN = '{{ name = "isp{0}"; br = "2001:db8:ffff::{0:x}"; pools = ( {{ ipv4 = "10.{0}.0.0/24"; psid_len = 8; }} );' \
         ' rules = ( {{ ipv6 = "2001:db8:{0:x}00::/40"; ipv4 = "192.{0}.2.0/24"; ea = 16; offset = 4; }} ); }}'
UNIX = f'http = "unix:{HTTP}";'


def ce(http=UNIX):
    return configuration("ce", control=http, telemetry=True)


def br(domains, **how):
    return configuration("br", control=UNIX, telemetry=True, **how) + "domains = ( " + ",\n".join(DOMAIN.format(i) for i in range(1, domains + 1)) + " );\n"


@contextmanager
def daemon(config):
    try:
        with running(config) as process:
            yield process
        assert not HTTP.exists(), "the socket file is still there"
    finally:
        HTTP.unlink(missing_ok=True)


def curl(page, *options, where=("--unix-socket", HTTP, "http://box")):
    done = subprocess.run(["curl", "-sS", *options, *where[:-1], where[-1] + page], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def connect():
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(HTTP))                                # waits where the queue is full, which with a timeout is an error
    sock.settimeout(DEADLINE)
    return sock


def say(words, closes=False):
    """What comes back for some bytes, until the other side closes."""
    with connect() as sock:
        sock.sendall(words)
        if closes:
            sock.shutdown(socket.SHUT_WR)
        got = b""
        while part := sock.recv(65536):
            got += part
        return got


# ---- Prometheus ----

def is_clean(text):
    """promtool finds nothing to complain about: names, types, help, units."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0 and not done.stdout and not done.stderr, f"{done.stdout}{done.stderr}"


def scrape(config):
    with daemon(config):
        text, stats = curl("/metrics"), ask("stats-get", all=True)
    is_clean(text)
    samples = metrics_text.compare(text, stats, ROOT)
    numbers = metrics_text.count_numbers(stats) + len(stats["softwires"]) + 1    # two kinds of moments are texts there
    ids = len(stats["workers"])
    compared = len(list(metrics_text.expected(stats, metrics_text.event_units(ROOT)))) + len(stats["drops"])
    assert compared == numbers - ids, f"{numbers - ids} numbers in stats-get, {compared} compared"
    return samples


def scrape_ce():
    """OPS-01: what stats-get has, Prometheus has."""
    samples = scrape(ce())
    assert samples[metrics_text.series("nat_ports", protocol="tcp")] == 240
    assert samples[metrics_text.series("softwire_info", softwire="map0", kind="map-e", provision="static", ipv4="192.0.2.18/32",
                                       local="2001:db8:12:3400:0:c000:212:34", remote="2001:db8:ffff::1")] == 1


def scrape_br():
    samples = scrape(br(64, workers=16, memory=1024, buffers=65536))
    for i in range(1, 65):
        assert samples[metrics_text.series("softwire_configured", softwire=f"isp{i}")] == 1
    assert len({dict(labels)["worker"] for name, labels in samples if name == "mapedge_worker_sessions"}) == 16


def all_names():
    """What a CE and a BR show, and what only a line that is asked has."""
    names = set()
    for config in ce(), br(1):
        with daemon(config):
            names |= metrics_text.names(curl("/metrics"))
    listed = subprocess.run([MAPEDGE, "--list-metrics"], capture_output=True, text=True, check=True).stdout
    only_listed = set(re.findall(r"^\| `(mapedge_\w+)` \|", listed, re.MULTILINE)) - names
    assert only_listed <= {"mapedge_interface_to_host_packets_total", "mapedge_interface_to_host_bytes_total",
                           "mapedge_interface_from_host_packets_total", "mapedge_interface_from_host_bytes_total",
                           "mapedge_provision_source_used", "mapedge_provision_source_info", "mapedge_dhcpv6_info",
                           "mapedge_registration_info"}, only_listed
    assert not names - set(re.findall(r"`(mapedge_\w+)`", listed)), "a metric is not listed"
    return names


def dashboard():
    """Every metric of the dashboard is one that a box shows, and every expression is one."""
    names = all_names()
    document = json.loads((ROOT / "configs" / "grafana" / "mapedge.json").read_text(encoding="utf-8"))
    used, expressions = set(), []
    for panel in document["panels"]:
        for target in panel.get("targets", []):
            expressions.append(re.sub(r"\$__\w+", "5m", target["expr"]).replace("$instance", ".*"))
            found = set(re.findall(r"\bmapedge_\w+", target["expr"]))
            assert found, f"{panel['title']}: no metric in {target['expr']}"
            used |= found
    for variable in document["templating"]["list"]:
        used |= set(re.findall(r"\bmapedge_\w+", str(variable.get("query", ""))))
    assert used <= names, f"not shown by any box: {used - names}"
    assert len(used) > 15, used
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(expressions)]
    (DIR / "rules.yml").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", DIR / "rules.yml"], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


def listed_in_docs():
    page = ROOT / "docs" / "metrics.md"
    text = page.read_text(encoding="utf-8")
    listed = subprocess.run([MAPEDGE, "--list-metrics"], capture_output=True, text=True, check=True).stdout
    begin, end = "<!-- mapedge --list-metrics -->\n", "<!-- end -->"
    before, rest = text.split(begin)
    new = before + begin + listed + end + rest.split(end)[1]
    if "--write" in sys.argv:
        page.write_text(new, encoding="utf-8")
    assert text == new or "--write" in sys.argv, "docs/metrics.md is out of date: test_metrics.py MAPEDGE MAPEDGECTL ROOT --write"


# ---- pages ----

def documents():
    """Pages have the documents of the socket."""
    with daemon(ce()):
        assert json.loads(curl("/stats.json")) == ask("stats-get")
        status = json.loads(curl("/status.json"))
        assert status.keys() == (told := ask("status")).keys() and status["softwire"] == told["softwire"] and len(status["softwire"]["port_ranges"]) == 15
        assert json.loads(curl("/ports.json")) == ask("ports-get") and json.loads(curl("/hosts.json")) == ask("hosts-get")
        assert json.loads(curl("/drops.json")) == ask("drops-get", explain=True)
        ports = json.loads(curl("/ports.json"))["ranges"]
        assert [[one["first"], one["last"]] for one in ports] == status["softwire"]["port_ranges"]
        history = json.loads(curl("/history.json"))
        assert len(history["age_ms"]) == len(history["dropped"]) >= 1 and history["peak"]["tcp_ports"] == 0
    with daemon(br(1)):
        assert json.loads(curl("/ports.json")) == {} and json.loads(curl("/status.json"))["role"] == "br"


def page_is_alone():
    """The page loads nothing from anywhere, and both languages say the same things."""
    with daemon(ce()):
        page, reasons = curl("/"), set(ask("stats-get", all=True)["drops"])
    assert page == (ROOT / "app" / "mapedge" / "page" / "status.html").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"'`]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(src|@import|url\()\b", re.sub(r"default-src", "", page)), "the page loads something"
    assert "innerHTML" not in page and "document.write" not in page, "texts of others must go in as text"
    words = {language: set(re.findall(r"\b(\w+): [\"`]", body)) for language, body in
             re.findall(r"^  (en|ja): \{\n(.*?)^  \},", page, re.MULTILINE | re.DOTALL)}
    assert words["en"] == words["ja"] and len(words["en"]) > 60, words["en"] ^ words["ja"]
    japanese = set(re.findall(r"^  (\w+): \[\"", page, re.MULTILINE))
    assert len(japanese) > 60 and japanese <= reasons, f"no reasons: {japanese - reasons}"


ANSWERS = [
    (b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"),
    (b"GET /metrics HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK"),
    (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html"),
    (b"GET /stats.json?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: application/json"),
    (b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 404 Not Found"),
    (b"GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 404 Not Found"),
    (b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000, b"HTTP/1.1 405 Method Not Allowed"),
    (b"GET /metrics HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
    (b"nonsense\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 9000, b"HTTP/1.1 431 Request Header Fields Too Large"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 8150 + b"\r\n\r\n", b"HTTP/1.1 200 OK"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
]


def requests():
    """Good and bad ones; whatever comes, the length is right and the connection ends."""
    with daemon(ce()) as process:
        before = len(os.listdir(f"/proc/{process.pid}/fd"))
        for words, answer in ANSWERS * 10:
            got = say(words)
            head, body = got.split(b"\r\n\r\n", 1)
            assert got.startswith(answer), f"{words[:60]}: {head}"
            assert int(re.search(rb"Content-Length: (\d+)", head)[1]) == len(body), head
        assert say(b"GET /stats.json HTTP/1.1\r\nHost: a\r\n\r\n", closes=True).endswith(b"}\n")
        head, body = say(b"HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n").split(b"\r\n\r\n", 1)
        assert not body and int(re.search(rb"Content-Length: (\d+)", head)[1]) > 10000, head
        assert b"Allow: GET, HEAD" in say(b"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"default-src 'none'" in head and b"nosniff" in head
        curl("/stats.json")
        assert len(os.listdir(f"/proc/{process.pid}/fd")) <= before + 1, "connections stay open"


def many_clients():
    """The 33rd connection ends at once; when another has gone there is room again."""
    with daemon(ce()):
        idle = [connect() for _ in range(32)]
        try:
            while True:                                    # until the daemon has taken the last one of these
                with connect() as extra:
                    try:
                        extra.sendall(b"GET /status.json HTTP/1.1\r\nHost: a\r\n\r\n")
                        if not extra.recv(10):
                            break
                    except ConnectionError:
                        break
            idle.pop().close()
            end = time.monotonic() + DEADLINE
            while True:
                try:
                    if say(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200"):
                        break
                except ConnectionError:
                    pass
                assert time.monotonic() < end, "no room after a client has gone"
            assert ask("stats-get")["role"] == "ce"
        finally:
            for sock in idle:
                sock.close()


def free_port(family, address):
    with socket.socket(family) as sock:
        sock.bind((address, 0))
        return sock.getsockname()[1]


def by_tcp(family, address, text):
    port = free_port(family, address)
    with daemon(ce(f'http = "{text}:{port}";')):
        is_clean(curl("/metrics", "-g", where=(f"http://{text}:{port}",)))


def off_by_default():
    with daemon(ce("")) as process:
        listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
        assert f"pid={process.pid}," not in listening and not HTTP.exists()


def port_in_use():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        CONFIG.write_text(ce(f'http = "127.0.0.1:{port}";'))
        done = subprocess.run([MAPEDGE, "-c", CONFIG], capture_output=True, text=True, timeout=DEADLINE, check=False,
                              env=ENVIRONMENT)
    assert done.returncode == 1 and f"http: port {port}: Address already in use" in done.stderr and "hint: " in done.stderr, done.stderr


def reload_keeps_the_place():
    """Where it listens cannot change while it runs; all else reloads, and the pages follow."""
    with daemon(ce()):
        text = CONFIG.read_text()
        CONFIG.write_text(text.replace(str(HTTP), str(DIR / "other")))
        assert "control.http cannot change" in send(b'{"command": "config-reload"}\n')
        CONFIG.write_text("\n" + text)              # the same on another line
        ask("config-reload")
        assert metrics_text.parse(curl("/metrics"))[metrics_text.series("rules_generation")] == 2


def notes():
    """Who opens the pages to everybody is told so."""
    for place, open_to_all in ("0.0.0.0:9597", True), ("[::]:9597", True), ("127.0.0.1:9597", False), ("[::1]:9597", False):
        CONFIG.write_text(configuration("ce", f'http = "{place}";'))
        done = subprocess.run([MAPEDGE, "-t", "-c", CONFIG], capture_output=True, text=True, timeout=DEADLINE, check=True)
        assert ("http has no password" in done.stdout) == open_to_all, done.stdout


# ---- DPDK's telemetry ----

class Telemetry:
    """A client of DPDK's socket: a command a packet, a JSON object a packet."""

    def __enter__(self):
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._sock.settimeout(DEADLINE)
        self._sock.connect(str(DIR / "dpdk" / "rte" / "dpdk_telemetry.v2"))
        self._size = json.loads(self._sock.recv(1024))["max_output_len"]
        return self

    def __exit__(self, *_):
        self._sock.close()

    def ask(self, command):
        self._sock.send(command.encode())
        return json.loads(self._sock.recv(self._size))[command.split(",")[0]]


def flat(document, before=""):
    """Numbers only, as readers of telemetry want them."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}_")
        elif isinstance(value, int) and not isinstance(value, bool):
            yield f"{before}{key}", value


def telemetry():
    with daemon(ce()), Telemetry() as one, Telemetry() as other:
        stats = ask("stats-get", all=True)
        own = [command for command in one.ask("/") if command.startswith("/mapedge/")]
        assert len(own) == 12 and all(one.ask(f"/help,{command}") for command in own), own
        for command, member in ("stats", "conservation"), ("traffic", "traffic_stat"), ("drops", "drops"), ("events", "events"), ("nat", "nat"):
            assert one.ask(f"/mapedge/{command}") == dict(flat(stats[member])) == other.ask(f"/mapedge/{command}"), command
        for command, member, key in ("interface", "interfaces", "name"), ("softwire", "softwires", "name"), ("worker", "workers", "id"):
            assert one.ask(f"/mapedge/{member}") == [str(part[key]) for part in stats[member]], member
            for part in stats[member]:
                assert one.ask(f"/mapedge/{command},{part[key]}") == dict(flat(part)), part
        assert one.ask("/mapedge/interface,none") is None and one.ask("/mapedge/worker") is None
        assert one.ask("/mapedge/bindings") is None
    with daemon(br(64)), Telemetry() as one:
        assert one.ask("/mapedge/nat") is None and len(one.ask("/mapedge/softwires")) == 64
        assert one.ask("/mapedge/bindings")["capacity"] > 0


def telemetry_script():
    """DPDK's own client reads them."""
    with daemon(ce()):
        done = subprocess.run(["dpdk-telemetry.py"], input="/mapedge/worker,1\n", capture_output=True, text=True, timeout=DEADLINE, check=True,
                              env=ENVIRONMENT)
    assert json.loads(done.stdout.splitlines()[-1])["/mapedge/worker"]["generation"] == 1, done.stdout


add("docs/metrics.md is up to date", listed_in_docs)
add("CE: scraped, clean, and all of stats-get", scrape_ce)
add("BR: 64 domains, 16 workers", scrape_br)
add("dashboard: every metric exists", dashboard)
add("documents", documents)
add("the page stands alone", page_is_alone)
add("requests", requests)
add("many clients", many_clients)
add("by TCP, IPv4", by_tcp, socket.AF_INET, "127.0.0.1", "127.0.0.1")
add("by TCP, IPv6", by_tcp, socket.AF_INET6, "::1", "[::1]")
add("off by default", off_by_default)
add("a port that somebody has", port_in_use)
add("reload", reload_keeps_the_place)
add("open to all: a note", notes)
add("telemetry", telemetry)
add("telemetry: dpdk-telemetry.py", telemetry_script)
main()
