# SPDX-License-Identifier: BSD-3-Clause
"""The running daemon, without root: ports that carry nothing, no huge pages. usage: test_daemon.py MAPEDGE MAPEDGECTL ROOT"""
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tap import add, main

MAPEDGE, CTL, ROOT = (Path(word).resolve() for word in sys.argv[1:4])
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-daemon-")
DIR = Path(SCRATCH.name)
CONFIG, SOCKET, LOG = DIR / "br.conf", DIR / "s", DIR / "log"
GOOD = f"""role = "br";
control = {{ socket = "{SOCKET}"; }};
dpdk = {{ eal = [ "--no-pci", "--no-huge", "-m", "128", "--no-shconf", "--no-telemetry" ]; workers = 2; buffers = 8192; }};
interfaces = (
  {{ name = "map"; role = "map"; port = "net_null0,no-rx=1"; mac = "02:00:00:00:0b:01";
    neighbours = ( {{ address = "fe80::1"; mac = "02:00:00:00:06:03"; }} ); gateway = "fe80::1"; }},
  {{ name = "internet"; role = "internet"; port = "net_null1,no-rx=1"; mac = "02:00:00:00:0b:02";
    addresses = [ "203.0.113.1/24" ]; }}
);
domains = ( {{ name = "lab"; br = "2001:db8:ffff::1";
  rules = ( {{ ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; }} ); }} );
"""
DEADLINE = 30


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"{what}; log: {LOG.read_text()}"
        time.sleep(0.02)


def start(config=GOOD):
    CONFIG.write_text(config)
    with open(LOG, "w", encoding="utf-8") as log:
        daemon = subprocess.Popen([MAPEDGE, "-c", CONFIG], stdout=subprocess.PIPE, stderr=log, text=True)
    wait_for(lambda: daemon.poll() is not None or "ready:" in LOG.read_text(), "not ready")
    return daemon


def stop(daemon):
    """The last words after SIGTERM."""
    daemon.send_signal(signal.SIGTERM)
    out, _ = daemon.communicate(timeout=DEADLINE)
    assert daemon.returncode == 0, f"exit {daemon.returncode}: {LOG.read_text()}"
    return json.loads(out)


def ctl(*args):
    done = subprocess.run([CTL, "-s", SOCKET, *args], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout, done.stderr


def answer(*args):
    code, out, err = ctl(*args)
    assert code == 0, err
    return json.loads(out)


def send(line):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(SOCKET))
        sock.sendall(line)
        return sock.makefile().readline()


def with_daemon(function):
    def run():
        daemon = start()
        try:
            assert daemon.poll() is None, LOG.read_text()
            function()
            assert daemon.poll() is None, f"the daemon ended: {LOG.read_text()}"
            statistics = stop(daemon)
            assert statistics["conservation"]["balanced"]
            assert not SOCKET.exists(), "the socket file is still there"
        finally:
            daemon.kill()
            daemon.wait()
    return run


def commands():
    names = [command["name"] for command in answer("list-commands")["commands"]]
    assert names == ["binding-add", "binding-get", "binding-remove", "config-reload", "list-commands", "rules-get", "shutdown", "stats-get"], names
    statistics = answer("stats-get")
    assert statistics["role"] == "br" and statistics["generation"] == 1 and len(statistics["workers"]) == 2
    assert "spoof_v4" not in statistics["drops"] and answer("stats-get", "all=true")["drops"]["spoof_v4"] == 0
    rules = answer("rules-get", "count=1")
    assert rules["total"] == 1 and rules["rules"][0]["ipv6"] == "2001:db8::/40", rules
    for wrong in (("no-such",), ("stats-get", "all=maybe"), ("rules-get", "count=99999")):
        code, _, err = ctl(*wrong)
        assert code == 1 and err.strip(), (wrong, code, err)


def reload():
    CONFIG.write_text(GOOD.replace("offset = 4", "offset = 6"))
    assert answer("config-reload")["generation"] == 2
    assert answer("rules-get")["rules"][0]["offset"] == 6
    wait_for(lambda: all(worker["generation"] == 2 for worker in answer("stats-get")["workers"]), "workers are behind")
    for broken, words in ((GOOD.replace("ea = 16", "ea = 99"), "br.conf:11: error"),
                          (GOOD.replace("workers = 2", "workers = 1"), "dpdk.workers cannot change"),
                          (GOOD.replace('name = "lab"', 'name = "other"'), "name or order")):
        CONFIG.write_text(broken)
        code, _, err = ctl("config-reload")
        assert code == 1 and words in err and "hint" in err, err
        assert answer("stats-get")["generation"] == 2
    assert answer("rules-get")["rules"][0]["offset"] == 6, "a refused configuration left traces"


def rude_clients():
    for _ in range(50):
        with socket.socket(socket.AF_UNIX) as sock:  # asks and does not wait
            sock.connect(str(SOCKET))
            sock.sendall(b'{"command": "stats-get"}\n' * 20)
    assert json.loads(send(b"nonsense\n"))["result"] == 2
    assert json.loads(send(b"x" * 70000 + b"\n"))["result"] == 2
    idle = [socket.socket(socket.AF_UNIX) for _ in range(100)]
    for sock in idle:  # more than it takes at once; those over the limit are closed
        sock.connect(str(SOCKET))
    for sock in idle:
        sock.close()
    wait_for(lambda: ctl("list-commands")[0] == 0, "no answer after the idle clients had gone")


def scraper():
    done = subprocess.run([ROOT / "scripts" / "scrape-example", SOCKET], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    assert done.returncode == 0, done.stderr


def shutdown():
    daemon = start()
    try:
        assert answer("shutdown") == {}
        out, _ = daemon.communicate(timeout=DEADLINE)
        assert daemon.returncode == 0 and json.loads(out)["conservation"]["balanced"]
    finally:
        daemon.kill()
        daemon.wait()


def refused(config, *words):
    daemon = start(config)
    daemon.communicate(timeout=DEADLINE)
    log = LOG.read_text()
    assert daemon.returncode == 1, f"exit {daemon.returncode}: {log}"
    for word in words:
        assert word in log, f"'{word}' not in: {log}"


def file_in_the_way():
    SOCKET.write_text("precious")
    refused(GOOD, "not a socket", "hint:")
    assert SOCKET.read_text() == "precious"
    SOCKET.unlink()


add("commands", with_daemon(commands))
add("reload: all or nothing", with_daemon(reload))
add("rude clients", with_daemon(rude_clients))
add("scripts/scrape-example", with_daemon(scraper))
add("shutdown", shutdown)
add("a file where the socket should be", file_in_the_way)
add("too few buffers", refused, GOOD.replace("buffers = 8192", "buffers = 2048"), "dpdk.buffers", "hint:")
add("no such device", refused, GOOD.replace("net_null0,no-rx=1", "net_nonsense0"), "no such device", "hint:")
main()
