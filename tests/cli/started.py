# SPDX-License-Identifier: BSD-3-Clause
"""A running daemon without root, whose ports carry nothing, and mapedgectl to ask it: sys.argv is [test, MAPEDGE, MAPEDGECTL, …]"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import jsonschema

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schema" / "replies.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
MAPEDGE, CTL = (Path(word).resolve() for word in sys.argv[1:3])
_scratch = tempfile.TemporaryDirectory(prefix="mapedge-daemon-")
DIR = Path(_scratch.name)
CONFIG, SOCKET, LOG, RULE_LOG = (DIR / name for name in ("mapedge.conf", "s", "log", "rules.log"))
DEADLINE = 30
ENVIRONMENT = {**os.environ, "RUNTIME_DIRECTORY": str(DIR)}
BOXES = {"br": """interfaces = (
  { name = "map"; role = "map"; port = "net_null0,no-rx=1"; mac = "02:00:00:00:0b:01";
    neighbours = ( { address = "fe80::1"; mac = "02:00:00:00:06:03"; } ); gateway = "fe80::1"; },
  { name = "internet"; role = "internet"; port = "net_null1,no-rx=1"; mac = "02:00:00:00:0b:02"; addresses = [ "198.18.0.1/24" ]; }
);
""", "ce": """interfaces = (
  { name = "lan"; role = "lan"; port = "net_null0,no-rx=1"; mac = "02:00:00:00:0c:01"; addresses = [ "192.168.1.1/24" ]; },
  { name = "wan"; role = "wan"; port = "net_null1,no-rx=1"; mac = "02:00:00:00:0c:02";
    neighbours = ( { address = "fe80::1"; mac = "02:00:00:00:06:01"; } ); gateway = "fe80::1"; }
);
softwires = ( { name = "map0"; end_user_prefix = "2001:db8:12:3400::/56"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""}


def configuration(role, control="", memory=128, workers=2, buffers=8192, telemetry=False):
    """A box; a BR lacks its domains. `control`: more settings of that group."""
    eal = ["--no-pci", "--no-huge", "-m", str(memory), "--no-shconf", *([] if telemetry else ["--no-telemetry"])]
    return f"""role = "{role}";
control = {{ socket = "{SOCKET}"; rule_log = "{RULE_LOG}"; {control} }};
dpdk = {{ eal = {json.dumps(eal)}; workers = {workers}; buffers = {buffers}; }};
""" + BOXES[role]


BR, CE = configuration("br"), configuration("ce")


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"{what}; log: {LOG.read_text()}"
        time.sleep(0.02)


def start(config):
    CONFIG.write_text(config)
    with open(LOG, "w", encoding="utf-8") as log:
        daemon = subprocess.Popen([MAPEDGE, "-c", CONFIG], stdout=subprocess.PIPE, stderr=log, text=True, env=ENVIRONMENT)
    wait_for(lambda: daemon.poll() is not None or "ready:" in LOG.read_text(), "not ready")
    return daemon


def stop(daemon):
    """The last words after SIGTERM."""
    daemon.send_signal(signal.SIGTERM)
    out, _ = daemon.communicate(timeout=DEADLINE)
    assert daemon.returncode == 0, f"exit {daemon.returncode}: {LOG.read_text()}"
    return json.loads(out)


@contextmanager
def running(config):
    """A daemon, which must be there still at the end, and stop well."""
    daemon = start(config)
    try:
        assert daemon.poll() is None, LOG.read_text()
        yield daemon
        assert daemon.poll() is None, f"the daemon ended: {LOG.read_text()}"
        assert stop(daemon)["conservation"]["balanced"]
        assert not SOCKET.exists(), "the socket file is still there"
    finally:
        daemon.kill()
        daemon.wait()


def with_daemon(config, function):
    def run():
        with running(config):
            function()
    return run


def ctl(*args, stdin=None):
    done = subprocess.run([CTL, "-s", SOCKET, *args], input=stdin, capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout, done.stderr


def command_of(words):
    """What the socket calls it: "show rules" is rules-get, "config plan" config-plan."""
    if words[0] == "show":
        return f"{words[1]}-get"
    names = (words[0], f"config-{words[0]}", "-".join(words[:2]))
    return next(name for name in names if name in SCHEMA["properties"])


def answer(*args):
    """The answer, which is what the schema says."""
    code, out, err = ctl(*args, "--json")
    assert code == 0, err
    document = json.loads(out)
    if command_of(args) != "stats-get":                  # has a schema of its own: test_stats.py
        VALIDATOR.validate({command_of(args): document})
    return document


def send(line):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(SOCKET))
        sock.sendall(line)
        return sock.makefile().readline()


def ask(command, **arguments):
    return json.loads(send(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n"))["arguments"]
