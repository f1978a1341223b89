# SPDX-License-Identifier: BSD-3-Clause
"""Cases: large datagrams, small MTUs, and who says what about them.

Where IPv4 fragments go through a CE, Linux is the CE: our own translates none yet. The Linux softwire in turn neither
reassembles IPv6 fragments, so the BR has fragment = "inner", nor fragments IPv4 before it encapsulates, so large datagrams
leave it as fragments made here. And where the BR receives IPv4 fragments its port is AF_XDP: DPDK's AF_PACKET driver asks
the kernel to put them together first, and cuts off what is longer than a frame.
"""
import random
import re
import socket
import struct
import subprocess

import traffic
from daemon import wait_until
from lab import BR6, MAC, RULE, SRV, V4, Lab
from peers import AF_PACKET, need_af_xdp, softwire_of_the_kernel
from traffic import UDP

import mape

PSID = 0x36
PORTS = RULE.ports(PSID)
MAP = RULE.map_address(V4, PORTS[0])
BR4 = "198.51.100.1"


class KernelCe(Lab):
    """The lab with a Linux host as its only CE: 192.0.2.18, PSID 0x36."""

    CHANGES = [('br = "2001:db8:ffff::1";', 'br = "2001:db8:ffff::1"; fragment = "inner";'),
               (AF_PACKET % (1, "inet"), "net_af_xdp1,iface=inet")]

    def __init__(self, build, changes=()):
        need_af_xdp()
        super().__init__(build, sites=(), changes={"br": [*self.CHANGES, *changes]})

    def __enter__(self):
        super().__enter__()
        ce = self.add_namespace("ce3", ipv6=True)
        self.cable("ce3", "wan", "core", "ce3")
        self.route_ipv6("ce3", "2001:db8:12:3600::/56")
        ce.run(f"ip address add {V4}/32 dev lo")
        ce.run("ip address add fe80::2/64 dev wan nodad")
        ce.run(f"ip neighbour add fe80::1 lladdr {MAC['core ce3']} dev wan nud permanent")
        ce.run("ip -6 route add default via fe80::1 dev wan")
        softwire_of_the_kernel(ce, MAP, BR6, "198.51.100.0/24", "wan", source=f"src {V4}")
        return self


def without_df(*sockets):
    for sock in sockets:
        sock.settimeout(10)
        sock.setsockopt(socket.IPPROTO_IP, 10, 0)        # IP_MTU_DISCOVER = IP_PMTUDISC_DONT


class Ends:
    """A UDP socket at the CE, on one of its ports, and one at the server."""

    def __init__(self, lab, port):
        self.lab, self.port = lab, port
        self.ce, self.srv = lab.ns["ce3"].socket(UDP), lab.ns["srv"].socket(UDP)
        self.ce.bind((V4, port))
        self.srv.bind((SRV, 5000))
        without_df(self.ce, self.srv)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ce.close()
        self.srv.close()


def pieces(packet, size):
    """IPv4 fragments with `size` bytes of data each, of a packet with a header of 20 bytes."""
    data = packet[20:]
    for at in range(0, len(data), size):
        part = data[at:at + size]
        more = 0x2000 if at + size < len(data) else 0
        head = bytearray(packet[:20])
        struct.pack_into("!H", head, 2, 20 + len(part))
        struct.pack_into("!H", head, 6, more | at // 8)
        struct.pack_into("!H", head, 10, 0)
        struct.pack_into("!H", head, 10, mape.checksum(bytes(head)))
        yield bytes(head) + part


def there_and_back(ends, size, rng, order):
    """The same bytes both ways, as fragments that arrive in the order that `order` puts them in."""
    lab, data = ends.lab, rng.randbytes(size)
    down = list(pieces(bytes(mape.udp(SRV, 5000, V4, ends.port, data, df=False, ipid=rng.randrange(1, 65536))), 1440))
    up = list(pieces(bytes(mape.udp(V4, ends.port, SRV, 5000, data, df=False, ipid=rng.randrange(1, 65536))), 1400))
    for fragment in order(down):
        traffic.send_frame(lab.ns["srv"], "eth0", MAC["br inet"], MAC["srv eth0"], 0x0800, fragment)
    assert ends.ce.recvfrom(65535) == (data, (SRV, 5000)), f"{size} bytes to the CE"
    for fragment in order(up):
        traffic.send_frame(lab.ns["ce3"], "wan", MAC["core ce3"], MAC["ce3 wan"], 0x86dd,
                           bytes(mape.tunnel(MAP, BR6, fragment)))
    assert ends.srv.recvfrom(65535) == (data, (V4, ends.port)), f"{size} bytes to the server"


def datagrams(build):
    """UDP of 4 000 and 30 000 bytes, both ways, in order and shuffled (FRG-01, FRG-02, MAPE-44)."""
    rng = random.Random(1)
    with KernelCe(build) as lab:
        with Ends(lab, PORTS[7]) as ends:
            for size in 4000, 30000:
                there_and_back(ends, size, rng, list)
                there_and_back(ends, size, rng, lambda fragments: rng.sample(fragments, len(fragments)))
        stats = lab.assert_balanced()["br"]
        assert not any(stats["drops"].values()), stats["drops"]
        assert stats["events"]["fragments_held"] > 0, stats["events"]


class Capture:
    """tcpdump on an interface; every packet of it must be right in all its lengths and checksums."""

    WRONG = re.compile(r"bad |incorrect|truncated|invalid|wrong|cksum 0x[0-9a-f]+ \(", re.IGNORECASE)

    def __init__(self, lab, name, interface):
        self.file = lab.directory / f"{name}-{interface}.pcap"
        self._process = lab.start(name, f"tcpdump -i {interface} --immediate-mode -U -s 0 -Z root -w {self.file} ip or ip6",
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert "listening" in self._process.stderr.readline()

    def end(self):
        """What tcpdump says of each packet."""
        self._process.terminate()
        self._process.wait()
        said = subprocess.run(["tcpdump", "-nvv", "-r", str(self.file)], capture_output=True, text=True, check=True)
        wrong = [line for line in said.stdout.split("\n") if self.WRONG.search(line.replace("IP truncated-ip", "") if ": frag (" in line else line)]
        assert not wrong, "\n".join(wrong[:10])
        assert said.stdout.count("\n") > 10
        return said.stdout


def wire_is_clean(build):
    """Larger than the softwire but not than the links: both ends of it fragment and reassemble IPv6, and nothing on the
    wire is malformed, errors included (TUN-01, TUN-14, TUN-22, FRG-19)."""
    with Lab(build, sites=("ce1",)) as lab:
        captures = [Capture(lab, "core", "br"), Capture(lab, "srv", "eth0")]
        with lab.ns["h1"].socket(UDP) as host, lab.ns["srv"].socket(UDP) as server:
            server.bind((SRV, 5000))
            without_df(host, server)
            for size in 100, 1432, 1433, 1450, 1472:
                data = random.randbytes(size)
                host.sendto(data, (SRV, 5000))
                got, end = server.recvfrom(65535)
                assert got == data, f"{size} bytes to the server"
                server.sendto(data, end)
                assert host.recv(65535) == data, f"{size} bytes to the host"
        ports = sorted(RULE.ports(0x34))
        ping(lab.ns["srv"], f"-M do -s 1472 -e {ports[3]} {V4}")
        ping(lab.ns["srv"], f"-t 1 -e {ports[3]} {V4}")
        stats = lab.assert_balanced()
        assert all(stats[box]["events"][event] >= 3 for box in ("ce1", "br") for event in ("fragmented", "reassembled"))
        inside, _ = (capture.end() for capture in captures)
        assert "frag (" in inside, "no packet was fragmented"


def ping(namespace, options):
    return namespace.run(f"ping -n -c 1 -W 5 {options}", check=False).stdout


def frag_needed(build):
    """ping -M do -s 1472: the sender learns 1460, the BR speaks for itself (TUN-13, ICM-07, B8, B10)."""
    with KernelCe(build) as lab:
        said = ping(lab.ns["srv"], f"-M do -s 1472 -e {PORTS[3]} {V4}")
        assert f"From {BR4}" in said and "mtu = 1460" in said, said
        done = lab.ns["srv"].run(f"ping -n -c 1 -W 5 -M do -s 1432 -e {PORTS[3]} {V4}")
        assert " 1 received" in done.stdout, done.stdout
        assert lab.assert_balanced()["br"]["drops"]["too_big"] == 1


def traceroute(build):
    """From a home and from the Internet, the BR is a hop (TUN-02, B5)."""
    with Lab(build, sites=("ce1",)) as lab:
        said = lab.ns["h1"].run(f"traceroute -n -q 1 -w 5 {SRV}").stdout
        hops = [line.split()[1] for line in said.strip().split("\n")[1:]]
        assert hops == ["192.168.1.1", BR4, SRV], said
        said = ping(lab.ns["srv"], f"-t 1 -e {min(RULE.ports(0x34))} {V4}")
        assert f"From {BR4}" in said and "exceeded" in said, said
        lab.assert_balanced()


def small_mtu_inside(build):
    """fragment = "inner": the CE sees no IPv6 fragment, and everything arrives (TUN-15)."""
    with KernelCe(build, [('fragment = "inner";', 'fragment = "inner"; mtu = 1240;')]) as lab, Ends(lab, PORTS[5]) as ends:
        before = lab.ns["ce3"].run("cat /proc/thread-self/net/snmp6").stdout
        for size in 1300, 4000, 30000:
            data = random.randbytes(size)
            ends.srv.sendto(data, (V4, ends.port))
            assert ends.ce.recvfrom(65535) == (data, (SRV, 5000)), f"{size} bytes to the CE"
        after = lab.ns["ce3"].run("cat /proc/thread-self/net/snmp6").stdout
        reassembled = [int(re.search(r"Ip6ReasmReqds\s+(\d+)", text)[1]) for text in (before, after)]
        assert reassembled[0] == reassembled[1], "there were IPv6 fragments"
        wait_until("the fragments to be forgotten", lambda: lab.stats()["br"]["conservation"]["held"] == 0)
        assert lab.assert_balanced()["br"]["events"]["fragmented"] > 3


CASES = [
    ("fragments: 4 000 and 30 000 bytes, in order and shuffled", datagrams),
    ("fragments: nothing malformed on the wire", wire_is_clean),
    ("fragments: ping with DF learns the softwire's MTU", frag_needed),
    ("traceroute shows the BR", traceroute),
    ("fragments: inner fragmentation", small_mtu_inside),
]
