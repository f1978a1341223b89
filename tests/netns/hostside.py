# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a BR with host interfaces, whose slow path is the Linux of its namespace.

    core --- map-port [ BR: map ]      the CEs' side, and a native IPv6 host: fe80::1, 2001:db8:1::a
                      [ BR: inet ] inet-port --- sw --- srv 198.51.100.9, 2001:db8:2::9
                                                  `---- r2 198.51.100.8

The BR runs configs/br-host.conf. No neighbour is static: Linux asks on both links. CEs are frames made by mape.py.
"""
import contextlib
import errno
import json
import os
import re
import socket
import struct
import threading
import time
from ipaddress import IPv6Address

import jsonschema

import lab as labs
import netns
import traffic
from control import reload
from daemon import edit, wait_until
from lab import BR6, ROOT, RULE, V4, Lab
from peers import AF_PACKET
from tap import Skip
from traffic import ETH_P_ALL, UDP, Repeated, send_frame

import mape

PORT = RULE.ports(0x34)[5]
MAP = RULE.map_address(V4, PORT)
SRV, R2, NOBODY, FAR = "198.51.100.9", "198.51.100.8", "198.51.100.66", "203.0.113.9"
BR4, BR_MAP, BR_INET, A, B = "198.51.100.1", "2001:db8:1::1", "2001:db8:2::1", "2001:db8:1::a", "2001:db8:2::9"
MACS = {"core": "02:00:00:00:06:02", "map": "02:00:00:00:0b:01", "inet": "02:00:00:00:0b:02",
        "srv": "02:00:00:00:04:09", "r2": "02:00:00:00:04:08"}
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86dd


class HostLab(Lab):
    """The lab above, its configuration edited; what Linux is told is in _set_up_router(), unless there is to be no word."""

    def __init__(self, build, changes=(), tells_linux=True):
        super().__init__(build, sites=())
        self._edits, self._tells_linux = list(changes), tells_linux

    def __enter__(self):
        super().__enter__()
        try:
            if self._tells_linux:
                self._set_up_router()
        except BaseException as error:
            error.add_note(self.last_words())
            self.close()
            raise
        return self

    def _build_network(self):
        core, br = self.add_namespace("core", ipv6=True), self.add_namespace("br", ipv6=True)
        switch, srv, r2 = self.add_namespace("sw"), self.add_namespace("srv", ipv6=True), self.add_namespace("r2")
        for namespace in core, br, srv:
            namespace.sysctl("net.ipv6.conf.default.accept_dad", 0)
        netns.cable((core, "br", MACS["core"]), (br, "map-port", MACS["map"]))
        switch.run("ip link add bridge type bridge mcast_snooping 0")
        switch.run("ip link set dev bridge up")
        for end, device, name in (br, "inet-port", "inet"), (srv, "eth0", "srv"), (r2, "eth0", "r2"):
            netns.cable((end, device, MACS[name]), (switch, name, f"02:00:00:00:05:{MACS[name][-2:]}"))
            switch.run(f"ip link set dev {name} master bridge")
        core.run("ip address add fe80::1/64 dev br nodad")
        core.run(f"ip address add {A}/64 dev br nodad")
        core.run(f"ip -6 route add default via {BR_MAP} dev br")
        srv.run(f"ip address add {B}/64 dev eth0 nodad")
        srv.run(f"ip -6 route add default via {BR_INET} dev eth0")
        for host, address in (srv, SRV), (r2, R2):
            host.run(f"ip address add {address}/24 dev eth0")
            host.run(f"ip address add {FAR}/32 dev lo")
            host.run(f"ip route add 192.0.2.0/24 via {BR4} dev eth0")

    def _set_up_router(self):
        br = self.ns["br"]
        br.sysctl("net.ipv6.conf.all.forwarding", 1)
        for command in (f"ip address add {BR4}/24 dev inet", f"ip address add {BR_INET}/64 dev inet nodad",
                        f"ip address add {BR_MAP}/64 dev map nodad", f"ip address add {BR6}/128 dev map nodad",
                        "ip -6 route add 2001:db8::/40 via fe80::1 dev map", f"ip route add default via {SRV} dev inet"):
            br.run(command)

    def config(self, name):
        return edit((ROOT / "configs" / "br-host.conf").read_text(encoding="utf-8"), self._edits)

    @property
    def br(self):
        return self.daemons["br"]

    # ---- what the ends say ----

    def from_ce(self, data=b"MAP-E", dst=SRV, dport=5000, count=1):
        """A datagram of the CE, `count` times in one go."""
        packet = bytes(mape.tunnel(MAP, BR6, mape.udp(V4, PORT, dst, dport, data)))
        send_frames(self.ns["core"], "br", MACS["map"], MACS["core"], IPV6, [packet] * count)


def send_frames(namespace, interface, dst, src, ethertype, packets):
    head = bytes.fromhex((dst + src).replace(":", "")) + struct.pack("!H", ethertype)
    with contextlib.closing(namespace.socket(socket.SOCK_RAW, socket.AF_PACKET)) as sock:
        sock.bind((interface, 0))
        for packet in packets:
            sock.send(head + packet)


def listener(namespace, address, port=5000):
    """A UDP socket that waits for nothing."""
    sock = namespace.socket(UDP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((address, port))
    sock.setblocking(False)
    return contextlib.closing(sock)


def heard(sock):
    """All that has come."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found.append(sock.recv(65535))
    return found


class Wire:
    """Every frame on an interface, from __enter__ to __exit__: those that come in, those that go out."""

    def __init__(self, namespace, interface):
        self.came, self.went = [], []
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
            except TimeoutError:
                if self._ending:
                    return
                continue
            except OSError as error:
                if error.errno != errno.ENETDOWN:        # the cable is out
                    raise
                continue
            (self.went if address[2] == socket.PACKET_OUTGOING else self.came).append(frame)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending = True
        self._thread.join()
        self._socket.close()


def is_arp(frame, operation, target=None):
    return (frame[12:14] == b"\x08\x06" and frame[20:22] == struct.pack("!H", operation)
            and (target is None or frame[38:42] == socket.inet_aton(target)))


def is_icmp(frame, kind):
    return frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34] == kind


def is_icmp6(frame, kind):
    return frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == kind


def count(frames, test, *arguments):
    return sum(test(frame, *arguments) for frame in frames)


def stats_of(lab):
    """What has changed is seen once nothing waits any more."""
    return lab.settled_stats()["br"]


def gain(before, after, group):
    return labs.grown(before[group], after[group])


def to_host(stats):
    return sum(interface["to_host_packets"] for interface in stats["interfaces"])


# ---- in one lab, in this order ----

R, S = 4, 2                                              # flags of a neighbour advertisement
NS, NA, ECHO6, REPLY6, ECHO4, REPLY4 = 135, 136, 128, 129, 8, 0


def exactly_one_answer(lab):
    """One ARP reply, one NA, one echo reply to each of ours: the kernel below the ports keeps silent (B2)."""
    core, srv = lab.ns["core"], lab.ns["srv"]
    with Wire(core, "br") as map_link, Wire(srv, "eth0") as inet_link:
        for _ in range(3):
            core.run("ip neighbour flush dev br", check=False)
            srv.run("ip neighbour flush dev eth0", check=False)
            assert traffic.ping(core, BR_MAP) == (3, 3) and traffic.ping(srv, BR4) == (3, 3)
    asked = [count(map_link.went, is_icmp6, NS), count(map_link.went, is_icmp6, ECHO6),
             count(inet_link.went, is_arp, 1, BR4), count(inet_link.went, is_icmp, ECHO4)]
    got = [count(map_link.came, is_icmp6, NA), count(map_link.came, is_icmp6, REPLY6),
           count(inet_link.came, is_arp, 2), count(inet_link.came, is_icmp, REPLY4)]
    assert asked == got and min(got) >= 3, f"asked {asked}, got {got}"


def ns(src, dst, data, **fields):
    return bytes(mape.icmp6(src, dst, NS, data=data, **fields))


def forged():
    """RFC 4861 section 7.1.1, one rule each: hop limit, checksum, code, length, option's length, destination."""
    target = IPv6Address(BR_MAP).packed
    return [solicitation(A, BR_MAP, hlim=64), ns(A, BR_MAP, target, hlim=255, wrong=1), ns(A, BR_MAP, target, hlim=255, code=1),
            ns(A, BR_MAP, target[:12], hlim=255), ns(A, BR_MAP, target + bytes.fromhex("0100020000000602"), hlim=255),
            solicitation("::", BR_MAP)]


def solicitation(src, dst, fragmented=False, hlim=255):
    """For BR_MAP, with our link-layer address unless it is one for duplicates."""
    option = b"" if src == "::" else bytes.fromhex("0101" + MACS["core"].replace(":", ""))
    packet = ns(src, dst, IPv6Address(BR_MAP).packed + option, hlim=hlim)
    return bytes(mape.tunnel(src, dst, packet[40:], hlim=hlim, ext=(mape.fragment_header(),), nh=58)) if fragmented else packet


def advertisements(lab, *packets):
    """What is advertised when these have come, and then one that must be answered: (destination, R S O)."""
    with Wire(lab.ns["core"], "br") as wire:
        for packet in packets:
            send_frames(lab.ns["core"], "br", MACS["map"], MACS["core"], IPV6, [packet])
        assert traffic.ping(lab.ns["core"], BR_MAP) == (3, 3)
    return [(str(IPv6Address(frame[38:54])), frame[58] >> 5) for frame in wire.came
            if is_icmp6(frame, NA) and frame[62:78] == IPv6Address(BR_MAP).packed]


def neighbour_discovery(lab):
    """Linux's, through us: a router's NA (ND-05), none for what is forged or fragmented (ND-01, ND-02), NS (ND-04)."""
    core, br = lab.ns["core"], lab.ns["br"]
    assert traffic.ping(core, BR_MAP) == (3, 3)
    core.run(f"ip neighbour replace {BR_MAP} lladdr {MACS['map']} dev br nud permanent")
    for src, dst, answer in (A, BR_MAP, (A, R | S)), ("::", "ff02::1:ff00:1", ("ff02::1", R)):
        told = advertisements(lab, solicitation(src, dst))
        assert [(to, flags & (R | S)) for to, flags in told] == [answer], (src, told)
    assert not advertisements(lab, *forged(), solicitation(A, BR_MAP, fragmented=True))
    core.run(f"ip neighbour del {BR_MAP} dev br")
    br.run("ip neighbour flush dev map", check=False)
    with Wire(core, "br") as wire:
        assert traffic.ping(br, A) == (3, 3)
    asked = [frame for frame in wire.came if is_icmp6(frame, NS) and frame[62:78] == IPv6Address(A).packed]
    assert str(IPv6Address(asked[0][38:54])) == "ff02::1:ff00:a"
    assert asked[0][78:86] == bytes.fromhex("0101" + MACS["map"].replace(":", ""))


def own_addresses(lab):
    """Every address of the BR answers pings, large ones too: both links, link-local, the BR address (ICM-17)."""
    local = re.search(r"inet6 (fe80:\S+)/", lab.ns["br"].run("ip -6 address show dev map scope link").stdout)[1]
    for host, target in ("srv", BR4), ("srv", BR_INET), ("core", BR_MAP), ("core", f"{local}%br"), ("core", BR6):
        done = lab.ns[host].run(f"ping -n -i 0.05 -W 5 -c 3 -s 1400 -p 4d4150 {target}")
        assert " 3 received" in done.stdout and "wrong data" not in done.stdout, done.stdout


def native_burst(lab):
    """64 native IPv6 packets in one burst through the map port: Linux forwards all, and none counts as MAP (B1)."""
    head = struct.pack("!HHHH", 4000, 5000, 8 + 5, 0)
    pseudo = IPv6Address(A).packed + IPv6Address(B).packed + struct.pack("!II", 13, 17)
    head = head[:6] + struct.pack("!H", mape.checksum(pseudo + head + b"MAP-E"))
    assert traffic.ping(lab.ns["core"], B) == (3, 3)
    before = stats_of(lab)
    with contextlib.closing(lab.ns["srv"].socket(UDP, socket.AF_INET6)) as sock:
        sock.bind((B, 5000))
        sock.setblocking(False)
        send_frames(lab.ns["core"], "br", MACS["map"], MACS["core"], IPV6,
                    [bytes(mape.tunnel(A, B, head + b"MAP-E", nh=17))] * 64)
        got = []
        wait_until("64 datagrams", lambda: got.extend(heard(sock)) or len(got) >= 64)
    after = stats_of(lab)
    assert len(got) == 64 and to_host(after) - to_host(before) >= 64
    assert not gain(before, after, "drops"), gain(before, after, "drops")
    assert before["softwires"] == after["softwires"], after["softwires"]


def echoes6(namespace):
    with namespace.inside(), open("/proc/thread-self/net/snmp6", encoding="ascii") as file:
        return int(re.search(r"Icmp6InEchos\s+(\d+)", file.read())[1])


def native_ends_answer(lab):
    """An echo from A to B is B's to answer, and ICMPv6 errors of native flows come back to A (B3)."""
    before = echoes6(lab.ns["srv"])
    with Wire(lab.ns["core"], "br") as wire:
        assert traffic.ping(lab.ns["core"], B) == (3, 3)
        with contextlib.closing(lab.ns["core"].socket(UDP, socket.AF_INET6)) as sock:
            sock.settimeout(10)
            sock.connect((B, 9))
            sock.send(b"nobody listens")
            try:
                sock.recv(100)
                raise AssertionError("an answer from a closed port")
            except ConnectionRefusedError:
                pass
    assert echoes6(lab.ns["srv"]) - before == 3 == count(wire.came, is_icmp6, REPLY6)


def native_errors(lab):
    """Native packets that are too big for the next link, or too old: ICMPv6 2 and 3/0 (ICM-20, ICM-21)."""
    lab.ns["br"].run("ip link set dev inet mtu 1400")
    with Wire(lab.ns["core"], "br") as wire:
        said = [lab.ns["core"].run(f"ping -n -W 5 -c 1 {options} {B}", check=False).stdout
                for options in ("-M do -s 1452", "-t 1")]
    lab.ns["br"].run("ip link set dev inet mtu 1500")
    errors = [(frame[54], frame[55], frame[58:62]) for frame in wire.came
              if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] < 128
              and frame[22:38] == IPv6Address(BR_MAP).packed]
    assert errors == [(2, 0, struct.pack("!I", 1400)), (3, 0, bytes(4))], (errors, said)


@contextlib.contextmanager
def on_one_cpu():
    """What we send from several is not kept in order by the kernel."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def resolves(lab):
    """The first packets to a neighbour nobody knows wait while Linux asks; what is too much is counted."""
    before = stats_of(lab)
    lab.ns["br"].run("ip neighbour flush dev inet", check=False)
    with listener(lab.ns["srv"], SRV) as sock, on_one_cpu():
        for i in range(10):
            lab.from_ce(b"%d" % i)
        got = []
        wait_until("the last datagram", lambda: got.extend(heard(sock)) or b"9" in got)
        after = stats_of(lab)
        got.extend(heard(sock))
    lost = gain(before, after, "drops")
    assert set(lost) <= {"no_neighbour"} and len(got) + sum(lost.values()) == 10, (got, lost)
    assert got == sorted(got) and got[-4:] == [b"6", b"7", b"8", b"9"], got


def both_ways(lab):
    """Down to the CE, too: fe80::1 of Linux's route is the next hop, whose MAC address Linux has found."""
    with Wire(lab.ns["core"], "br") as wire, contextlib.closing(lab.ns["srv"].socket(UDP)) as sock:
        sock.bind((SRV, 5000))
        sock.sendto(b"down", (V4, PORT))
        is_it = lambda: [frame for frame in wire.came if frame.endswith(b"down")]
        found = wait_until("the datagram at the CE's side", is_it)[0]
    assert found[:12] == bytes.fromhex((MACS["core"] + MACS["map"]).replace(":", "")), found[:12]
    assert found[22:54] == IPv6Address(BR6).packed + IPv6Address(MAP).packed


def dead_neighbour(lab):
    """A burst to a neighbour that does not answer is bounded and counted, and all the others go on (ND-03)."""
    before = stats_of(lab)
    with Wire(lab.ns["srv"], "eth0") as wire, listener(lab.ns["srv"], SRV) as sock:
        lab.from_ce(dst=NOBODY, count=200)
        held = lab.br.stats()["conservation"]["held"]
        lab.from_ce(b"goes on")
        wait_until("the datagram to the living", lambda: heard(sock))
        after = stats_of(lab)
    assert held <= 4, held
    assert gain(before, after, "drops") == {"no_neighbour": 200}, gain(before, after, "drops")
    asked = count(wire.came, is_arp, 1, NOBODY)
    assert 3 <= asked <= 20, f"{asked} ARP requests for 200 packets"


def native_to_the_dead(lab):
    """Native packets to a neighbour that does not answer: Linux asks three times and says 1/3 (ND-03)."""
    with Wire(lab.ns["srv"], "eth0") as wire:
        said = lab.ns["core"].run("ping -n -W 10 -c 1 2001:db8:2::66", check=False).stdout
    asked = [frame for frame in wire.came if is_icmp6(frame, NS) and frame[62:78] == IPv6Address("2001:db8:2::66").packed]
    assert f"From {BR_MAP} icmp_seq=1 Destination unreachable: Address unreachable" in said and len(asked) == 3, (said, len(asked))


def scan(lab):
    """A scan of the whole subnet: what waits is bounded, and the neighbour that is known is served (ND-18)."""
    before = stats_of(lab)
    with listener(lab.ns["srv"], SRV) as sock:
        for i in range(100, 250):
            lab.from_ce(dst=f"198.51.100.{i}", count=2)
            lab.from_ce(b"served %d" % i)
        held = lab.br.stats()["conservation"]["held"]
        got = []
        wait_until("what goes to the living", lambda: got.extend(heard(sock)) or len(got) >= 150)
    assert held <= 70 and len(set(got)) == 150, (held, len(got))
    wait_until("the end of the scan", lambda: gain(before, lab.br.stats(), "drops").get("no_neighbour") == 300)
    assert set(gain(before, stats_of(lab), "drops")) == {"no_neighbour"}


def neighbour_comes(lab):
    """When the dead neighbour begins to answer, traffic to it begins by itself."""
    lab.ns["r2"].run(f"ip address add {NOBODY}/24 dev eth0")
    with listener(lab.ns["r2"], NOBODY) as sock:
        wait_until("a datagram", lambda: lab.from_ce(dst=NOBODY) or heard(sock))
    lab.ns["r2"].run(f"ip address del {NOBODY}/24 dev eth0")


def neighbour_moves(lab):
    """Another MAC address of a neighbour is followed, and when Linux forgets it, it is asked for again."""
    br, other = lab.ns["br"], "02:00:00:00:04:99"
    with Wire(lab.ns["srv"], "eth0") as wire:
        br.run(f"ip neighbour replace {SRV} lladdr {other} dev inet nud permanent")
        wait_until("frames to the new address", lambda: lab.from_ce(b"moved") or any(
            frame[:6] == bytes.fromhex(other.replace(":", "")) for frame in wire.came))
    br.run(f"ip neighbour del {SRV} dev inet")
    with listener(lab.ns["srv"], SRV) as sock:
        wait_until("datagrams again", lambda: lab.from_ce() or heard(sock))


def route_changes(lab):
    """Linux's route moves to another router under traffic: not one packet is lost, and then all go the new way."""
    br = lab.ns["br"]
    br.run(f"ip route replace 203.0.113.0/24 via {SRV} dev inet")
    for target in SRV, R2:
        assert traffic.ping(br, target) == (3, 3)
    with listener(lab.ns["srv"], FAR) as old, listener(lab.ns["r2"], FAR) as new:
        wait_until("the old way", lambda: lab.from_ce(b"begin", dst=FAR) or heard(old))
        before = stats_of(lab)
        heard(old)
        sent = [0]
        with Repeated(lambda: lab.from_ce(b"%d" % sent[0], dst=FAR) or sent.__setitem__(0, sent[0] + 1)) as talk:
            for router in R2, SRV, R2:
                times = talk.times
                wait_until("packets", lambda: talk.times > times + 50)      # pylint: disable=cell-var-from-loop
                br.run(f"ip route replace 203.0.113.0/24 via {router} dev inet")
            times = talk.times
            wait_until("packets", lambda: talk.times > times + 200)
        after = stats_of(lab)
        ways = heard(old), heard(new)
        assert not gain(before, after, "drops"), gain(before, after, "drops")
        assert sorted(ways[0] + ways[1]) == sorted(b"%d" % i for i in range(sent[0])), (sent, [len(way) for way in ways])
        lab.from_ce(b"end", dst=FAR)
        wait_until("the new way", lambda: b"end" in heard(new))
        br.run("ip route del 203.0.113.0/24")
        br.run("ip route del default")
        wait_until("no route", lambda: lab.from_ce(dst=FAR) or
                   gain(after, lab.br.stats(), "drops").get("no_route", 0) > 0)
        br.run(f"ip route add default via {SRV} dev inet")
        wait_until("the default route", lambda: lab.from_ce(dst=FAR) or heard(old))


def device_goes_down(lab):
    """Linux's device down: no route, nothing to Linux; up: both again, and static routes when they are set again."""
    br, before = lab.ns["br"], stats_of(lab)
    br.run("ip link set dev inet down")
    wait_until("no route", lambda: lab.from_ce() or gain(before, lab.br.stats(), "drops").get("no_route", 0) > 0)
    send_frame(lab.ns["srv"], "eth0", MACS["inet"], MACS["srv"], ARP, bytes(46))
    wait_until("host_down", lambda: gain(before, lab.br.stats(), "drops").get("host_down", 0) > 0)
    br.run("ip link set dev inet up")
    br.run(f"ip address replace {BR_INET}/64 dev inet nodad")
    br.run(f"ip route replace default via {SRV} dev inet")
    with listener(lab.ns["srv"], SRV) as sock:
        wait_until("datagrams again", lambda: lab.from_ce() or heard(sock))
    assert traffic.ping(lab.ns["srv"], BR4) == (3, 3)


LIMITS = "host_limits = { neighbour = 1000; dhcp = 200; icmp = 1000; other = 20000; };"


def of_each_class():
    """One frame of each class as (destination interface's side, ethertype, packet)."""
    dhcp = struct.pack("!HHHH", 546, 547, 8, 0xffff)
    return {"neighbour": (ARP, struct.pack("!HHBBH6s4s6s4s", 1, IPV4, 6, 4, 2, bytes.fromhex("020000000409"),
                                           socket.inet_aton(SRV), bytes.fromhex("0200000000b2"[:12]),
                                           socket.inet_aton(BR4)) + bytes(18)),
            "dhcp": (IPV6, bytes(mape.tunnel("fe80::9", "ff02::1:2", dhcp, nh=17))),
            "icmp": (IPV4, bytes(mape.icmp(SRV, BR4, 0, data=bytes(18)))),
            "other": (IPV4, bytes(mape.tcp(SRV, 9, BR4, 9, "R", data=bytes(18))))}


def limits_by_class(lab):
    """Each class has its own limit: the one that is 0 lets nothing through, and the others do not notice."""
    frames = of_each_class()
    for limited in frames:
        reload(lab.br, edit(lab.config("br"), [(LIMITS, edit(LIMITS, [(re.search(rf"{limited} = \d+", LIMITS)[0],
                                                                      f"{limited} = 0")]))]))
        before = stats_of(lab)
        for ethertype, packet in frames.values():
            send_frames(lab.ns["srv"], "eth0", MACS["inet"], MACS["srv"], ethertype, [packet] * 20)
        wait_until("the drops", lambda: gain(before, lab.br.stats(), "drops").get("host_limited", 0) >= 20)  # pylint: disable=cell-var-from-loop
        after = stats_of(lab)
        assert gain(before, after, "drops") == {"host_limited": 20}, (limited, gain(before, after, "drops"))
        assert to_host(after) - to_host(before) >= 60, limited


def flood(lab):
    """A flood of pings is cut to its rate, while ARP and the fast path go on."""
    reload(lab.br, edit(lab.config("br"), [("icmp = 1000", "icmp = 100")]))
    before, begin = stats_of(lab), time.monotonic()
    packet = bytes(mape.ping(SRV, BR4, 7, data=bytes(18)))
    with listener(lab.ns["srv"], SRV) as sock:
        for _ in range(20):
            send_frames(lab.ns["srv"], "eth0", MACS["inet"], MACS["srv"], IPV4, [packet] * 200)
            lab.ns["srv"].run("ip neighbour flush dev eth0", check=False)
            lab.from_ce(b"in the flood")
        wait_until("the datagrams", lambda: len(heard(sock)) > 0)
        lab.ns["srv"].run(f"ip neighbour get {BR4} dev eth0", check=False)
        after = stats_of(lab)
    passed = to_host(after) - to_host(before)
    limited = gain(before, after, "drops")["host_limited"]
    assert limited > 2000 and passed <= 256 + 100 * (time.monotonic() - begin) + 200, (passed, limited)
    reload(lab.br, lab.config("br"))
    wait_until("pings again", lambda: traffic.ping(lab.ns["srv"], BR4) == (3, 3))


def reload_keeps_devices(lab):
    """A reload changes neither the devices nor what Linux has learnt on them; host cannot be changed by one."""
    show = lambda: [[(device["ifname"], device["ifindex"], sorted(address["local"] for address in device["addr_info"]))
                     for device in json.loads(lab.ns["br"].run("ip -j address").stdout)]]
    before = show()
    with listener(lab.ns["srv"], SRV) as sock:
        for _ in range(5):
            reload(lab.br, lab.config("br"))
            lab.from_ce(b"after the reload")
            wait_until("a datagram", lambda: heard(sock))
    assert show() == before
    lab.br.write_config(edit(lab.config("br"), [("host = true", "host = false"), ('role = "map";',
                        'role = "map"; gateway = "fe80::1"; neighbours = ( { address = "fe80::1"; mac = "02:00:00:00:06:02"; } );'),
                        ('role = "internet";', 'role = "internet"; addresses = [ "198.51.100.1/24" ];')]))
    reply = lab.br.ask("config-reload")
    assert reply["result"] != 0 and "host" in reply["text"], reply
    reload(lab.br, lab.config("br"))


def leaves_nothing(lab):
    """The end: the statistics balance, the devices are gone, and the ports' devices are as they were."""
    lab.assert_balanced()
    last = lab.br.stop()
    labs.check_conservation("br", last)
    jsonschema.validate(last, json.loads((ROOT / "docs" / "schema" / "stats-get.schema.json").read_text(encoding="utf-8")))
    names = {device["ifname"] for device in json.loads(lab.ns["br"].run("ip -j link").stdout)}
    assert names == {"lo", "map-port", "inet-port"}, names
    with lab.ns["br"].inside(), open("/proc/sys/net/ipv6/conf/map-port/disable_ipv6", encoding="ascii") as file:
        assert file.read().strip() == "0"


STEPS = [exactly_one_answer, neighbour_discovery, own_addresses, native_burst, native_ends_answer, native_errors, resolves, both_ways,
         dead_neighbour, native_to_the_dead, scan, neighbour_comes, neighbour_moves, route_changes, device_goes_down, limits_by_class, flood,
         reload_keeps_devices, leaves_nothing]


# ---- in labs of their own ----

STATIC = f"""addresses = [ "{BR4}/24" ]; neighbours = ( {{ address = "{SRV}"; mac = "{MACS['srv']}"; }} );"""


def static_settings(build):
    """What the configuration says holds with host interfaces, too: Linux knows nothing here, and is not asked."""
    with HostLab(build, [('role = "internet";', f'role = "internet"; {STATIC}')], tells_linux=False) as lab:
        with listener(lab.ns["srv"], SRV) as sock, Wire(lab.ns["srv"], "eth0") as wire:
            lab.from_ce(b"static")
            wait_until("the datagram", lambda: heard(sock))
        assert not count(wire.came, is_arp, 1)
        stats = lab.assert_balanced()["br"]
        drops = {key for key, value in stats["drops"].items() if value}
        assert drops <= {"host_limited", "host_down"}, stats["drops"]        # host_down: the kernel's own first words, overheard


def two_workers(build):
    """Two workers share the way to Linux and its limits; nothing is answered twice, nothing gets lost."""
    with HostLab(build, [("framecnt=4096", "framecnt=4096,qpairs=2"), ("workers = 1", "workers = 2")]) as lab:
        for step in exactly_one_answer, native_burst, dead_neighbour, neighbour_comes, route_changes, flood, leaves_nothing:
            all_steps(step, lab)


class TapLab(HostLab):
    """The ports are TAPs that DPDK makes, whose links can go down, in the place of the cables."""

    def __init__(self, build):
        super().__init__(build, [(AF_PACKET % (i, name), f"net_tap{i},iface={name}")
                                 for i, name in enumerate(("map-port", "inet-port"))], tells_linux=False)

    def _build_network(self):
        super()._build_network()
        for name in "map-port", "inet-port":
            self.ns["br"].run(f"ip link del dev {name}")


def link_state(build):
    """The devices follow the links of the ports, and the fast path with them."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Skip("/dev/net/tun is not there or not for us")

    def carrier():
        return "NO-CARRIER" not in json.loads(br.run("ip -j link show dev inet").stdout)[0]["flags"]

    with TapLab(build) as lab:
        br = lab.ns["br"]
        br.run("ip link set dev inet-port up")
        wait_until("the link", carrier)
        br.run(f"ip neighbour replace {SRV} lladdr {MACS['srv']} dev inet nud reachable")
        br.run("ip link set dev inet-port down")
        wait_until("the loss of the link", lambda: not carrier())
        wait_until("Linux to forget", lambda: not br.run("ip neighbour show dev inet").stdout)
        br.run("ip link set dev inet-port up")
        wait_until("the link again", carrier)


class EarlyLab(HostLab):
    """Linux's device and its address are there before mapedge starts."""

    def _build_network(self):
        super()._build_network()
        self.ns["br"].run("ip tuntap add dev inet mode tap")
        self.ns["br"].run(f"ip address add {BR4}/24 dev inet")


def device_of_before(build):
    """A TAP that was made before is taken over with its addresses, and stays."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Skip("/dev/net/tun is not there or not for us")
    with EarlyLab(build, tells_linux=False) as lab:
        assert traffic.ping(lab.ns["srv"], BR4) == (3, 3)
        with listener(lab.ns["srv"], SRV) as sock:
            wait_until("a datagram", lambda: lab.from_ce() or heard(sock))
        labs.check_conservation("br", lab.br.stop())
        assert BR4 in lab.ns["br"].run("ip address show dev inet").stdout
        lab.br.start()
        lab.br.wait_ready()
        assert traffic.ping(lab.ns["srv"], BR4) == (3, 3)


CE_WITH_HOST = [('role = "ce";', 'role = "ce"; host = true;'), ('name = "lan"', 'name = "home"'), ('name = "wan"', 'name = "line"')]


def ce(build):
    """A CE: its LAN address is Linux's to answer for, once, and what goes into the softwire does not see Linux."""
    with Lab(build, sites=("ce1",), changes={"ce1": CE_WITH_HOST}) as lab:
        home = lab.ns["h1"]
        lab.ns["ce1"].run("ip address replace 192.168.1.1/24 dev home")
        home.run("ip neighbour del 192.168.1.1 dev eth0")
        with Wire(home, "eth0") as wire:
            assert traffic.ping(home, "192.168.1.1") == (3, 3)
        assert count(wire.came, is_icmp, REPLY4) == 3 and count(wire.came, is_arp, 2) == 1
        before = lab.settled_stats()["ce1"]
        assert traffic.ping(home, SRV) == (3, 3)
        after = lab.assert_balanced()["ce1"]
        assert after["softwires"][0]["sent_ipv6_packets"] - before["softwires"][0]["sent_ipv6_packets"] == 3
        assert not after["drops"]["no_host"]


ANYCAST = ('br = "2001:db8:ffff::1";', 'br = "2001:db8:ffff::1"; anycast = true;')
OVERRIDE = 1


class AnycastLab(HostLab):
    """The BR address is anycast, and on the link to the CEs; Linux is a router from the start."""

    def __init__(self, build):
        super().__init__(build, changes=[ANYCAST], tells_linux=False)

    def _build_network(self):
        super()._build_network()
        self.ns["br"].sysctl("net.ipv6.conf.all.forwarding", 1)
        self.ns["core"].run(f"ip -6 route add {BR6}/128 dev br")

    def use(self, config):
        """A reload while Linux has news of its own, too."""
        self.br.write_config(config)
        assert self.br.ask("config-reload")["result"] == 0

    def answers(self):
        self.ns["core"].run("ip neighbour flush dev br", check=False)
        return f"from {BR_MAP}" in self.ns["core"].run(f"ping -n -c 1 -W 3 {BR6}", check=False).stdout


def drained(lab):
    """Drained, a BR is not well and Linux has the anycast address no more, but what comes all the same is carried."""
    def has_address():
        return f"anycast {BR6} dev map" in lab.ns["br"].run("ip -6 route show table local").stdout

    assert lab.br.ask("drain")["result"] == 0
    wait_until("the address to go", lambda: not has_address())
    assert not lab.answers()
    health = lab.br.ask("health")["arguments"]
    assert not health["healthy"] and any("drain off" in reason for reason in health["reasons"]), health
    alarms = lab.br.ask("alarms-get")["arguments"]["alarms"]   # on a busy machine a worker may stand still, too
    assert "drained" in [alarm["alarm"] for alarm in alarms], alarms
    lab.ns["core"].run(f"ip -6 neighbour replace {BR6} lladdr {MACS['map']} dev br")    # who still sends to it
    with listener(lab.ns["srv"], SRV) as sock:
        wait_until("a CE's datagram", lambda: lab.from_ce(b"from a CE") or heard(sock))
    lab.use(lab.config("br"))
    assert not has_address(), "a reload has ended it"
    assert lab.br.ask("drain", state="off")["result"] == 0
    wait_until("an answer", lab.answers)
    assert has_address()
    wait_until("a healthy box", lambda: lab.br.ask("health")["arguments"]["healthy"])


def linux_is_told(lab):
    """What `show neighbours` and `show routes` say is what Linux has, in its words."""
    neighbours = lab.br.ask("neighbours-get", interface="inet")["arguments"]["neighbours"]
    server = [neighbour for neighbour in neighbours if neighbour["address"] == SRV]
    assert server and server[0]["from"] == "linux" and server[0]["used"] and server[0]["mac"] == MACS["srv"], neighbours
    routes = lab.br.ask("routes-get", address="203.0.113.5", table="ipv4")["arguments"]["routes"]
    assert len(routes) == 1 and routes[0]["via"] == SRV and routes[0]["from"] == "linux" and routes[0]["prefix"] == "0.0.0.0/0", routes


def anycast(build):
    """ND-21 ICM-08: no test for duplicates, advertisements that override nothing, and no ICMPv6 from the anycast address."""
    with AnycastLab(build) as lab:
        core, br = lab.ns["core"], lab.ns["br"]
        for command in (f"ip address add {BR4}/24 dev inet", f"ip address add {BR_MAP}/64 dev map nodad", f"ip route add default via {SRV} dev inet"):
            br.run(command)
        lab.use(edit(lab.config("br"), [(ANYCAST[1], ANYCAST[0])]))
        assert BR6 not in br.run("ip -6 route show table local").stdout and not lab.answers()
        with Wire(core, "br") as wire:
            lab.use(lab.config("br"))
            assert f"anycast {BR6} dev map" in br.run("ip -6 route show table local").stdout
            wait_until("an answer", lab.answers)
            before = stats_of(lab)
            send_frame(core, "br", MACS["map"], MACS["core"], IPV6, bytes(mape.tunnel(A, BR6, closed_port(A, BR6), nh=17)))
            wait_until("the error", lambda: gain(before, lab.br.stats(), "drops").get("anycast_src"))
            with listener(lab.ns["srv"], SRV) as sock:
                wait_until("a CE's datagram", lambda: lab.from_ce(b"from a CE") or heard(sock))
            linux_is_told(lab)
        icmp6 = [frame for frame in wire.came if frame[12:14] == b"\x86\xdd" and frame[20] == 58]
        assert not [frame for frame in icmp6 if frame[22:38] == IPv6Address(BR6).packed], "ICMPv6 from the anycast address"
        drained(lab)
        about = [frame for frame in icmp6 if frame[54] in (NS, NA) and frame[62:78] == IPv6Address(BR6).packed]
        assert about and all(frame[54] == NA and not frame[58] >> 5 & OVERRIDE for frame in about), [frame.hex() for frame in about]
        assert "anycast" not in lab.br.log(), lab.br.log()
        lab.assert_balanced()


def closed_port(src, dst):
    head = struct.pack("!HHHH", 4000, 9, 8, 0)
    pseudo = IPv6Address(src).packed + IPv6Address(dst).packed + struct.pack("!II", 8, 17)
    return head[:6] + struct.pack("!H", mape.checksum(pseudo + head))


def anycast_refused(build):
    """ND-21: Linux has the address as a unicast one already, or is no router: the log says what to do, and all else goes on."""
    with HostLab(build, changes=[ANYCAST], tells_linux=False) as lab:
        wait_until("the log", lambda: f"no anycast address {BR6}: set net.ipv6.conf.all.forwarding=1" in lab.br.log())
        lab._set_up_router()                              # pylint: disable=protected-access
        assert lab.br.ask("config-reload")["result"] == 0
        wait_until("the log", lambda: f"no anycast address {BR6}: Linux has it as a unicast address" in lab.br.log())
        with listener(lab.ns["srv"], SRV) as sock:
            wait_until("a CE's datagram", lambda: lab.from_ce(b"from a CE") or heard(sock))
        lab.assert_balanced()


CASES = [("host: anycast (ND-21)", anycast), ("host: anycast refused (ND-21)", anycast_refused), ("host: a CE", ce), ("host: device of before", device_of_before), ("host: static settings", static_settings), ("host: two workers", two_workers),
         ("host: link state", link_state)]


def all_steps(step, lab):
    step(lab)
    if lab.br.is_running():
        lab.assert_balanced()


def run(tap, build):
    """Each step is a case."""
    if not tap.wants_any([name_of(step) for step in STEPS]):
        return
    try:
        with HostLab(build) as lab:
            for step in STEPS:
                tap.case(name_of(step), all_steps, step, lab)
    except AssertionError as error:
        tap.report("host: the lab", error, is_last=True)


def name_of(step):
    return f"host: {step.__name__.replace('_', ' ')}"
