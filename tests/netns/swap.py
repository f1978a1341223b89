# SPDX-License-Identifier: BSD-3-Clause
"""Case: rule sets change under load, and every packet belongs to exactly one of them (OPS-13).

Two configurations of the BR take turns. Both have a domain `lab` for 192.0.2.0/24, with other Rule IPv6 prefixes and other
BR addresses, so the same IPv4 address and port is another CE's in each; and a domain `still` that never changes. The order of
the domains changes too. Four kinds of numbered packets go through all the time:

    down     srv -> 192.0.2.18          arrives at the CE of one configuration, from the BR address of the same
    hairpin  CE of `still` -> 192.0.2.18    the same: source and destination are judged by one rule set
    up       CE of `still` -> srv       passes always
    turn     CE of each configuration -> srv    passes when its own is in force, and is dropped and counted when not

Every packet carries the generation that all workers were known to use when it was sent. On arrival the generation asked for
last is known too. Between the two there must be one, not older than that of the flow's packet before, whose rules say
what has happened.
"""
import contextlib
import socket
import struct
import time

import lab as labs
from control import reload
from daemon import wait_until
from lab import MAC, SRV, V4, Lab, mape
from traffic import ETHERTYPE_IPV6, Repeated

RELOADS = 120
FLOWS = 6
WINDOW = 144                                             # packets on their way: far fewer than any ring has room for
PORT = 7000                                              # of srv
STILL_V4, STILL_BR = "203.0.113.7", "2001:db8:ffff::2"

STILL = mape.Rule("2001:db8:8000::/40", "203.0.113.0/24", ea=16, offset=4)
SETS = [mape.Rule("2001:db8::/40", "192.0.2.0/24", ea=16, offset=4),
        mape.Rule("2001:db8:4000::/40", "192.0.2.0/24", ea=16, offset=4)]
BR_OF = ["2001:db8:ffff::1", "2001:db8:ffff::3"]

DOWN, HAIRPIN, UP, TURN = range(4)
HEADER = struct.Struct("!4sBBII")                        # magic, kind, flow, number, generation
MAGIC = b"SWAP"


def domain(name, br, rule):
    return (f'{{ name = "{name}"; br = "{br}"; rules = ( {{ ipv6 = "{rule.rule6}"; ipv4 = "{rule.rule4}"; ea = {rule.ea}; '
            f"offset = {rule.offset}; }} ); }}")


def config(lab, which):
    """The shipped configuration up to its domains, and ours."""
    domains = [domain("lab", BR_OF[which], SETS[which]), domain("still", STILL_BR, STILL)]
    text = lab.config("br")
    return text[:text.index("domains = (")] + f"domains = ( {', '.join(domains[::-1] if which else domains)} );\n"


def set_of(generation):
    """Generation 1 is the first configuration's."""
    return (generation - 1) % 2


class Flow:
    """What arrives of one flow must be numbered without a gap, and never go back to older rules."""

    def __init__(self):
        self.number, self.generation = 0, 1

    def arrive(self, number, oldest, newest, which):
        assert number == self.number, f"packet {self.number} has not arrived, but {number} has"
        self.obey(oldest, newest, which)
        self.number += 1

    def obey(self, oldest, newest, which):
        generation = max(self.generation, oldest)
        if which is not None and set_of(generation) != which:
            generation += 1                              # the next one has the other rules
        assert generation <= newest, f"rules {which} in no generation of {max(self.generation, oldest)}..{newest}"
        self.generation = generation


class Traffic:
    """Sends and receives in one thread; `adopted` and `asked` are written by the thread that reloads."""

    def __init__(self, lab):
        self.adopted = self.asked = 1
        self.sent, self.received, self.turned = 0, [0] * 4, 0
        self.flows = {}
        self._number = 0
        self._srv = lab.ns["srv"].socket(socket.SOCK_DGRAM)
        self._srv.bind((SRV, PORT))
        self._wire = lab.ns["core"].socket(socket.SOCK_RAW, socket.AF_PACKET, socket.htons(ETHERTYPE_IPV6))
        self._wire.bind(("br", ETHERTYPE_IPV6))
        for sock in self._srv, self._wire:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._ether = bytes.fromhex((MAC["br map"] + MAC["core br"]).replace(":", "")) + struct.pack("!H", ETHERTYPE_IPV6)
        self._ports = SETS[0].ports(0x34)[:FLOWS]
        self._still_ports = STILL.ports(0x21)[:FLOWS]
        self._ce = [rule.map_address(V4, self._ports[0]) for rule in SETS]
        self._still = STILL.map_address(STILL_V4, self._still_ports[0])

    def close(self):
        self._srv.close()
        self._wire.close()

    def turn(self):
        """Sends a packet of every kind and flow if there is room, and takes what has come."""
        if self.sent - sum(self.received[:TURN]) < WINDOW:
            self._send_round()
        if not self._take() and self.sent - sum(self.received[:TURN]) >= WINDOW:
            time.sleep(0.0005)

    def _send_round(self):
        for flow in range(FLOWS):
            port, mine = self._ports[flow], self._still_ports[flow]
            self._srv.sendto(self._words(DOWN, flow), (V4, port))
            self._from_ce(self._still, STILL_BR, mape.udp(STILL_V4, mine, V4, port, self._words(HAIRPIN, flow)))
            self._from_ce(self._still, STILL_BR, mape.udp(STILL_V4, mine, SRV, PORT, self._words(UP, flow)))
            for which in 0, 1:
                self._from_ce(self._ce[which], BR_OF[which],
                              mape.udp(V4, port, SRV, PORT, self._words(TURN, flow + FLOWS * which)))
            self.sent += 3
            self.turned += 2
        self._number += 1

    def _words(self, kind, flow):
        return HEADER.pack(MAGIC, kind, flow, self._number, self.adopted)

    def _from_ce(self, ce, br, inner):
        self._wire.send(self._ether + mape.tunnel(ce, br, inner))

    def _take(self):
        """True when something has come."""
        before = sum(self.received)
        with contextlib.suppress(BlockingIOError):
            while True:
                words, (address, _) = self._srv.recvfrom(2048)
                self._at_srv(words, address)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._at_ce(self._wire.recv(2048))
        return sum(self.received) > before

    def _at_srv(self, words, address):
        _, kind, flow, number, generation = HEADER.unpack(words)
        assert address == (STILL_V4 if kind == UP else V4), f"{words} came from {address}"
        self.received[kind] += 1
        state = self.flows.setdefault((kind, flow), Flow())
        if kind == UP:
            state.arrive(number, generation, self.asked, None)
        else:                                            # those in between were dropped under the other rules
            assert number >= state.number, f"packet {number} behind {state.number}"
            state.obey(generation, self.asked, flow // FLOWS)
            state.number = number + 1

    def _at_ce(self, frame):
        at = frame.find(MAGIC)
        if at < 0:
            return                                       # not ours: the kernel's neighbour discovery
        if frame[20] == 4 and frame[63] == 1:
            return                                       # an ICMP error, which only quotes one of ours
        assert frame[20] == 4 and at == 14 + 40 + 28, f"not IPv4-in-IPv6: {frame.hex()}"
        _, kind, flow, number, generation = HEADER.unpack(frame[at:at + HEADER.size])
        ends = [socket.inet_ntop(socket.AF_INET6, frame[at:at + 16]) for at in (22, 38)]
        assert ends in [[br, ce] for br, ce in zip(BR_OF, self._ce)], f"from {ends[0]} to {ends[1]}: half of each rule set"
        self.received[kind] += 1
        self.flows.setdefault((kind, flow), Flow()).arrive(number, generation, self.asked, self._ce.index(ends[1]))

    def finish(self):
        """Until all has arrived that must."""
        end = time.monotonic() + 20
        while sum(self.received[:TURN]) < self.sent:
            assert time.monotonic() < end, f"of {self.sent} packets {self.received[:TURN]} have arrived"
            if not self._take():
                time.sleep(0.001)


def goes_on(talk, traffic, sent):
    talk.check()
    return traffic.sent >= sent + WINDOW


def swap(lab, traffic, talk):
    """Each reload under traffic that is seen to go on before it and after it."""
    br = lab.daemons["br"]
    for i in range(RELOADS):
        traffic.asked = i + 2                            # from now on a worker may have it
        assert reload(br, config(lab, set_of(i + 2))) == i + 2
        traffic.adopted = i + 2                          # and now all of them
        sent = traffic.sent
        wait_until("packets to go on", lambda: goes_on(talk, traffic, sent))    # pylint: disable=cell-var-from-loop


def check_counters(lab, traffic):
    """The box agrees: generation, conservation, and counters that followed their domains through all of it."""
    stats = lab.assert_balanced()["br"]
    assert stats["generation"] == RELOADS + 1 and {one["generation"] for one in stats["workers"]} == {RELOADS + 1}, stats
    assert all(worker["received"] > 0 for worker in stats["workers"]), stats["workers"]
    assert stats["drops"]["not_map_dst"] + stats["drops"]["spoof_v6"] + stats["drops"]["spoof_v4"] == \
        traffic.turned - traffic.received[TURN], (stats["drops"], traffic.turned, traffic.received)
    assert 0 < traffic.received[TURN] < traffic.turned
    count = {one["name"]: one for one in stats["softwires"]}
    down, hairpin, up, turn = traffic.received
    assert count["lab"]["sent_ipv6_packets"] == down + hairpin, (count, traffic.received)
    assert count["lab"]["sent_ipv4_packets"] == turn, (count, traffic.received)
    assert count["still"]["sent_ipv4_packets"] == up, (count, traffic.received)
    assert {one["discontinuity_time"] for one in count.values()} == {count["lab"]["discontinuity_time"]}, count


def check_logs(lab):
    """A record a change (OPS-05), and not a word about who was spoken to (OPS-07)."""
    br = lab.daemons["br"]
    events = [one["event"] for one in br.rule_log()]
    assert events == ["start", "stop", "start"] + ["reload"] * RELOADS, events[:5]
    for log in br.log(), br.rule_log_path.read_text(encoding="utf-8"):
        assert SRV not in log and V4 not in log and STILL_V4 not in log, "an address of a flow is in a log"


def under_load(build, workers):
    changes = [("workers = 1", f"workers = {workers}"), ("framesz=2048", f"framesz=2048,qpairs={workers}")]
    with Lab(build, sites=(), changes={"br": changes}) as lab:
        lab.ns["core"].sysctl("net.ipv6.conf.all.forwarding", 0)     # who listens on the wire answers nothing
        lab.daemons["br"].write_config(config(lab, 0))
        lab.daemons["br"].restart()
        with contextlib.closing(Traffic(lab)) as traffic:
            with Repeated(traffic.turn) as talk:
                swap(lab, traffic, talk)
            traffic.finish()
            check_counters(lab, traffic)
        check_logs(lab)
        labs.check_conservation("br", lab.daemons["br"].stop())


def one_worker(build):
    under_load(build, 1)


def two_workers(build):
    under_load(build, 2)
