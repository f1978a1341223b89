# SPDX-License-Identifier: BSD-3-Clause
"""The running daemon, without root: ports that carry nothing, no huge pages. usage: test_daemon.py MAPEDGE MAPEDGECTL ROOT"""
import contextlib
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

from started import BR, CE, CONFIG, CTL, DEADLINE, DIR, LOG, RULE_LOG, SOCKET, answer, ctl, running, send, start, stop, wait_for, with_daemon
from tap import add, main

ROOT = Path(sys.argv[3]).resolve()
GOOD = BR + """domains = ( { name = "lab"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""


def commands():
    names = [command["name"] for command in answer("list-commands")["commands"]]
    assert names == sorted(names) and {"config-reload", "shutdown", "stats-get"} < set(names), names
    statistics = answer("stats-get")
    assert statistics["role"] == "br" and statistics["generation"] == 1 and len(statistics["workers"]) == 2
    assert "spoof_v4" not in statistics["drops"] and answer("stats-get", "all=true")["drops"]["spoof_v4"] == 0
    rules = answer("rules-get", "count=1")
    assert rules["total"] == 1 and rules["rules"][0]["ipv6"] == "2001:db8::/40", rules


def health():
    """OPS-12: a box that does its work, in words and by exit code."""
    wait_for(lambda: ctl("health")[0] == 0, "not healthy")
    done = answer("health")
    assert done["healthy"] is True and done["reasons"] == [] and len(done["checks"]) == 6, done
    assert {check["check"] for check in done["checks"]} == {"config", "workers", "link", "drain", "rules"}, done


def reload():
    CONFIG.write_text(GOOD.replace("offset = 4", "offset = 6"))
    assert answer("config-reload")["generation"] == 2
    assert answer("rules-get")["rules"][0]["offset"] == 6
    wait_for(lambda: all(worker["generation"] == 2 for worker in answer("stats-get")["workers"]), "workers are behind")
    for broken, words in ((GOOD.replace("ea = 16", "ea = 99"), "mapedge.conf:10: error"),
                          (GOOD.replace("workers = 2", "workers = 1"), "dpdk.workers cannot change"),
                          (GOOD.replace("rules.log", "other.log"), "control.rule_log cannot change")):
        CONFIG.write_text(broken)
        code, _, err = ctl("config-reload")
        assert code == 1 and words in err and "hint" in err, err
        assert answer("stats-get")["generation"] == 2
    assert answer("rules-get")["rules"][0]["offset"] == 6, "a refused configuration left traces"


def domains_come_and_go():
    """A reload may add, remove, rename and reorder domains; each keeps its counters by its name."""
    other = '{ name = "other"; br = "2001:db8:ffff::2"; rules = ( { ipv6 = "2001:db8:8000::/40"; ipv4 = "198.51.100.0/24";' \
            " ea = 16; offset = 4; } ); }"
    since = {}
    for number, (config, names) in enumerate((
            (GOOD.replace("domains = (", f"domains = ( {other},"), ["other", "lab"]),
            (GOOD, ["lab"]),
            (GOOD.replace('name = "lab"', 'name = "new"'), ["new"])), 2):
        CONFIG.write_text(config)
        assert answer("config-reload")["generation"] == number
        softwires = answer("stats-get")["softwires"]
        assert [one["name"] for one in softwires] == names
        for one in softwires:
            assert since.setdefault(one["name"], one["discontinuity_time"]) == one["discontinuity_time"], since
    assert since["lab"] < since["other"] < since["new"], since


def many_rules():
    """100 000 rules: the daemon starts, and every command answers."""
    count, head = 100000, GOOD[:GOOD.index("  rules = (")]
    rules = (f'{{ ipv6 = "2001:db8:{number >> 8:x}:{number << 8 & 0xff00:x}::/56"; ipv4 = "10.{number >> 16}.{number >> 8 & 255}'
             f'.{number & 255}/32"; ea = 0; }}' for number in range(count))
    daemon = start(head + "rules = (\n" + ",\n".join(rules) + " ); } );\n")
    try:
        assert "ready:" in LOG.read_text(), LOG.read_text()
        page = answer("rules-get", f"start={count - 1000}", "count=1000")
        assert page["total"] == count and len(page["rules"]) == 1000 and page["rules"][-1]["ipv4"] == "10.1.134.159/32", page
        found = answer("lookup", "address=10.1.134.159", "port=443")
        assert found["answer"] == "ce" and found["ces"][0]["map_address"].startswith("2001:db8:186:9f00:"), found
        assert answer("stats-get", "all=true")["generation"] == 1
        stop(daemon)
    finally:
        daemon.kill()
        daemon.wait()


def records():
    return [json.loads(line) for line in RULE_LOG.read_text().splitlines()]


def lookup():
    """OPS-06: both ways, by the generic client and by the command for people."""
    found = answer("lookup", "address=192.0.2.18", "port=4928")
    assert found["answer"] == "ce" and found["ces"][0]["end_user_prefix"] == "2001:db8:12:3400::/56", found
    assert answer("lookup", "address=2001:db8:12:3400::/56")["ces"][0]["psid"] == 0x34
    assert answer("lookup", "192.0.2.18:4928") == found and answer("lookup", "192.0.2.18:208")["answer"] == "excluded"
    for wrong in ("192.0.2.18:65536", "192.0.2.18:", "192.0.2:80", "192.0.2.18:80x"):
        code, _, err = ctl("lookup", wrong)
        assert code == 1 and "neither an IPv4 nor" in err, (wrong, err)
    assert answer("lookup", "address=192.0.2.18", "port=208")["answer"] == "excluded"
    code, _, err = ctl("lookup", "port=4928")
    assert code == 2 and "address" in err, err
    told = subprocess.run([CTL, "lookup", "-s", SOCKET, "192.0.2.18", "4928"], capture_output=True, text=True, check=True,
                          timeout=DEADLINE).stdout
    logged = subprocess.run([CTL, "lookup", "--log", RULE_LOG, "192.0.2.18", "4928"], capture_output=True, text=True,
                            check=True, timeout=DEADLINE).stdout
    assert "2001:db8:12:3400::/56" in told
    assert [line for line in logged.splitlines() if not line.startswith("As of")] == told.splitlines(), (told, logged)


def rule_log():
    """OPS-05, OPS-09 (rules): one record with all fields at the start, at each change, at a refusal, at the end."""
    RULE_LOG.unlink(missing_ok=True)
    daemon = start(GOOD)
    try:
        wait_for(lambda: RULE_LOG.exists() and records(), "no record of the start")
        began = records()
        CONFIG.write_text(GOOD.replace("offset = 4", "offset = 6"))
        answer("config-reload")
        changed = answer("stats-get")["rule_log"]
        CONFIG.write_text(GOOD.replace("ea = 16", "ea = 99"))
        assert ctl("config-reload")[0] == 1
        CONFIG.write_text(GOOD)
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: len(records()) == 4, "no record of the reload by signal")
        assert [one["ces"][0]["psid_offset"] for one in
                (answer("lookup", "address=192.0.2.18", "port=4928", f"at={record['time']}") for record in
                 (records()[0], records()[1], records()[3]))] == [4, 6, 4]
        last_words = stop(daemon)
    finally:
        daemon.kill()
        daemon.wait()
    log = records()
    assert [(one["event"], one["generation"]) for one in log] == [
        ("start", 1), ("reload", 2), ("refused", 2), ("reload", 3), ("stop", 3)], log
    assert began == log[:1] and changed == {"records": 2, "failures": 0}
    assert last_words["rule_log"] == {"records": 5, "failures": 0}
    assert log[0]["algorithm"] == "map-e rfc7597" and log[0]["software"].startswith("mapedge ")
    assert log[0]["domains"] == [{"name": "lab", "br": "2001:db8:ffff::1", "iid": "rfc7597", "rules": [
        {"ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea": 16, "offset": 4, "psid_len": 8}]}], log[0]
    assert (log[1]["added"], log[1]["removed"], log[1]["modified"]) == ([], [], ["lab"])
    assert log[1]["domains"][0]["rules"][0]["offset"] == 6
    assert ":10: error" in log[2]["text"], log[2]
    assert sorted(one["time"] for one in log) == [one["time"] for one in log]


def rule_log_that_fails():
    """A log that cannot be written is told and counted; forwarding goes on."""
    daemon = start(GOOD.replace(str(RULE_LOG), str(DIR / "nowhere" / "rules.log")))
    try:
        assert answer("stats-get")["rule_log"] == {"records": 0, "failures": 1}
        assert "rule-log: cannot write" in LOG.read_text()
        code, _, err = ctl("lookup", "address=192.0.2.18", "port=4928", "at=2026-11-03T00:00:00Z")
        assert code == 1 and "No such file" in err, err
        assert answer("lookup", "address=192.0.2.18", "port=4928")["answer"] == "ce"
        assert stop(daemon)["rule_log"] == {"records": 0, "failures": 2}
    finally:
        daemon.kill()
        daemon.wait()


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


def slow_and_silent_clients():
    """SEC-09: a thousand connections that say nothing and some that say a byte now and then are held open: who asks is answered at once."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with contextlib.ExitStack() as held:
        def connection():
            sock = held.enter_context(socket.socket(socket.AF_UNIX))
            sock.connect(str(SOCKET))
            return sock

        patient = connection()                           # has asked before, and asks again
        reader = patient.makefile()
        slow = [connection() for _ in range(50)]
        for number in range(1000):
            connection()
            for sock in slow[:number % 2]:
                with contextlib.suppress(OSError):       # it had to make room
                    sock.send(b"{")
            if number % 20 == 0:
                patient.sendall(b'{"command": "stats-get"}\n')
                assert json.loads(reader.readline())["result"] == 0
        assert ctl("list-commands")[0] == 0


def ask_as(uid, gid, groups=()):
    """The exit code of a client of this user: 0 answered, 1 hung up on, 2 not let in."""
    program = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\ntry:\n s.connect(sys.argv[1])\nexcept PermissionError:\n sys.exit(2)\n"
               "try:\n s.sendall(b'{\"command\": \"list-commands\"}\\n')\n sys.exit(not s.recv(1))\nexcept OSError:\n sys.exit(1)\n")
    return subprocess.run(["/usr/bin/python3", "-c", program, SOCKET_DIR / "s"], user=uid, group=gid, extra_groups=groups, check=False,
                          timeout=DEADLINE, cwd="/").returncode


SOCKET_DIR = DIR / "run"
STRANGER, GROUP = 65533, 65532


def who_may_ask():
    """SEC-05: the socket is 0660 in a directory 0750; others are not let in, and where somebody has loosened that, hung up on."""
    daemon = start(GOOD.replace(str(SOCKET), str(SOCKET_DIR / "s")))
    path = SOCKET_DIR / "s"
    try:
        assert stat.S_IMODE(SOCKET_DIR.stat().st_mode) == 0o750 and stat.S_IMODE(path.stat().st_mode) == 0o660
        if os.geteuid() == 0:
            DIR.chmod(0o755)
            for loosened, code in (lambda: None, 2), (lambda: SOCKET_DIR.chmod(0o755), 2), (lambda: path.chmod(0o666), 1):
                loosened()
                assert ask_as(STRANGER, STRANGER) == code, code
            path.chmod(0o660)
            os.chown(path, -1, GROUP)
            assert [ask_as(0, 0), ask_as(STRANGER, GROUP), ask_as(STRANGER, STRANGER, [GROUP]), ask_as(STRANGER, STRANGER)] == [0, 0, 0, 2]
        assert stop(daemon)["conservation"]["balanced"]
    finally:
        daemon.kill()
        daemon.wait()


def scraper():
    done = subprocess.run([ROOT / "scripts" / "scrape-example", SOCKET], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    assert done.returncode == 0, done.stderr


def shutdown():
    daemon = start(GOOD)
    try:
        assert answer("shutdown") == {}
        out, _ = daemon.communicate(timeout=DEADLINE)
        assert daemon.returncode == 0 and json.loads(out)["conservation"]["balanced"]
    finally:
        daemon.kill()
        daemon.wait()


def crashed():
    """SEC-04: when control falls, all of it does: no worker goes on alone; what it leaves behind is in nobody's way."""
    daemon = start(GOOD)
    try:
        tasks = len(list(Path(f"/proc/{daemon.pid}/task").iterdir()))
        assert tasks >= 3, "workers are threads of the same process"
        daemon.send_signal(signal.SIGSEGV)
        daemon.communicate(timeout=DEADLINE)
        assert daemon.returncode != 0 and SOCKET.exists()
        code, _, err = ctl("status")
        assert code == 4 and "no daemon" in err, (code, err)
    finally:
        daemon.kill()
        daemon.wait()
    with running(GOOD):
        assert answer("status")["box"]["generation"] == 1


def refused(config, *words):
    daemon = start(config)
    daemon.communicate(timeout=DEADLINE)
    log = LOG.read_text()
    assert daemon.returncode == 1, f"exit {daemon.returncode}: {log}"
    for word in words:
        assert word in log, f"'{word}' not in: {log}"


A_CE = CE + """nat = { port_reuse = "on_exhaustion"; df = "clear";
  forwards = ( { protocol = "tcp"; ports = "4928-4950"; to = "192.168.1.10"; } ); };
"""


def settings_of_a_ce():
    """Forwards that lie outside the port set in part are in the log, at the start and after a reload; what deviates from the RFCs is
    in the statistics."""
    daemon = start(A_CE)
    try:
        wait_for(lambda: "of the 23 ports of forward 4928-4950 16 are in the port set" in LOG.read_text(), "no note")
        nat = answer("stats-get")["nat"]
        assert (nat["port_reuse"], nat["df"]) == ("on_exhaustion", "clear"), nat
        CONFIG.write_text(A_CE.replace("4950", "4943").replace('"clear"', '"honour"').replace("on_exhaustion", "off"))
        answer("config-reload")
        nat = answer("stats-get")["nat"]
        assert (nat["port_reuse"], nat["df"]) == ("off", "honour"), nat
        assert LOG.read_text().count(" note: ") == 1, LOG.read_text()
        CONFIG.write_text(A_CE.replace("4950", "4945"))
        answer("config-reload")
        wait_for(lambda: "of the 18 ports of forward 4928-4945 16 are" in LOG.read_text(), "no note")
    finally:
        stop(daemon)


def file_in_the_way():
    SOCKET.write_text("precious")
    refused(GOOD, "not a socket", "hint:")
    assert SOCKET.read_text() == "precious"
    SOCKET.unlink()


add("commands", with_daemon(GOOD, commands))
add("health", with_daemon(GOOD, health))
add("reload: all or nothing", with_daemon(GOOD, reload))
add("reload: domains come and go", with_daemon(GOOD, domains_come_and_go))
add("many rules", many_rules)
add("lookup", with_daemon(GOOD, lookup))
add("rule log", rule_log)
add("rule log that cannot be written", rule_log_that_fails)
add("rude clients", with_daemon(GOOD, rude_clients))
add("slow and silent clients (SEC-09)", with_daemon(GOOD, slow_and_silent_clients))
add("who may ask (SEC-05)", who_may_ask)
add("scripts/scrape-example", with_daemon(GOOD, scraper))
add("a crash (SEC-04)", crashed)
add("shutdown", shutdown)
add("settings of a CE that are told", settings_of_a_ce)
add("a file where the socket should be", file_in_the_way)
add("too few buffers", refused, GOOD.replace("buffers = 8192", "buffers = 2048"), "dpdk.buffers", "hint:")
add("no such device", refused, GOOD.replace("net_null0,no-rx=1", "net_nonsense0"), "no such device", "hint:")
main()
