# SPDX-License-Identifier: BSD-3-Clause
"""A running mapedge: started, asked over its socket, stopped."""
import json
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

import netns


# What DPDK says at every start.
HARMLESS = re.compile(r"EAL: (Detected|Selected|No free|Physical addresses are unavailable|\d+ hugepages of size)")


def wait_until(what, ready, deadline=20):
    """Polls until ready() is true, and returns what it returned."""
    end = time.monotonic() + deadline
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s for {what}")
        time.sleep(0.02)


def edit(text, changes):
    """Replaces each old text by its new one; a text that is not there is a mistake of the caller."""
    for old, new in changes:
        assert old in text, f"the configuration has no {old!r}"
        text = text.replace(old, new)
    return text


def free_huge_pages():
    found = re.search(r"HugePages_Free: *(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    return int(found[1]) if found else 0


def eal_arguments():
    """Huge pages where root finds enough of them, else ordinary memory. No card is touched, no file left behind."""
    if netns.is_real_root() and free_huge_pages() >= 256:
        return ["--no-pci", "--in-memory", "--no-telemetry"]
    return ["--no-pci", "--no-huge", "-m", "256", "--no-shconf", "--no-telemetry"]


def fit_rings(config):
    """The rings of net_af_packet, if there are any, made as large as an ordinary user may lock memory."""
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if netns.is_real_root() or limit == resource.RLIM_INFINITY:
        return config
    rings = 2 * sum(int((re.search(r"qpairs=(\d+)", port) or [0, 1])[1]) for port in config.split("framecnt=")[1:])
    frames = min(4096, limit // 2048 // max(rings, 1) * 7 // 8 // 32 * 32)
    return re.sub(r"framecnt=\d+", f"framecnt={frames}", config)


class Daemon:
    def __init__(self, name, namespace, binary, directory, config):
        self.name, self.namespace, self._binary = name, namespace, binary
        directory = Path(directory)
        self.socket_path = directory / f"{name}.sock"
        self.config_path = directory / f"{name}.conf"
        self.log_path = directory / f"{name}.log"
        self.http_path = directory / f"{name}.http"
        self.rule_log_path = directory / f"{name}.rules.log"
        self._out_path = directory / f"{name}.out"
        self._runtime = directory / f"{name}.run"
        self._runtime.mkdir()
        self._process, self._others = None, []
        self.environment = {}                            # besides what every one has
        self.eal = eal_arguments()
        self.write_config(config)

    def write_config(self, config):
        """A shipped configuration with the socket and memory of this machine."""
        eal = ", ".join(f'"{word}"' for word in self.eal)
        config, lines = re.subn(r"eal = \[[^]]*\]", f"eal = [ {eal} ]", config)
        assert lines == 1, "the configuration has no dpdk.eal"
        config = fit_rings(config)
        control = f'control = {{ socket = "{self.socket_path}"; rule_log = "{self.rule_log_path}"; http = "unix:{self.http_path}"; }};'
        self.config_path.write_text(f"{config}\n{control}\n", encoding="utf-8")

    def _spawn(self, out_path, log_path):
        environment = {"PATH": "/usr/bin:/bin", "RUNTIME_DIRECTORY": str(self._runtime), **self.environment}
        with open(out_path, "w", encoding="utf-8") as out, open(log_path, "w", encoding="utf-8") as log:
            return self.namespace.start([self._binary, "-c", self.config_path], stdout=out, stderr=log,
                                        env=environment)

    def start(self):
        self._process = self._spawn(self._out_path, self.log_path)

    def run_another(self):
        """One more process with this configuration, until it ends; returns its exit code and log."""
        log = self.log_path.with_suffix(".log2")
        another = self._spawn(self._out_path.with_suffix(".out2"), log)
        self._others.append(another)
        return another.wait(timeout=30), log.read_text(encoding="utf-8")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def rule_log(self):
        """The records of the rule log."""
        return [json.loads(line) for line in self.rule_log_path.read_text(encoding="utf-8").splitlines()]

    def log_tail(self, lines=5):
        return "\n".join([line for line in self.log().splitlines() if not HARMLESS.match(line)][-lines:])

    def wait_ready(self):
        def is_ready():
            code = self._process.poll()
            assert code is None, f"{self.name} ended with code {code}:\n{self.log_tail()}"
            return "mapedge: ready:" in self.log()

        wait_until(f"{self.name} to be ready", is_ready, deadline=60)

    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process is not None and self._process.poll() is None

    def ask(self, command, **arguments):
        """One request, one reply."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket_path))        # may wait until others have been let in
            client.settimeout(20)
            client.sendall(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
            with client.makefile() as replies:
                return json.loads(replies.readline())

    def stats(self):
        reply = self.ask("stats-get", all=True)
        assert reply["result"] == 0, reply
        return reply["arguments"]

    def stop(self):
        """SIGTERM; the exit code must be 0, and the last line of stdout is the final statistics."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=20)
        assert code == 0, f"{self.name} ended with code {code}:\n{self.log_tail()}"
        assert not self.socket_path.exists(), f"{self.name} left its socket behind"
        lines = self._out_path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 1, f"{self.name} said on stdout: {lines}"
        return json.loads(lines[0])

    def hang_up(self):
        self._process.send_signal(signal.SIGHUP)

    def restart(self):
        """A fresh start: no sessions, no counts."""
        self.stop()
        self.start()
        self.wait_ready()

    def kill(self):
        """SIGKILL: no clean-up of its own."""
        if self.is_running():
            self._process.kill()
            self._process.wait(timeout=20)

    def close(self):
        """Ends it, whatever state it is in."""
        for process in self._others:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self.is_running():
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.kill()
