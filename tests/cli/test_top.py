# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl top, of a daemon and of a made-up one whose counters are known: usage: test_top.py MAPEDGE MAPEDGECTL"""
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import time

from started import CE, CTL, DEADLINE, DIR, SOCKET, with_daemon
from tap import add, main

FAKE = DIR / "fake"


def top(*args):
    done = subprocess.run([CTL, "top", *args], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout, done.stderr


def stats(looks):
    """Counters grow by so much from one look to the next: the rates' proportions are known, whatever time passes."""
    def interface(name, packets, size):
        return {"name": name, "rx_packets": looks * packets, "rx_bytes": looks * packets * size, "tx_packets": looks * packets // 2, "tx_bytes": 0}
    ports = {name: {"used": used, "total": 240, "alarm": name == "tcp"} for name, used in (("tcp", 231), ("udp", 22), ("icmp", 3))}
    return {"generation": 7, "interfaces": [interface("lan", 80000, 125), interface("a-long-interface-name", 4, 100)],
            "softwires": [{"name": "map0", "sent_ipv6_packets": 1000 - looks, "sent_ipv6_bytes": 0, "sent_ipv4_packets": 0, "sent_ipv4_bytes": 0}],
            "drops": {"nat_no_port": 40 * looks}, "nat": {"ports": ports, "sessions": 1204, "hosts": 8}}


ANSWERS = {
    "status": lambda looks: {"role": "ce", "box": {"version": "9.9", "uptime_s": 3723, "generation": 7}},
    "stats-get": stats,
    "drops-get": lambda looks: {"drops": [
        {"reason": "nat_no_port", "severity": "error", "count": 40 * looks, "last_minute": 12},
        {"reason": "ttl", "severity": "normal", "count": 5, "last_minute": 0}]},
    "workers-get": lambda looks: {"workers": [{"worker": 0, "busy_percent": 37, "packets_per_s": 12345678, "waiting": 5, "sessions": 1204}]},
    "hosts-get": lambda looks: {"hosts": [{"host": "192.168.1.20", "tcp_ports": 97, "udp_ports": 2, "icmp_ids": 1, "sessions": 600, "refused": 14}]},
    "alarms-get": lambda looks: {"alarms": [{"alarm": "tcp-ports-short", "text": "231 of 240 TCP ports are in use"}]},
}


def serve(listener):
    asked = {name: 0 for name in ANSWERS}
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        with sock:
            command = json.loads(sock.makefile().readline())["command"]
            asked[command] += 1
            sock.sendall(json.dumps({"result": 0, "text": "", "arguments": ANSWERS[command](asked[command])}).encode() + b"\n")


def with_fake(function):
    def run():
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(FAKE))
            listener.listen()
            threading.Thread(target=serve, args=(listener,), daemon=True).start()
            try:
                function()
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                FAKE.unlink()
    return run


def value(text):
    return float(text.rstrip("kMGTP")) * 1000 ** " kMGTP".index(text[-1] if text[-1].isalpha() else " ")


def rates():
    code, out, err = top("-s", str(FAKE), "-d", "0.1", "--once")
    assert code == 0 and not err, err
    assert "\033" not in out, "codes for a terminal"
    for text in ("mapedge 9.9, a CE, up 1h02m, generation 7", "! tcp-ports-short: 231 of 240", "tcp 231/240!", "udp 22/240 ", "sessions 1204",
                 "192.168.1.20", "12.3M"):
        assert text in out, f"no {text!r} in:\n{out}"
    lan = [value(word) for word in re.search(r"^lan +(.*)$", out, re.MULTILINE).group(1).split()]
    other = [value(word) for word in re.search(r"^a-long-inte +(.*)$", out, re.MULTILINE).group(1).split()]
    assert lan[0] > 1000 and abs(lan[1] / lan[0] - 1000) < 10, "125 bytes are 1000 bits"
    assert abs(lan[0] / lan[2] - 2) < 0.02 and lan[3] == 0
    assert lan[0] / other[0] > 10000
    assert re.search(r"^map0 +0 ", out, re.MULTILINE), "a counter that falls has begun anew"
    dropped = re.search(r"^nat_no_port +error +(\S+) +12$", out, re.MULTILINE)
    assert abs(lan[0] / value(dropped.group(1)) - 2000) < 2000 * 0.05, out
    assert not re.search(r"^ttl", out, re.MULTILINE), "not of the last minute"


def daemon():
    code, out, err = top("-s", str(SOCKET), "-d", "0.2", "--once")
    assert code == 0 and not err, err
    for text in ("a CE, up", "lan ", "wan ", "map0", "worker", "tcp 0/240", "nothing was dropped in the last minute"):
        assert text in out, f"no {text!r} in:\n{out}"


def on_a_terminal():
    """A screen after the other, over the one before; q ends it, and the terminal is as it was."""
    for key in (b"q", None):
        process, fd = pty.fork()
        if process == 0:
            os.environ["TERM"] = "vt100"
            os.execv(CTL, [str(CTL), "top", "-s", str(SOCKET), "-d", "0.1"])
        seen, end = b"", time.monotonic() + DEADLINE
        try:
            while seen.count(b"\033[H\033[J") < 3:
                assert time.monotonic() < end, seen
                if select.select([fd], [], [], 0.2)[0]:
                    seen += os.read(fd, 65536)
            if key:
                os.write(fd, key)
            else:
                os.kill(process, signal.SIGINT)
            assert os.waitpid(process, 0)[1] == 0
        finally:
            os.close(fd)


def refused():
    for args in (["-d", "0"], ["-d", "x"], ["--no-such"]):
        code, out, err = top(*args)
        assert code == 2 and "Usage" in err and not out, args
    code, out, _ = top("--help")
    assert code == 0 and "q ends it" in out
    code, _, err = top("-s", str(DIR / "nobody"), "--once")
    assert code == 4 and "no daemon" in err


add("rates of known counters", with_fake(rates))
add("of a daemon", with_daemon(CE, daemon))
add("on a terminal", with_daemon(CE, on_a_terminal))
add("wrong usage, and nobody there", refused)
main()
