#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Proves the model of the CE itself: sequences made by hand with the outcome that the RFCs ask for, wrong choices that it must
notice, and packets with Scapy.

usage: ce_selftest.py"""
import os
import sys
from random import Random

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import scapy.all as scapy
import ce_configs
import tap
import wire
from ce import Ce
from ce_traffic import CeTraffic
from model import Ipv4, read_transport
from napt import ACK, FIN, INSIDE, REMOTE, RST, SECOND, SYN, Napt, Refusal, Segment
from wire import ICMP, TCP, UDP

A, B = wire.ip4("192.168.1.10"), wire.ip4("192.168.1.11")
X, Y = (wire.ip4("8.8.8.8"), 53), (wire.ip4("9.9.9.9"), 443)
PORTS = [4000, 4001, 4002, 4003]


class Table:
    """A NAPT whose choices are ours."""

    def __init__(self, ports=PORTS, **settings):
        self.napt, self.now = Napt(settings, ports), 0

    def at(self, seconds):
        self.now = int(seconds * SECOND)
        self.napt.expire(self.now)
        return self

    def out(self, inside, remote, port=None, protocol=UDP, segment=None):
        """The external port, or the reason of the refusal."""
        session = self.napt.find_out(protocol, inside, remote)
        try:
            session = session or self.napt.open(protocol, inside, remote, self.now, lambda: port, segment)
        except Refusal as refusal:
            return refusal.reason
        self.napt.touch(session, INSIDE, segment, self.now)
        return session.port

    def back(self, port, remote, protocol=UDP, segment=None):
        session = self.napt.find_in(protocol, port, remote)
        if session:
            self.napt.touch(session, REMOTE, segment, self.now)
            return session.inside
        try:
            return self.napt.admit(protocol, port, remote).inside
        except Refusal as refusal:
            return refusal.reason

    def faults(self):
        found, self.napt.faults = self.napt.faults, []
        return found


def tcp(flags, seq=0, ack=0, window=1000, size=0, scale=None):
    return Segment(flags, seq, ack, window, size, scale)


def opened(**settings):
    """A connection after its handshake: A is at 101, the server at 501."""
    table = Table(**settings)
    assert table.out((A, 5000), Y, 4000, TCP, tcp(SYN, 100, window=2000)) == 4000
    assert table.back(4000, Y, TCP, tcp(SYN | ACK, 500, 101, 3000)) == (A, 5000)
    assert table.out((A, 5000), Y, None, TCP, tcp(ACK, 101, 501, 2000)) == 4000
    return table


def lives(table, seconds):
    """Is the connection there just before, and gone just after that many seconds? A reset to no window asks nothing."""
    session = next(iter(table.napt.by_inside.values()))
    return session.due(table.napt.settings) == session.last + seconds * SECOND


@tap.case("RFC 4787 REQ-1, RFC 5382 REQ-1: one mapping whatever the destination; each protocol for itself")
def independent():
    table = Table()
    assert table.out((A, 5000), X, 4002) == table.out((A, 5000), Y, None) == 4002
    assert table.out((A, 5000), X, 4003, TCP) == 4003 and table.out((A, 7), (X[0], 0), 4003, ICMP) == 4003
    assert table.back(4003, X) == "nat_no_mapping" and not table.faults()


@tap.case("RFC 4787 REQ-8: three kinds of filtering")
def filtering():
    other_port = X[0], 99
    for name, there, elsewhere in (("endpoint-independent", (A, 5000), (A, 5000)), ("address-dependent", (A, 5000), "nat_filtered"),
                                   ("address-and-port-dependent", "nat_filtered", "nat_filtered")):
        table = Table(filtering=name)
        table.out((A, 5000), X, 4000)
        assert (table.back(4000, X), table.back(4000, other_port), table.back(4000, Y)) == ((A, 5000), there, elsewhere)
        assert table.back(4001, X) == "nat_no_mapping"


@tap.case("RFC 4787 REQ-5, REQ-5a, REQ-6, REQ-6a: 300 s of UDP, 30 s of DNS; what the filter stops refreshes nothing")
def udp_time():
    table = Table()
    table.out((A, 5000), Y, 4000)
    assert table.at(299).back(4000, X) == "nat_filtered" and table.back(4000, Y) == (A, 5000)
    assert table.at(598).out((A, 5000), Y) == 4000
    assert table.at(899).back(4000, Y) == "nat_no_mapping" and table.napt.events["sessions_expired"] == 1
    table.out((A, 5000), X, 4001)
    assert table.at(928).back(4001, X) == (A, 5000) and table.at(959).back(4001, X) == "nat_no_mapping"


@tap.case("RFC 5382 REQ-2, REQ-5: opening 240 s, open 7440 s, also after both sides sent SYN at once")
def tcp_time():
    table = Table()
    table.out((A, 5000), Y, 4000, TCP, tcp(SYN, 100))
    assert lives(table, 240)
    table.back(4000, Y, TCP, tcp(SYN, 500))
    assert lives(table, 7440) and lives(opened(), 7440)


@tap.case("RFC 5382 section 5: closed by one side it stays; closed by both nothing refreshes it; a SYN begins anew")
def closing():
    table = opened(tcp_closing_timeout=60)
    table.at(10).out((A, 5000), Y, None, TCP, tcp(FIN | ACK, 101, 501))
    assert lives(table, 7440)
    table.at(20).back(4000, Y, TCP, tcp(FIN | ACK, 501, 102))
    assert lives(table, 60)
    table.at(50).out((A, 5000), Y, None, TCP, tcp(ACK, 102, 502))
    assert table.at(81).back(4000, Y, TCP, tcp(ACK)) == "nat_no_mapping"
    table = opened()
    table.out((A, 5000), Y, None, TCP, tcp(FIN | ACK, 101, 501))
    table.back(4000, Y, TCP, tcp(FIN | ACK, 501, 102))
    table.at(30).out((A, 5000), Y, None, TCP, tcp(SYN, 9000))
    assert lives(table, 240) and next(iter(table.napt.by_inside.values())).last == 30 * SECOND


@tap.case("RFC 7857 section 2.2, RFC 5961 section 3.2: a reset counts within the window only, and data undoes it")
def resets():
    # The server may send 501 to 2500: A has announced 2000 from 501 on.
    for seq, counts in ((501, True), (2500, True), (2501, False), (500, False), (501 + 10**9, False), (0, False)):
        table = opened(tcp_reset_timeout=5)
        assert table.back(4000, Y, TCP, tcp(RST, seq)) == (A, 5000)
        assert lives(table, 5 if counts else 7440), seq
    table = opened(tcp_reset_timeout=5)
    table.out((A, 5000), Y, None, TCP, tcp(RST, 101 + 2999))
    assert lives(table, 5)
    table.back(4000, Y, TCP, tcp(ACK, 501, 101, size=10))
    assert lives(table, 7440)


@tap.case("docs/napt.md, TCP: refused while it opens counts as reset; the next segment opens on, a SYN from outside begins anew")
def refused():
    table = Table(tcp_reset_timeout=5)
    table.out((A, 5000), Y, 4000, TCP, tcp(SYN, 100))
    table.back(4000, Y, TCP, tcp(RST, 0))
    assert lives(table, 5)
    table.at(3).back(4000, Y, TCP, tcp(RST, 0))
    assert next(iter(table.napt.by_inside.values())).last == 0
    table.out((A, 5000), Y, None, TCP, tcp(ACK, 101))
    assert lives(table, 240)
    table.back(4000, Y, TCP, tcp(RST, 0))
    table.back(4000, Y, TCP, tcp(SYN, 500))
    assert lives(table, 240)
    table.out((A, 5000), Y, None, TCP, tcp(SYN | ACK, 100, 501))
    assert lives(table, 7440)


@tap.case("RFC 7857 section 2.2: what acknowledges nothing announces nothing; a new connection has announced nothing yet")
def announcements():
    for flags in SYN, 0:
        table = opened(tcp_reset_timeout=5)
        table.out((A, 5000), Y, None, TCP, tcp(flags, 9000, window=60000))
        table.back(4000, Y, TCP, tcp(RST, 2501))
        assert lives(table, 7440) and table.napt.events["rst_ignored"] == 1
    table = opened(tcp_reset_timeout=5)
    table.back(4000, Y, TCP, tcp(RST, 501))
    table.out((A, 5000), Y, None, TCP, tcp(SYN, 9000))
    table.back(4000, Y, TCP, tcp(SYN, 7000))
    table.back(4000, Y, TCP, tcp(RST, 7001))
    assert lives(table, 5)


@tap.case("RFC 7323 section 2.2: the window is scaled if both sides offered that, but not on the SYN")
def scaled():
    for scales, counts in (((7, 2), True), ((7, None), False), ((None, 2), False)):
        table = Table(tcp_reset_timeout=5)
        table.out((A, 5000), Y, 4000, TCP, tcp(SYN, 100, scale=scales[0]))
        table.back(4000, Y, TCP, tcp(SYN | ACK, 500, 101, 3000, scale=scales[1]))
        table.out((A, 5000), Y, None, TCP, tcp(ACK, 101, 501, 100))
        table.back(4000, Y, TCP, tcp(RST, 501 + 100 * 128 - 1))
        assert lives(table, 5 if counts else 7440), scales


@tap.case("RFC 5508 REQ-8, RFC 6888 REQ-11: no port, no session, and nobody's live session ends for it")
def exhausted():
    table = Table(ports=PORTS[:2])
    assert [table.out((A, 5000 + n), X, PORTS[n]) for n in range(2)] == PORTS[:2]
    assert table.out((B, 5000), X, None) == "nat_no_port" and table.out((A, 5000), Y) == 4000
    assert not table.faults()


@tap.case("RFC 7857 section 13: a shared port never has one remote endpoint twice; shared, it filters by address and port")
def shared():
    table = Table(ports=PORTS[:2], port_reuse="on_exhaustion", filtering="endpoint-independent")
    assert [table.out((A, 5000 + n), X, PORTS[n]) for n in range(2)] == PORTS[:2]
    assert table.out((B, 5000), X, None) == "nat_no_port"
    assert table.back(4000, (1, 1)) == (A, 5000)
    assert table.out((B, 5000), Y, 4000) == 4000 and not table.faults()
    assert table.back(4000, (1, 1)) == "nat_filtered" and table.back(4000, Y) == (B, 5000)
    # The owner of the port wants to speak with that remote endpoint, too: it must share another one.
    assert table.out((A, 5000), Y, 4001) == 4001 and not table.faults()
    table.out((A, 5001), (2, 2), 4001)
    assert not table.faults()
    # From now on B has another port for every remote endpoint.
    assert table.out((B, 5000), (3, 3), 4001) == 4001 and not table.faults()
    table.out((B, 5001), (3, 3), 4001)
    assert table.faults()


@tap.case("always shared: no mapping at all; ports_per_host: the rest is shared, or refused")
def always():
    table = Table(port_reuse="always", filtering="endpoint-independent")
    assert table.out((A, 5000), X, 4000) == 4000 and table.out((A, 5000), Y, 4003) == 4003
    assert table.back(4000, (1, 1)) == "nat_no_mapping"
    table = Table(port_reuse="on_exhaustion", ports_per_host=1)
    assert table.out((A, 5000), X, 4000) == 4000 and table.out((A, 5001), Y, 4000) == 4000 and not table.faults()
    table = Table(ports_per_host=1)
    assert table.out((A, 5000), X, 4000) == 4000 and table.out((A, 5001), Y, None) == "nat_host_limit"
    assert table.out((B, 5001), Y, 4001) == 4001


@tap.case("choices that are not allowed are noticed")
def faults():
    table = Table(forwards=[{"protocol": "udp", "ports": "4003", "to": "192.168.1.50"}], port_quarantine=120)
    for port in 4003, 3999, 4004, 1:
        table.out((A, port), X, port)
        assert table.faults(), port
    table = Table(port_quarantine=120)
    table.out((A, 5000), X, 4000)
    table.out((B, 5000), Y, 4000)
    assert table.faults()
    table = Table(port_quarantine=120)
    table.out((A, 5000), Y, 4000)
    table.at(310).out((A, 5001), Y, 4000)
    assert table.faults()
    table = Table(port_quarantine=120)
    table.out((A, 5000), Y, 4000)
    table.at(301).at(422).out((A, 5001), Y, 4000)
    assert not table.faults()


@tap.case("reserved ports are for reserved endpoints only")
def reserved():
    def fresh():
        return Table(reserved_ports=1, policies=[{"hosts": "192.168.1.11/32", "reserved": True}])
    table = fresh()
    assert [table.out((A, n), X, 4001 + n) for n in range(3)] == PORTS[1:]
    assert table.out((A, 9), X, None) == "nat_no_port" and table.out((B, 5000), X, 4000) == 4000 and not table.faults()
    table = fresh()
    table.out((B, 5000), Y, 4000)
    table.at(310).out((A, 5000), X, 4000)
    assert table.faults()


@tap.case("forwards pass everything, and the host's own traffic has that port")
def forwards():
    table = Table(forwards=[{"protocol": "both", "ports": "3999-4001", "to": "192.168.1.11", "to_port": 80}],
                  filtering="address-and-port-dependent")
    assert table.back(4000, X) == (B, 81) and table.back(4001, X, TCP, tcp(SYN)) == (B, 82)
    assert table.back(3999, X) == "nat_no_mapping" and table.out((B, 81), Y, 4000) == 4000 and not table.faults()
    assert table.at(400).back(4000, X) == (B, 81)


@tap.case("closed_early: the oldest closed connection gives its port away after five seconds")
def early():
    def closed():
        table = Table(ports=PORTS[:1], closed_early=True)
        table.out((A, 5000), Y, 4000, TCP, tcp(SYN, 100))
        table.back(4000, Y, TCP, tcp(SYN | ACK, 500, 101))
        table.out((A, 5000), Y, None, TCP, tcp(FIN | ACK, 101, 501))
        table.back(4000, Y, TCP, tcp(FIN | ACK, 501, 102))
        return table
    assert closed().at(4).out((B, 5000), X, None, TCP, tcp(SYN)) == "nat_no_port"
    table = closed()
    assert table.at(6).out((B, 5000), X, 4000, TCP, tcp(SYN)) == 4000 and not table.faults()


@tap.case("limits: sessions of a host, new ones a second, and all together")
def limits():
    table = Table(sessions_per_host=2)
    results = [table.out((A, 5000), (1, n), 4000) for n in range(1, 4)]
    assert results == [4000, 4000, "nat_host_limit"] and table.out((B, 5000), X, 4001) == 4001
    table = Table(new_sessions_per_host=10)
    assert [table.out((A, 5000), (1, n + 1), 4000) for n in range(10)] == [4000] * 10
    assert table.out((A, 5000), X, None) == "nat_host_limit" and table.at(0.5).out((A, 5000), X) == 4000
    table = Table(sessions=1)
    assert table.out((A, 5000), X, 4000) == 4000 and table.out((A, 5000), Y, None) == "nat_table_full"


# ------------------------------------------------------------------------------------------------------ whole packets


class Playing(Ce):
    """The program's part as well: it takes some port that is allowed."""

    def __init__(self, config, seed):
        super().__init__(config)
        self.dice, self.made, self.chosen = Random(seed), 0, {}

    def chosen_port(self, port, ip):
        napt, transport = self.napt, read_transport(ip)
        busy = napt.busy(ip.protocol, self.now)
        for each in self.dice.sample(napt.ports, len(napt.ports)) if len(napt.ports) < 2000 else self.dice.sample(napt.ports, 2000):
            if each not in busy and napt.settings.port_reuse != "always":
                return each
        remote = ip.dst, 0 if ip.protocol == ICMP else transport.dport
        return next((each for each in napt.ports if (ip.protocol, each, remote) not in napt.by_port
                     and not (napt.owners.get((ip.protocol, each)) and napt.owners[ip.protocol, each].forever)), None)

    def new_ident(self, port, ip, transport):
        if "ident" not in transport.said:
            self.made += 1
            transport.said["ident"] = self.made & 0xFFFF
        return transport.said["ident"]


def play(name, count):
    box = Playing(ce_configs.CONFIGS[name], name)
    traffic = CeTraffic(ce_configs.CONFIGS[name], box, name)
    for _ in range(count // 100):
        for now, interface, frame in traffic.round(100):
            sent = box.receive(interface, frame, now)
            traffic.look_at(sent)
            yield box, frame, sent


def wrong_sums(packet):
    """Headers of an IPv4 packet, and of one that it quotes, whose checksum Scapy computes otherwise."""
    for layer in (scapy.IP, scapy.UDP, scapy.TCP, scapy.ICMP):
        if layer in packet and not (layer is scapy.UDP and packet[layer].chksum == 0):
            copy = packet.__class__(bytes(packet))
            copy[layer].chksum = None
            again = packet.__class__(bytes(copy))
            if again[layer].chksum != packet[layer].chksum:
                yield layer.__name__


@tap.case("what comes in with right checksums goes out with right ones, as Scapy computes them")
def sums():
    seen = 0
    for box, frame, sent in play("ce-plain", 3000):
        inner = inner_of(frame)
        if inner is None or inner.is_fragment or inner.ihl > 20 or list(wrong_sums(scapy.IP(inner.data))):
            continue
        for each in sent:
            out = inner_of(each.frame)
            if out is not None and not out.is_fragment and out.protocol in (TCP, UDP, ICMP):
                assert not list(wrong_sums(scapy.IP(out.data))), (wire.decode(frame), wire.decode(each.frame), box.notes)
                seen += 1
    assert seen > 800, seen


def inner_of(frame):
    try:
        return Ipv4(frame[54 if frame[12:14] == b"\x86\xdd" and frame[20] == 4 else 14:], "bad")
    except Exception:  # whatever it is, it is no IPv4 packet
        return None


@tap.case("RFC 5508 REQ-4: a quoted packet comes back as its host sent it, every byte of it")
def quotes():
    box = Playing(ce_configs.CONFIGS["ce-plain"], "quotes")
    dice, at = Random(5), 10**9
    for protocol in (UDP, TCP, ICMP) * 20:
        data, port = dice.randbytes(dice.randint(0, 50)), dice.randint(1, 65535)
        body = {UDP: wire.udp(A, X[0], port, 53, data), TCP: wire.tcp(A, X[0], port, 53, data),
                ICMP: wire.icmp(8, 0, port << 16 | 1, data)}[protocol]
        packet = wire.ipv4(A, X[0], protocol, body, df=True, options=dice.choice((b"", b"\x94\x04\0\0")))
        sent = box.receive("lan", wire.ether(box.lan.mac, bytes(6), 0x0800, packet), at := at + 1)
        outside = sent[0].frame[54:]
        keep = dice.choice((len(outside), (outside[0] & 15) * 4 + 20 if protocol == TCP else (outside[0] & 15) * 4 + 8))
        error = wire.ipv4(Y[0], box.address, ICMP, wire.icmp(3, 1, 0, outside[:keep]))
        back = box.receive("wan", wire.ether(box.wan.mac, bytes(6), 0x86DD, wire.ipv6(box.br.address, box.me.address, 4, error)),
                           at := at + 1)
        quoted = back[0].frame[14 + 28:]
        expected = bytearray(packet[:keep])
        expected[8], expected[10:12] = quoted[8], quoted[10:12]  # TTL is one less
        assert quoted[8] == packet[8] - 1 and bytes(expected) == quoted and not wire.checksum(quoted[:(quoted[0] & 15) * 4])


@tap.case("RFC 4787 REQ-9, RFC 5382 REQ-8: a hairpin shows the external endpoint of its sender")
def hairpin():
    box = Playing(ce_configs.CONFIGS["ce-plain"], "hairpin")

    def send(host, sport, dst, dport):
        packet = wire.ipv4(host, dst, UDP, wire.udp(host, dst, sport, dport, b"x"), df=True, ttl=9)
        return box.receive("lan", wire.ether(box.lan.mac, bytes(6), 0x0800, packet), (box.begun or 10**9) + box.drops.total() + 1)

    def external(host, port):
        return box.napt.mappings[UDP, (host, port)].port
    send(A, 5000, *X)
    out, = send(B, 6000, box.address, external(A, 5000))
    ip = Ipv4(out.frame[14:], "bad")
    assert (out.interface, ip.src, ip.dst, ip.ttl) == ("lan", box.address, A, 8)
    assert wire.struct.unpack_from(">HH", ip.payload) == (external(B, 6000), 5000)
    unused = next(port for port in box.napt.ports if (UDP, port) not in box.napt.owners)
    assert not send(B, 6001, box.address, unused) and box.drops["nat_no_mapping"] == 1
    other = 4928 - 16  # the CE with the PSID before ours
    assert send(B, 6000, box.address, other)[0].interface == "wan"


@tap.case("most of the generated packets pass")
def share():
    for name in ce_configs.CONFIGS:
        box, count = None, 0
        for box, _, _ in play(name, 1500):
            count += 1
        assert box.flow["dropped"] * 2 < count, (name, count, box.drops)


if __name__ == "__main__":
    tap.main()
