# SPDX-License-Identifier: BSD-3-Clause
"""What goes through the lab: flows whose every byte is checked, an echo server, a reader of the wire, programs."""
import collections
import contextlib
import functools
import hashlib
import http.server
import json
import os
import re
import selectors
import socket
import socketserver
import struct
import subprocess
import threading
import time
from ipaddress import IPv4Address

from daemon import wait_until

UDP, TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM
ETH_P_ALL = 3
ETHERTYPE_IPV6 = 0x86dd
ECHO_PORT = 7000


# ---- flows ----

class Echo:
    """Says to everybody from which address and port they came, and gives back what they said.

    UDP: "ADDRESS:PORT\\n" and the datagram. TCP: "ADDRESS:PORT\\n" once, then every byte.
    """

    def __init__(self, namespace, address="", port=ECHO_PORT):
        self._selector = selectors.DefaultSelector()
        self._wake, stop = socket.socketpair()
        self._sockets = [self._wake, stop]
        self._selector.register(stop, selectors.EVENT_READ, None)
        for kind, handler in (UDP, self._on_datagram), (TCP, self._on_connection):
            server = namespace.socket(kind)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address, port))
            self._add(server, handler)
            if kind == TCP:
                server.listen(1024)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _add(self, sock, handler):
        sock.setblocking(False)
        self._sockets.append(sock)
        self._selector.register(sock, selectors.EVENT_READ, handler)

    def _serve(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    key.data(key.fileobj)

    @staticmethod
    def _on_datagram(sock):
        data, (address, port) = sock.recvfrom(65535)
        sock.sendto(f"{address}:{port}\n".encode() + data, (address, port))

    def _on_connection(self, sock):
        client, (address, port) = sock.accept()
        client.sendall(f"{address}:{port}\n".encode())
        self._add(client, self._on_bytes)

    def _on_bytes(self, sock):
        data = sock.recv(65535)
        if data:
            sock.sendall(data)
        else:
            self._selector.unregister(sock)
            sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._wake.send(b"!")
        self._thread.join()
        self._selector.close()
        for sock in self._sockets:
            sock.close()


class Flow:
    """A UDP socket or TCP connection to an Echo. What it says begins with its name and is different every time."""

    PATIENCE = 5                                         # seconds until a question over UDP is asked again

    def __init__(self, namespace, name, kind=UDP, remote=("198.51.100.9", ECHO_PORT), source=None):
        self.name, self.rounds, self.repeated, self.external = name, 0, 0, None
        self._is_tcp, self._got, self._asked_at = kind == TCP, b"", 0
        self._socket = namespace.socket(kind)
        self._socket.setblocking(False)
        if source:
            self._socket.bind(source)
        self._socket.connect_ex(remote)

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()

    def _words(self):
        head = f"{self.name} round {self.rounds} ".encode()
        size = 20 + (self.rounds * 397 + int(hashlib.sha256(head).hexdigest(), 16)) % 1380
        return (head * (size // len(head) + 1))[:max(size, len(head))]

    def ask(self):
        self.rounds += 1
        self._send()

    def _send(self):
        self._asked_at = time.monotonic()
        self._socket.send(self._words())

    def ask_again_if_late(self):
        """UDP only: a datagram may get lost. Who must lose none looks at `repeated`."""
        if not self._is_tcp and time.monotonic() > self._asked_at + self.PATIENCE:
            self.repeated += 1
            self._send()

    def hear(self):
        """True once the whole answer is there; an answer that is not ours, byte by byte, is an AssertionError."""
        try:
            data = self._socket.recv(65535)
        except BlockingIOError:
            return False
        except ConnectionError as error:
            raise AssertionError(f"{self.name}: {error}") from error
        assert data, f"{self.name}: the connection has been closed"
        if self._is_tcp and self.external is not None:
            self._got += data
        else:
            self._got += self._meet(self._got + data)
        want = self._words()
        if self._is_tcp and len(self._got) < len(want):
            return False
        got, self._got = self._got, b""
        if got != want and self.repeated and got.startswith(f"{self.name} round ".encode()):
            return False                                 # the late answer to what was asked again
        assert got == want, f"{self.name} got {got[:60]}…, not {want[:60]}…"
        return True

    def _meet(self, data):
        """Takes ADDRESS:PORT, as the server sees us, from the front; it must always be the same."""
        match = re.match(rb"([0-9.]+):([0-9]+)\n", data)
        assert match, f"{self.name}: no greeting: {data[:60]}"
        external = (match[1].decode(), int(match[2]))
        assert self.external in (None, external), f"{self.name} came from {self.external}, now from {external}"
        self.external = external
        return data[match.end():]


def exchange(flows, window=64, deadline=40):
    """One question and its answer on every flow, some of them at a time."""
    waiting, asked = collections.deque(flows), set()
    end = time.monotonic() + deadline
    with selectors.DefaultSelector() as selector:
        while waiting or asked:
            while waiting and len(asked) < window:
                flow = waiting.popleft()
                asked.add(flow)
                selector.register(flow, selectors.EVENT_WRITE)
            for key, events in selector.select(0.5):
                flow = key.fileobj
                if events & selectors.EVENT_WRITE:       # connected
                    flow.ask()
                    selector.modify(flow, selectors.EVENT_READ)
                elif flow.hear():
                    selector.unregister(flow)
                    asked.discard(flow)
            for flow in asked:
                flow.ask_again_if_late()
            assert time.monotonic() < end, f"no answer after {deadline} s on {sorted(flow.name for flow in asked)[:5]}"


@contextlib.contextmanager
def closing(flows):
    try:
        yield flows
    finally:
        for flow in flows:
            flow.close()


class Repeated:
    """Runs a function again and again beside the test; its failure is the test's."""

    def __init__(self, function):
        self.times, self._error = 0, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(function,), daemon=True)

    def _run(self, function):
        try:
            while not self._stop.is_set():
                function()
                self.times += 1
        except BaseException as error:                   # for the thread that waits for us
            self._error = error

    def check(self):
        """Raises the failure at once, for those who would wait in vain."""
        if self._error is not None:
            raise self._error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._stop.set()
        self._thread.join()
        if kind is None:
            self.check()


# ---- the wire ----

Segment = collections.namedtuple("Segment", "protocol src sport dst dport flags")


def ports_in(frame):
    """The TCP or UDP segment of an Ethernet frame with an unfragmented IPv4 packet, else None."""
    if len(frame) < 38 or frame[12:14] != b"\x08\x00" or frame[23] not in (6, 17):
        return None
    at = 14 + (frame[14] & 15) * 4
    sport, dport = struct.unpack_from("!HH", frame, at)
    return Segment(frame[23], str(IPv4Address(frame[26:30])), sport, str(IPv4Address(frame[30:34])), dport,
                   frame[at + 13] if frame[23] == 6 else 0)


def is_first_syn(segment):
    return segment.protocol == 6 and segment.flags & 0x12 == 0x02


class Sniffer:
    """Keeps the segments that arrive on an interface and are wanted, from __enter__ to __exit__."""

    def __init__(self, namespace, interface, wanted):
        self.segments, self._wanted = [], wanted
        self._socket = namespace.socket(socket.SOCK_RAW, socket.AF_PACKET, socket.htons(ETH_P_ALL))
        self._socket.bind((interface, ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.settimeout(0.2)
        self._ending = False
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self):
        while True:
            try:
                frame, address = self._socket.recvfrom(65535)
            except TimeoutError:                         # all that came before the end has been read
                if self._ending:
                    return
                continue
            segment = ports_in(frame)
            if address[2] != socket.PACKET_OUTGOING and segment and self._wanted(segment):
                self.segments.append(segment)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending = True
        self._thread.join()
        lost = struct.unpack("II", self._socket.getsockopt(263, 6, 8))[1]        # SOL_PACKET, PACKET_STATISTICS
        self._socket.close()
        assert lost == 0, f"the reader of the wire has lost {lost} frames"


def send_frame(namespace, interface, dst, src, ethertype, packet):
    """Puts a frame on the wire as it is."""
    with contextlib.closing(namespace.socket(socket.SOCK_RAW, socket.AF_PACKET)) as sock:
        sock.bind((interface, 0))
        sock.send(bytes.fromhex((dst + src).replace(":", "")) + struct.pack("!H", ethertype) + packet)


# ---- programs ----

def ping(namespace, target, count=3):
    """(sent, received) of iputils' ping."""
    done = namespace.run(f"ping -n -q -i 0.05 -W 5 -c {count} {target}", check=False)
    match = re.search(r"(\d+) packets transmitted, (\d+) received", done.stdout)
    assert match, f"{namespace.name}: ping {target}: {done.stdout}{done.stderr}"
    return int(match[1]), int(match[2])


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class WebServer:
    """python's http.server with one file of random bytes, http://ADDRESS/file."""

    def __init__(self, namespace, address, directory, size):
        root = os.path.join(directory, "www")
        os.makedirs(root, exist_ok=True)
        content = os.urandom(size)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.url = f"http://{address}/file"
        with open(os.path.join(root, "file"), "wb") as file:
            file.write(content)
        with namespace.inside():
            # Not HTTPServer, which asks the DNS for its own name.
            self._server = socketserver.ThreadingTCPServer((address, 80), functools.partial(_Handler, directory=root))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def curl(namespace, url, target):
    """Fetches a file: (bytes, their SHA-256)."""
    namespace.run(f"curl -q -sS -m 60 --noproxy * -o {target} {url}", timeout=90)
    with open(target, "rb") as file:
        content = file.read()
    os.unlink(target)
    return len(content), hashlib.sha256(content).hexdigest()


def iperf3(lab, client, seconds=2, reverse=False, port=5201):
    """(bytes received, Gbit/s) of TCP between a host and srv."""
    server = lab.start("srv", f"iperf3 -s -1 -p {port} --forceflush", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True)
    first = iter(server.stdout.readline, "")
    assert any("listening" in line for line in first), "iperf3 -s does not start"
    done = lab.ns[client].run(f"iperf3 -c 198.51.100.9 -p {port} -t {seconds} -J --connect-timeout 5000"
                              + (" -R" if reverse else ""), timeout=60 + seconds)
    received = json.loads(done.stdout)["end"]["sum_received"]
    server.wait(timeout=20)
    server.stdout.close()
    return received["bytes"], received["bits_per_second"] / 1e9


class DnsServer:
    """dnsmasq that knows one name."""

    NAME, ADDRESS = "www.example.net", "203.0.113.80"

    def __init__(self, lab, address):
        log = lab.directory / "dnsmasq.log"
        with open(log, "w", encoding="utf-8") as file:
            self._process = lab.start(
                "srv", "dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --no-poll --pid-file= "
                f"--bind-interfaces --listen-address={address} --address=/{self.NAME}/{self.ADDRESS}",
                stdout=file, stderr=subprocess.STDOUT)
        wait_until("dnsmasq", lambda: "started" in log.read_text(encoding="utf-8"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=20)


def dig(namespace, server, name):
    return namespace.run(f"dig +short +tries=5 +time=2 @{server} {name} A").stdout.strip()
