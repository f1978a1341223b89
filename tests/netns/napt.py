# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a home with 240 ports: four hosts, fifty servers, and programs that are known to suffer from NATs."""
import contextlib
import re
import selectors
import socket
import subprocess
import threading

import traffic
from daemon import wait_until
from lab import H1, H2, MAC, SRV, V4, Lab, ports_of
from sharing import external_end
from traffic import TCP, UDP

HOSTS = {"h1": H1, "h2": H2, "h4": "192.168.1.12", "h5": "192.168.1.13"}
SERVERS = [f"198.51.100.{last}" for last in range(100, 150)]
OTHER = "198.51.100.10"                                  # the server's second address, for STUN
PATIENCE = 30


class NaptLab(Lab):
    """CE1 alone, with two more hosts, and `nat` as its settings of that group."""

    def __init__(self, build, nat):
        more = "".join(f'{{ address = "{HOSTS[name]}"; mac = "{MAC[name + " eth0"]}"; }},\n      ' for name in ("h4", "h5"))
        servers = "".join(f', {{ address = "{address}"; mac = "{MAC["srv eth0"]}"; }}' for address in (OTHER, *SERVERS))
        super().__init__(build, sites=("ce1",), changes={"br": [
            (f'neighbours = ( {{ address = "{SRV}"; mac = "{MAC["srv eth0"]}"; }}',
             f'neighbours = ( {{ address = "{SRV}"; mac = "{MAC["srv eth0"]}"; }}{servers}')], "ce1": [
            ('neighbours = (\n      { address = "192.168.1.10"',
             f'neighbours = (\n      {more}{{ address = "192.168.1.10"'),
            ('role = "ce";', f'role = "ce";\nnat = {{ {nat} }};')]})

    def __enter__(self):
        super().__enter__()
        for name in "h4", "h5":
            self.add_namespace(name)
            self.cable(name, "eth0", "sw1", name)
            self.ns["sw1"].run(f"ip link set dev {name} master lan")
            self._set_up_host(name, HOSTS[name], "192.168.1.1", MAC["ce1 lan"])
        for address in (OTHER, *SERVERS):
            self.ns["srv"].run(f"ip address add {address}/24 dev eth0")
        return self

    def nat(self):
        return self.settled_stats()["ce1"]["nat"]


MAC.update({"h4 eth0": "02:00:00:00:01:12", "h5 eth0": "02:00:00:00:01:13", "sw1 h4": "02:00:00:00:05:04",
            "sw1 h5": "02:00:00:00:05:05"})


# ---- two thousand connections ----

class Crowd:
    """An HTTP server on all addresses that answers nobody until so many are there, and then everybody."""

    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes"

    def __init__(self, namespace, size):
        self._size, self._waiting, self.ends = size, [], set()
        self._selector = selectors.DefaultSelector()
        self._server = namespace.socket(TCP)
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.bind(("", 80))
        self._server.listen(4096)
        self._server.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(TimeoutError):
            while len(self._waiting) < self._size:
                client, end = self._server.accept()
                self.ends.add((end, client.getsockname()))
                self._waiting.append(client)
        for client in self._waiting:
            client.setblocking(True)
            client.recv(4096)
            client.sendall(self.ANSWER)
        for client in self._waiting:
            client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._thread.join()
        self._server.close()


def crowd_of_connections(build):
    """2 000 connections open at once, from four hosts to fifty servers, through 240 ports (NAT-02): all are answered."""
    each, per_curl = 500, 250                            # one curl opens 300 at once, not more
    with NaptLab(build, 'port_reuse = "on_exhaustion";') as lab:
        urls = "\n".join(f'url = "http://{SERVERS[i % len(SERVERS)]}/{i}"\noutput = "/dev/null"'
                         for i in range(per_curl))
        (lab.directory / "urls").write_text(urls, encoding="ascii")
        with Crowd(lab.ns["srv"], each * len(HOSTS)) as crowd:
            curls = [lab.start(name, ["curl", "--silent", "--show-error", "--parallel", "--parallel-immediate",
                                      "--parallel-max", per_curl, "--max-time", PATIENCE, "--fail", "--config",
                                      lab.directory / "urls"], stderr=subprocess.PIPE) for name in HOSTS for _ in range(each // per_curl)]
            for curl in curls:
                _, said = curl.communicate(timeout=2 * PATIENCE)
                assert curl.returncode == 0, said.decode()
        assert len(crowd.ends) == each * len(HOSTS), f"only {len(crowd.ends)} different connections"
        assert {port for (address, port), _ in crowd.ends} <= ports_of("ce1")
        stats = lab.assert_balanced()["ce1"]
        assert stats["nat"]["sessions"] >= each * len(HOSTS) and stats["events"]["port_shared"] > 1000, stats


# ---- what others see ----

@contextlib.contextmanager
def stun_server(lab):
    """coturn with two addresses and two ports, as RFC 5780 wants it."""
    server = lab.start("srv", ["turnserver", "-n", "--stun-only", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout",
                               f"--listening-ip={SRV}", f"--listening-ip={OTHER}", "--listening-port=3478",
                               "--alt-listening-port=3479", f"--pidfile={lab.directory}/turn.pid",
                               f"--userdb={lab.directory}/turn.db"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       cwd=lab.directory)
    try:
        wait_until("the STUN server", lambda: lab.ns["srv"].run("ss -Hlun sport = :3479").stdout.count("3479") >= 2)
        yield
    finally:
        server.terminate()
        server.wait()


def mapping_behaviour(lab, host):
    """What RFC 5780's test says of the NAT in front of a host."""
    said = lab.ns[host].run(["turnutils_natdiscovery", "-m", SRV], check=False, timeout=PATIENCE).stdout
    found = re.search(r"NAT with (.*) Mapping", said)
    assert found and "timeout" not in said, said
    return found[1]


def fill_ports(lab, host):
    """One host takes every UDP port that it can get, towards many places; the sockets must stay open."""
    sockets = [lab.ns[host].socket(UDP) for _ in range(300)]
    for sock in sockets:
        sock.sendto(b"one flow", (SRV, 9000))
    before = len(sockets)
    wait_until("them to pass", lambda: lab.daemons["ce1"].stats()["interfaces"][0]["rx_packets"] >= before)
    return sockets


def endpoint_independent_mapping(build):
    """NAT-01 as an independent program sees it: with port_reuse off."""
    with NaptLab(build, 'port_reuse = "off";') as lab, stun_server(lab):
        assert mapping_behaviour(lab, "h1") == "Endpoint Independent"
        lab.assert_balanced()


def reserved_host_keeps_its_mapping(build):
    """However short ports are, a host with reserved ones has endpoint-independent mapping (NAT-02); the others have not."""
    with NaptLab(build, 'port_reuse = "on_exhaustion"; reserved_ports = 20; '
                        f'policies = ( {{ hosts = "{H2}/32"; reserved = true; }} );') as lab, stun_server(lab):
        sockets = fill_ports(lab, "h1")
        assert mapping_behaviour(lab, "h2") == "Endpoint Independent"
        assert mapping_behaviour(lab, "h4") == "Address and Port Dependent"
        for sock in sockets:
            sock.close()
        lab.assert_balanced()


# ---- hosts at home that want to be reached ----

def two_hosts_by_the_external_address(build):
    """NAT-15: h1 reaches h2 by 192.0.2.18 and the port that the server has seen, and sees h2's external end, not 192.168.1.11."""
    with NaptLab(build, "") as lab:
        with traffic.Echo(lab.ns["srv"]):
            one, other = (lab.ns[name].socket(UDP) for name in ("h1", "h2"))
            ends = external_end(one), external_end(other)
        assert ends[0] != ends[1] and {end[0] for end in ends} == {V4}
        one.sendto(b"from h1", ends[1])
        assert other.recvfrom(100) == (b"from h1", ends[0])
        other.sendto(b"from h2", ends[0])
        assert one.recvfrom(100) == (b"from h2", ends[1])
        port = lab.ns["h2"].socket(UDP)                  # nobody listens behind it: the error comes back, too (NAT-16)
        port.bind((H2, 6000))
        with traffic.Echo(lab.ns["srv"]):
            end = external_end(port)
        port.close()
        one.connect(end)
        one.send(b"anybody there?")
        try:
            one.recv(100)
            raise AssertionError("somebody is there")
        except ConnectionRefusedError:
            pass
        events = lab.assert_balanced()["ce1"]["events"]
        assert events["hairpin"] == 4, events
        one.close()
        other.close()


def forwarded_range(build):
    """Static forwards: 16 ports from outside to h1, one to another port of h2; from the LAN by the external address, too."""
    first = min(ports_of("ce1"))
    forwards = (f'forwards = ( {{ protocol = "both"; ports = "{first}-{first + 14}"; to = "{H1}"; to_port = 7000; }},'
                f' {{ protocol = "tcp"; ports = "{first + 15}"; to = "{H2}"; to_port = 8080; }} );')
    with NaptLab(build, forwards) as lab:
        for port in range(7000, 7015, 7):
            with traffic.Echo(lab.ns["h1"], port=port):
                outside = first + port - 7000
                for kind in UDP, TCP:
                    with contextlib.closing(traffic.Flow(lab.ns["srv"], f"srv {port} {kind}", kind, (V4, outside))) as flow:
                        traffic.exchange([flow])
                        assert flow.external[0] == SRV       # h1 sees who it is
        with traffic.Echo(lab.ns["h2"], port=8080):
            for host in "srv", "h1":
                with contextlib.closing(traffic.Flow(lab.ns[host], f"{host} to h2", TCP, (V4, first + 15))) as flow:
                    traffic.exchange([flow])
        lab.assert_balanced()


# ---- programs ----

FTP_SERVER = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous(sys.argv[2])
FTPServer((sys.argv[1], 21), FTPHandler).serve_forever()
"""


def ftp_and_sip(build):
    """FTP in passive mode, and SIP calls over UDP with what sipp believes its address is: no ALG, and none is missed (NAT-17)."""
    with NaptLab(build, 'port_reuse = "on_exhaustion"; closed_early = true;') as lab:
        content = bytes(range(256)) * 4000
        files = lab.directory / "ftp"
        files.mkdir()
        (files / "file").write_bytes(content)
        files.chmod(0o755)
        lab.start("srv", ["/usr/bin/python3", "-c", FTP_SERVER, SRV, files], stdout=subprocess.DEVNULL,
                  stderr=subprocess.DEVNULL)
        fetched = lab.directory / "fetched"
        wait_until("the FTP server", lambda: lab.ns["srv"].run("ss -Hltn sport = :21").stdout)
        lab.ns["h1"].run(["curl", "--silent", "--show-error", "--max-time", PATIENCE, "--output", fetched,
                          f"ftp://{SRV}/file"])
        assert fetched.read_bytes() == content

        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": lab.directory}
        lab.start("srv", ["sipp", "-sn", "uas", "-i", SRV, "-p", 5060, "-nostdin"], **quiet)
        wait_until("the SIP server", lambda: lab.ns["srv"].run("ss -Hlun sport = :5060").stdout)
        calls = [lab.start(name, ["sipp", "-sn", "uac", "-i", HOSTS[name], "-p", 5060, "-m", 20, "-r", 20, "-d", 100,
                                  "-timeout", PATIENCE, "-timeout_error", "-nostdin", f"{SRV}:5060"], **quiet)
                 for name in ("h1", "h2")]
        for call in calls:
            assert call.wait(timeout=2 * PATIENCE) == 0, "a SIP call failed"
        lab.assert_balanced()


CASES = [
    ("napt: 2 000 connections at once", crowd_of_connections),
    ("napt: STUN sees endpoint-independent mapping", endpoint_independent_mapping),
    ("napt: a host with reserved ports", reserved_host_keeps_its_mapping),
    ("napt: two hosts by the external address", two_hosts_by_the_external_address),
    ("napt: forwarded ports", forwarded_range),
    ("napt: FTP and SIP", ftp_and_sip),
]
