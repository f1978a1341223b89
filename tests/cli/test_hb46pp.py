# SPDX-License-Identifier: BSD-3-Clause
"""The HB46PP client of lib/provision with a real server, real TLS and curl between them, for every misbehaviour that
scripts/mapedge-hb46pp knows (S46-29): usage: test_hb46pp.py CLIENT MAPEDGECTL SOURCE_ROOT

The server runs on ::1, at a port of its own; the name in its certificate is resolved by curl's --resolve.
"""
import contextlib
import json
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tap import add, case, main

CLIENT, CTL, ROOT = (Path(argument).resolve() for argument in sys.argv[1:4])
SERVER = ROOT / "scripts" / "mapedge-hb46pp"
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-hb46pp-")
DIR = Path(SCRATCH.name)
CERTS, ANSWER = DIR / "certs", DIR / "answer.json"
NAME = "vne.example.jp"


class Server:
    """A server that misbehaves, and what it logs."""

    def __init__(self, *args, secure=True):
        certs = ["--certs", CERTS] if secure else []
        self.log_file = tempfile.NamedTemporaryFile(dir=DIR)         # pylint: disable=consider-using-with
        self.process = subprocess.Popen([SERVER, "--listen", "::1", "--port", "0", *certs, *args, ANSWER],  # pylint: disable=consider-using-with
                                        stdout=subprocess.PIPE, stderr=self.log_file, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on \[::1\]:(\d+), (https?)\n", line)
        assert found, line or Path(self.log_file.name).read_text()
        self.port, self.scheme = int(found[1]), found[2]

    def url(self, path="/config"):
        return f"{self.scheme}://{NAME}:{self.port}{path}"

    def log(self):
        return Path(self.log_file.name).read_text()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0
        self.process.stdout.close()


@contextlib.contextmanager
def server(*args, **kwargs):
    running = Server(*args, **kwargs)
    try:
        yield running
    finally:
        running.stop()


def curl(running, url, verify=True, limit=20):
    """What the daemon's HTTP library does: IPv6 only, no redirections, limits. The event for the client."""
    body = DIR / "body"
    body.unlink(missing_ok=True)
    done = subprocess.run(["curl", "-6", "-sS", "-g", "--noproxy", "*", "--max-time", str(limit), "--max-filesize", "262144", "--resolve",
                           f"{NAME}:{running.port}:[::1]", *(["--cacert", CERTS / "ca.pem"] if verify else ["-k"]), "-o", body, "-w",
                           "%{http_code} %header{location}", url], capture_output=True, text=True, timeout=60, check=False)
    body.touch()
    if done.returncode != 0:
        return f"error {done.stderr.strip().splitlines()[0]}"
    status, _, location = done.stdout.partition(" ")
    return f"http {status} {location or '-'} {body}"


class Client:
    """The state machine; goes on by itself until it has to wait."""

    def __init__(self, *args):
        self.process = subprocess.Popen([CLIENT, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # pylint: disable=consider-using-with
        self.state = None

    def event(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        assert select.select([self.process.stdout], [], [], 10)[0], "the client says nothing"
        self.state = json.loads(self.process.stdout.readline())
        return self.state

    def ask(self, running, verify="b", limit=20):
        """From the TXT record to the wait; all actions on the way."""
        if self.state is None:
            assert self.event("start")["actions"] == ["query"]
        actions = []
        self.event(f"dns v=v6mig-1 url={running.url()} t={verify}")
        while "get" in self.state["actions"]:
            assert self.state["verify"] == (verify == "b")
            self.event(curl(running, self.state["url"], self.state["verify"], limit))
            actions += self.state["actions"]
        return actions

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0
        self.process.stdout.close()


@contextlib.contextmanager
def client(*args):
    running = Client(*args)
    try:
        yield running
    finally:
        running.close()


def set_up():
    subprocess.run([SERVER, "--make-certs", CERTS, "--name", NAME, "--address", "::1"], check=True, capture_output=True, timeout=60)
    answer = subprocess.run([CTL, "export", "hb46pp", "-c", ROOT / "configs" / "br-host.conf"], check=True, capture_output=True,
                            text=True, timeout=60).stdout
    ANSWER.write_text(answer)


# ---- all goes well ---------------------------------------------------------------------------------------------------


@case("S46-29: what mapedgectl export prints, over TLS, is what the client configures")
def well():
    with server() as lab, client() as line:
        assert line.ask(lab) == ["store", "configure"]
        assert line.state["state"] == "done" and line.state["wait"] == 86400, line.state
        assert line.state["offers"] == [{"kind": "map-e", "br": "2001:db8:ffff::1", "name": "", "rules": 1, "mesh": False, "rfc7597": True}]
        log = lab.log()
        assert "GET /config vendorid=acde48-mapedge product=mapedge version=0_1 capability=dslite,ipip,lw4o6,map_e,hubspoke,mesh" in log, log
        assert f"for {NAME}" in log and "breaks" not in log, log      # SNI, section 3.2
        # The second time with the token of the first, which no log shows.
        assert line.event("tick")["actions"] == ["query"]
        assert line.ask(lab) == ["store"]
        assert "token=(given)" in lab.log()


@case("http, and https unverified: t=a")
def unverified():
    with server(secure=False) as lab, client() as line:
        assert line.ask(lab, "a") == ["store", "configure"], line.state
    with server("--misbehave", "tls-wrong-name") as lab, client() as line:
        assert line.ask(lab, "a") == ["store", "configure"], line.state


@case("the file is read anew for each request; a broken one is a 500 and is logged")
def anew():
    before = ANSWER.read_text()
    with server() as lab, client() as line:
        assert line.ask(lab) == ["store", "configure"]
        try:
            ANSWER.write_text(before.replace("2001:db8:ffff::1", "2001:db8:ffff::2"))
            line.event("tick")
            assert line.ask(lab) == ["store", "configure"]
            assert line.state["offers"][0]["br"] == "2001:db8:ffff::2"
            ANSWER.write_text("{")
            line.event("tick")
            assert line.ask(lab) == []
            assert "answers 500" in line.state["reason"] and line.state["offers"], line.state
            assert "answer.json: " in lab.log(), lab.log()
        finally:
            ANSWER.write_text(before)


@case("methods can be withheld")
def withheld():
    with server("--only", "dslite") as lab, client() as line:
        assert line.ask(lab) == ["erase"]
        assert "order: empty" in line.state["reason"], line.state


@case("a CE that breaks section 3.3 is named; a comma may come as %2C; secrets and control characters are in no log")
def bad_requests():
    with server() as lab:
        url = lab.url("/%1b?vendorid=acde4&version=0.1&capability=map_e%2Cquic&user=tanaka&token=se_cret&x=%1b[2J")
        assert curl(lab, url).startswith("http 200 -")
        log = lab.log()
        for words in ("vendorid: not as", "product: missing", "version: not as", "capability: quic is unknown", "user and pass: one",
                      "token: not as", "answers order ['map_e']", "x=\\x1b[2J"):
            assert words in log, f"'{words}' not in {log}"
        assert "tanaka" not in log and "se_cret" not in log and "\x1b" not in log, log


# ---- user and pass ---------------------------------------------------------------------------------------------------


@case("SEC-20: user and pass for the server that they are for; bad ones; and no server but that")
def authentication():
    with server("--user", "tanaka", "--pass", "se_cret") as lab:
        with client("tanaka", "se_cret", NAME) as line:
            assert line.ask(lab) == ["store", "configure"], line.state
            assert "se_cret" not in line.state["reason"]
        with client("tanaka", "wrong", NAME) as line:
            assert line.ask(lab) == ["erase"]
            assert "does not know user and pass" in line.state["reason"], line.state
        with client() as line:
            assert line.ask(lab) == ["erase"]
            assert "wants user and pass" in line.state["reason"], line.state
        for name, verify in (("other.example.jp", "b"), (NAME, "a")):
            with client("tanaka", "se_cret", name) as line:
                assert line.ask(lab, verify) == ["erase"]
                assert "pass=" not in line.state["url"]
                assert "were not sent" in line.state["reason"], line.state
        log = lab.log()
        assert log.count("pass=(given)") == 2 and "se_cret" not in log and "tanaka" not in log, log


# ---- misbehaviour: what the client makes of it -----------------------------------------------------------------------

RETRY = (600, 1800)
DAY = (86400, 86400)
UP = ["store", "configure"]
OUTCOMES = {
    # name: actions, seconds to wait, words of the reason
    "http-204": ([], RETRY, "answers 204"),
    "http-301": ([], RETRY, "answers 301"),
    "http-307-once": (["get", *UP], DAY, "map-e"),
    "http-307-chain": (["get"] * 5, RETRY, "307 for the 6th time"),
    "http-307-loop": (["get"] * 5, RETRY, "307 for the 6th time"),
    "http-307-http": ([], RETRY, "to http"),
    "http-307-nowhere": ([], RETRY, "without Location"),
    "http-403": ([], RETRY, "answers 403: it does not know our IPv6 address"),
    "http-404": ([], RETRY, "answers 404: it does not know our IPv6 address"),
    "http-500": ([], RETRY, "answers 500"),
    "http-slow": ([], RETRY, "timed out"),
    "http-oversize": ([], RETRY, "Maximum file size exceeded"),
    "http-truncated": ([], RETRY, "closed"),
    "http-silent": ([], RETRY, "timed out"),
    "tls-other-ca": ([], RETRY, "SSL certificate problem"),
    "tls-wrong-name": ([], RETRY, "no alternative certificate subject name matches"),
    "tls-expired": ([], RETRY, "certificate has expired"),
    "tls-1.0": ([], RETRY, "SSL"),
    "order-empty": (["erase"], DAY, "order: empty"),
    "order-missing": ([], RETRY, "order: missing"),
    "order-unknown": (UP, DAY, "quic6: not known here"),
    "order-no-object": (UP, DAY, "map_t: not known here"),
    "mesh-true": (UP, DAY, "map-e"),
    "mesh-1": (UP, DAY, "map-e"),
    "mesh-string": ([], RETRY, 'map_e.mesh: "1" is neither'),
    "version-0": (UP, DAY, "map-e"),
    "version-1": (UP, DAY, "map-e"),
    "version-2": ([], RETRY, "map_e.version: 2 is not"),
    "version-absent": (UP, DAY, "map-e"),
    "ttl-0": (UP, (60, 60), "map-e"),
    "ttl-absent": (UP, (72000, 86400), "map-e"),
    "ttl-max": (UP, (604800, 604800), "map-e"),
    "ttl-over": (UP, (604800, 604800), "ttl: 604801 is more than"),
    "ttl-string": (UP, (72000, 86400), 'ttl: "86400" is not'),
    "rules-256": (UP, DAY, "map-e"),
    "rules-257": ([], RETRY, "257 rules, more than 256"),
    "rules-overlap": ([], RETRY, "map_e.rules[1]: "),
    "rules-other-line": (UP, DAY, "map-e"),
    "rules-host-bits": ([], RETRY, "203.0.113.7/24 has host bits set"),
    "rules-beyond-64": (UP, DAY, "map-e"),
    "rules-offset": ([], RETRY, "PSID offset 13"),
    "token-bad": (UP, DAY, "token: not 64"),
    "ipip-empty": ([], RETRY, "ipip: [] is empty"),
    "ipip-two": (UP, DAY, "ipip"),
    "aftr-literal": (UP, DAY, "ds-lite"),
    "aftr-name": (UP, DAY, "ds-lite"),
    "aftr-nxdomain": (UP, DAY, "ds-lite"),
    "names-utf8": (UP, DAY, "map-e"),
    "auth-req": (UP, DAY, "wants user and pass"),
    "auth-bad": (["erase"], DAY, "does not know user and pass"),
    "auth-ok": (UP, DAY, "map-e"),
    "json-none": ([], RETRY, "not JSON"),
}
OFFERS = {
    "mesh-true": {"mesh": True}, "mesh-1": {"mesh": True}, "version-0": {"rfc7597": False}, "version-1": {"rfc7597": True},
    "version-absent": {"rfc7597": False}, "rules-256": {"rules": 256}, "aftr-literal": {"br": "2001:db8:2::1", "name": ""},
    "aftr-name": {"name": "aftr.example.net", "br": ""}, "aftr-nxdomain": {"name": "nowhere.invalid"},
}
# What the server says of a handshake that has failed.
LOGS = {"tls-other-ca": "TLS handshake failed", "tls-wrong-name": "without a request", "tls-expired": "TLS handshake failed",
        "tls-1.0": "TLS handshake failed"}


def misbehaves(name):
    actions, (shortest, longest), words = OUTCOMES[name]
    with server("--misbehave", name) as lab, client() as line:
        done = line.ask(lab, limit=3 if name in ("http-slow", "http-silent") else 20)
        assert done == actions, (done, line.state)
        assert words in line.state["reason"], line.state
        assert shortest <= line.state["wait"] <= longest, line.state
        assert line.state["state"] == ("retry" if (shortest, longest) == RETRY else "done"), line.state
        for key, value in OFFERS.get(name, {}).items():
            assert line.state["offers"][0][key] == value, line.state
        if name == "ipip-two":
            assert [offer["kind"] for offer in line.state["offers"]][:2] == ["ipip", "ipip"]
        deadline = time.monotonic() + 10
        while LOGS.get(name, "") not in lab.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert LOGS.get(name, "") in lab.log(), lab.log()


@case("every misbehaviour that --list prints is tried here")
def listed():
    done = subprocess.run([SERVER, "--list"], capture_output=True, text=True, timeout=60, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(OUTCOMES)


for fault in OUTCOMES:
    add(f"misbehaviour {fault}: {OUTCOMES[fault][2]}", misbehaves, fault)


# ---- the command line ------------------------------------------------------------------------------------------------


@case("IPv6 only")
def v6_only():
    lab = Server(secure=False)
    try:
        done = subprocess.run(["curl", "-4", "-sS", "--noproxy", "*", "--max-time", "5", f"http://127.0.0.1:{lab.port}/"],
                              capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 7, done
    finally:
        lab.stop()


@case("old clients are served on request")
def old_tls():
    with server("--weak") as lab:
        body = subprocess.run(["curl", "-6", "-sS", "--noproxy", "*", "--tls-max", "1.0", "--ciphers", "ALL:@SECLEVEL=0", "--cacert", CERTS / "ca.pem",
                               f"https://[::1]:{lab.port}/?capability=map_e"], capture_output=True, text=True, timeout=20, check=False)
        assert '"map_e"' in body.stdout, body
    with server("--tls12") as lab:
        event = curl(lab, lab.url())
        assert event.startswith("http 200"), event


@case("wrong usage")
def misused():
    for args in (["--misbehave", "http-999", ANSWER], ["--misbehave", "tls-expired", ANSWER], ["--only", "quic", ANSWER], [],
                 ["--cert", "x", ANSWER]):
        done = subprocess.run([SERVER, *args], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 2 and "usage: mapedge-hb46pp" in done.stderr, done


@case("TXT records for dnsmasq, which the test of a record reads as they are meant")
def records():
    done = subprocess.run([SERVER, "--records", "--certs", CERTS, "--name", NAME], capture_output=True, text=True, timeout=20, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("txt-record=4over6.info,")]
    assert lines[0] == f"txt-record=4over6.info,v=v6mig-1 url=https://{NAME}/config t=b", lines
    assert len(lines) == 6


set_up()
main()
