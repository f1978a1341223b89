# SPDX-License-Identifier: BSD-3-Clause
"""Cases: rude clients of the JSON socket, while packets flow."""
import contextlib
import json
import os
import random
import re
import resource
import select
import socket
from pathlib import Path

from daemon import wait_until
from lab import Lab
from traffic import TCP, Echo, Flow, Repeated, closing, exchange

CROWD, ROUNDS, FUZZED = 1000, 3, 2000
SEEDS = Path(__file__).resolve().parents[1] / "fuzz" / "corpus" / "api"
GROWTH_KIB = 1024                                        # 340 bytes for each client of three crowds: less than any of them takes
# 64 clients at a time (SEC-09), each with a line that is nearly as long as one may be, in a buffer of twice its size.
HELD_KIB = 64 * 2 * 64 + GROWTH_KIB
HALF_LINE = b'{"command": "list-commands", "arguments": {"' + b"x" * 60000


def resident_kib(daemon):
    """What the daemon has of memory that is its own alone: the pages of its rings are the kernel's."""
    status = Path(f"/proc/{daemon.pid()}/status").read_text(encoding="ascii")
    return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1])


def connection(daemon, held):
    sock = held.enter_context(socket.socket(socket.AF_UNIX))
    sock.connect(str(daemon.socket_path))
    return sock


def crowd(daemon):
    """A thousand clients at once: a third is silent, a third says half a line, a third asks and never reads. The most memory meanwhile."""
    with contextlib.ExitStack() as held:
        for number in range(CROWD):
            sock = connection(daemon, held)
            sock.setblocking(False)
            with contextlib.suppress(OSError):           # it had to make room, or its buffer is full
                if number % 3 == 1:
                    sock.send(HALF_LINE)
                elif number % 3 == 2:
                    sock.send(b'{"command": "list-commands"}\n' * 4)
        assert daemon.ask("health")["result"] == 0, "whoever asks is answered beside them"
        return resident_kib(daemon)


def open_files(daemon):
    return len(os.listdir(f"/proc/{daemon.pid()}/fd"))


def mutated(seeds, writing, chance):
    """A request that was damaged, which still asks for nothing that changes the box."""
    while True:
        request = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(6)):
            at = chance.randrange(len(request))
            request[at:at + chance.randrange(3)] = chance.choice((b"", b'"', b"{", b"}", b"[", b"\\", b"\xff", b"\0", b"9" * 30, b"null", b"[" * 50))
        if not any(name in request for name in writing) and request.strip():
            return bytes(request).replace(b"\n", b" ") + b"\n"


def damaged_requests(daemon):
    """Each line is answered by a line of JSON."""
    listed = daemon.ask("list-commands")["arguments"]["commands"]
    writing = [command["name"].encode() for command in listed if command["access"] == "write"]
    seeds = [path.read_bytes() for path in sorted(SEEDS.iterdir())]
    chance = random.Random(1)
    with contextlib.ExitStack() as held:
        sock = connection(daemon, held)
        reader = sock.makefile("rb")
        for _ in range(FUZZED):
            request = mutated(seeds, writing, chance)
            sock.sendall(request)
            assert select.select([sock], [], [], 20)[0], f"no answer to {request}"
            assert set(json.loads(reader.readline())) >= {"result", "text", "arguments"}, request


def rude_clients(build):
    """SEC-09: a thousand slow clients three times over and two thousand damaged requests: no packet is lost, no memory stays away."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with Lab(build, sites=("ce1",)) as lab, Echo(lab.ns["srv"]):
        ce, br = lab.daemons["ce1"], lab.daemons["br"]
        flows = [Flow(lab.ns[("h1", "h2")[i % 2]], f"udp {i}") for i in range(20)]
        flows += [Flow(lab.ns[("h1", "h2")[i % 2]], f"tcp {i}", TCP) for i in range(20)]
        with closing(flows):
            exchange(flows)
            files = {daemon: open_files(daemon) for daemon in (ce, br)}
            for daemon in ce, br:                        # what a daemon keeps once and for all, it has now
                crowd(daemon)
                damaged_requests(daemon)
            with Repeated(lambda: exchange(flows)) as talk:
                for daemon in ce, br:
                    wait_until("all to be gone", lambda: open_files(daemon) == files[daemon])   # pylint: disable=cell-var-from-loop
                    before, rounds = resident_kib(daemon), talk.times
                    most = max(crowd(daemon) for _ in range(ROUNDS))
                    damaged_requests(daemon)
                    wait_until("all to be gone", lambda: open_files(daemon) == files[daemon])   # pylint: disable=cell-var-from-loop
                    after = resident_kib(daemon)
                    assert after <= before + GROWTH_KIB, f"{daemon.name}: {before} KiB before, {after} KiB after"
                    assert most <= before + HELD_KIB, f"{daemon.name}: {before} KiB before, {most} KiB meanwhile"
                    wait_until("packets to go on", lambda: talk.times >= rounds + 2)     # pylint: disable=cell-var-from-loop
            assert sum(flow.repeated for flow in flows) == 0, "a datagram was lost"
        for name, stats in lab.assert_balanced().items():
            assert not any(stats["drops"].values()), f"{name}: {stats['drops']}"


CASES = [("a thousand rude clients change nothing (SEC-09)", rude_clients)]
