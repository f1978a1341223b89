# SPDX-License-Identifier: BSD-3-Clause
"""Random traffic for a CE: conversations of several hosts behind it, each packet one that the state of the conversation allows;
scans, errors, fragments, hairpins; and the ways of traffic.py to break a packet.

External ports are known only when the program has chosen them, so packets come in rounds: `round(n)` makes the next ones from
what the model has seen so far."""
import heapq
from collections import deque
from random import Random

import ce
from napt import ACK, FIN, RST, SECOND, SYN
from traffic import START, Shot, Traffic
from wire import *

PSH = 8
MARGIN = 3_000_000  # the program's clock has seconds
SERVICES = {TCP: (80, 443, 53, 22, 5222), UDP: (53, 53, 443, 123, 3478, 5060), ICMP: (0,)}


class Talk:
    """Two ends, inside 0 and remote 1: `seq` is what each sends next, `open` (first, size) of the window the other has for it."""

    def __init__(self, protocol, inside, remote, dice, moods=("long", "short", "half", "quiet")):
        self.protocol, self.inside, self.remote, self.port, self.alive = protocol, inside, remote, None, False
        self.seq, self.open = [dice.getrandbits(32), dice.getrandbits(32)], [None, None]
        self.scale = [dice.choice((None, 0, 3, 7, 14)), dice.choice((None, 0, 2, 8))]
        self.syn, self.fin, self.sent = [False, False], [False, False], [0, 0]
        self.mood = dice.choice(moods)


class CeTraffic(Traffic):
    def __init__(self, config, box, seed):
        self.config, self.br, self.random = config, box, Random(seed)
        self.napt, self.senders = box.napt, None
        self.shares = box.napt.settings.port_reuse != "off"
        own = config.get("traffic", {})
        # How many conversations and crowds; in percent how many of them have the same inside endpoints, and talk to other CEs.
        self.eager, self.loyal, self.peers = own.get("eager", 1), own.get("loyal", 50), own.get("peers", 15)
        self.moods = [own["moods"]] if "moods" in own else []
        self.rules = box.domain.rules
        self.inside = [address for address in box.lan.by4]
        self.protocols = own.get("protocols", (50, 40, 10))
        usual = [(host, port) for port in (5000, 3074, 80, 81, 9024, 9025) for host in self.inside]
        self.endpoints = usual[:own.get("endpoints", len(usual))]
        self.hosts = [self.public() for _ in range(14)]
        self.talks, self.sent, self.later, self.serial, self.number = [], deque(maxlen=80), [], 1 << 40, 0
        self.now = START
        fragments = 1 if box.reassembly else 0.15
        acts = {self.talk: 52, self.probe: 8, self.hairpin: 5, self.any_error: 7, self.bent: 10, self.fragmented: 7 * fragments,
                self.softwire_fragmented: 3 * fragments, self.icmp6_error: 4, self.odd_frame: 2, self.other_protocol: 0.7 if box.shared else 3,
                self.many_fragments: 0.03 * fragments, self.many_gaps: 0.1 * fragments, self.crowd: 0.15 * self.eager,
                self.many_softwire_fragments: 0.05 * fragments * own.get("floods", 1)}
        without = own.get("without", ())
        self.acts = self.weigh(*((act, weight) for act, weight in acts.items() if act.__name__ not in without))

    # ---------------------------------------------------------------------------------------------------- who and where

    def port(self):
        return self.random.choice(self.napt.ports)

    def remote(self, protocol):
        """Somebody to talk to: a server, now and then another CE."""
        dice = self.random
        if self.chance(self.peers) and protocol != ICMP:
            peer = dice.choice(self.rules).any_ce(dice)
            address, port = peer.host(dice), peer.port(dice)
            if address != self.br.address or port not in self.napt.set:
                return address, port
        port = dice.choice(SERVICES[protocol]) if self.chance(85) else dice.randint(1, 65535)
        return dice.choice(self.hosts), 0 if protocol == ICMP else port

    def endpoint(self):
        dice = self.random
        if self.chance(self.loyal):
            return dice.choice(self.endpoints)
        return dice.choice(self.inside), dice.choice((5000, 5001, dice.randint(1, 65535), dice.randint(1024, 1100)))

    def new_talk(self):
        dice = self.random
        protocol = dice.choices((TCP, UDP, ICMP), self.protocols)[0]
        talk = Talk(protocol, self.endpoint(), self.remote(protocol), dice, *self.moods)
        self.talks.append(talk)
        return talk

    def any_talk(self, known=False):
        dice = self.random
        fit = [talk for talk in self.talks if talk.alive or talk.port and self.chance(3)] if known else self.talks
        if not fit or not known and len(self.talks) < 40 * self.eager and self.chance(14):
            return None if known else self.new_talk()
        return dice.choice(fit[-60:] if self.chance(80) else fit)

    def learn(self):
        """Between rounds: external ports, and which conversations are over."""
        now = self.now - (self.br.begun or self.now)
        for talk in self.talks:
            session = self.napt.find_out(talk.protocol, talk.inside, talk.remote)
            talk.alive = session is not None and session.port is not None and session.due(self.napt.settings) > now
            if talk.alive:
                talk.port = session.port
        self.talks = [talk for talk in self.talks[-150 * self.eager:] if talk.remote[0] != self.br.address or self.is_heard(talk)]

    def is_heard(self, talk):
        """Does a hairpin arrive somewhere? Then that host answers."""
        if not talk.alive or not self.hears(talk.protocol, talk.remote[1]):
            return False
        mapping = self.napt.owners[talk.protocol, talk.remote[1]]
        back = Talk(talk.protocol, mapping.inside, (self.br.address, talk.port), self.random)
        if not any((each.protocol, each.inside, each.remote) == (back.protocol, back.inside, back.remote) for each in self.talks):
            self.talks.append(back)
        return True

    def hears(self, protocol, port):
        """Does what comes to this port arrive on the LAN?"""
        mapping = self.napt.owners.get((protocol, port))
        now = self.now - (self.br.begun or self.now)
        return mapping is not None and mapping.inside[0] in self.inside and (mapping.forever or any(
            session.due(self.napt.settings) > now and not session.ended for session in mapping.sessions))

    def is_hidden(self, interface, frame):
        """Will it open a session whose port nobody sees? Where ports are shared nobody would know what that one stands in the way of."""
        if not self.shares or interface != self.br.lan.name or len(frame) < 42 or frame[30:34] != self.br.address.to_bytes(4, "big"):
            return False
        protocol, at = frame[23], 14 + (frame[14] & 15) * 4
        if int.from_bytes(frame[26:30], "big") not in self.inside:  # answers would arrive nowhere
            return True
        if protocol == ICMP:
            return len(frame) <= at or frame[at] in (0, 8)
        return protocol in (TCP, UDP) and len(frame) >= at + 4 and not self.hears(protocol, struct.unpack_from(">H", frame, at + 2)[0])

    def outwards(self, talk):
        shot = Shot("ce", talk.inside[0], talk.remote[0])
        self.header(shot)
        return shot

    def inwards_from(self, address, port=None):
        shot = Shot("internet", address, self.br.address)
        self.header(shot)
        dice = self.random
        shot.outer = {"src": self.br.br.address, "dst": self.br.me.address, "hop_limit": dice.choice((64, 1, 255)),
                      "traffic_class": dice.getrandbits(8) if self.chance(20) else 0,
                      "flow_label": dice.getrandbits(20) if self.chance(20) else 0}
        if self.chance(30) and port is not None:
            try:
                peer = self.br.peer_of(address, port)
                shot.outer["src"] = shot.outer["src"] if peer == "hairpin" else peer.address
            except ce.Drop:
                pass
        if self.chance(8):
            self.extend(shot)
        return shot

    def header(self, shot):
        dice = self.random
        shot.ip |= {"ttl": dice.choice((64, 128, 255, 2, 3)), "tos": dice.getrandbits(8) if self.chance(25) else 0,
                    "ident": dice.choice((dice.getrandbits(16), 7, 0)), "df": self.chance(55)}
        if self.chance(4):
            shot.ip["options"] = self.good_options()

    # ------------------------------------------------------------------------------------------------- conversations

    def talk(self):
        talk = self.any_talk()
        return [self.wrapped(self.step(talk))]

    def wrapped(self, shot):
        return self.frame(shot.towards, shot.wrap(shot.packet()), shot)

    def step(self, talk, side=None):
        """The next packet of a conversation."""
        if side is None:
            answers = talk.port and talk.remote[0] != self.br.address
            side = 1 if answers and self.chance(50 if talk.alive else 2) else 0
        shot = self.outwards(talk) if side == 0 else self.inwards_from(talk.remote[0], talk.remote[1])
        source = talk.inside[1] if side == 0 else talk.remote[1]
        target = talk.remote[1] if side == 0 else talk.port
        talk.sent[side] += 1
        size = min(self.size([self.br.domain.mtu, self.br.lan.mtu]), 1700)
        if self.chance(60):
            size = self.random.randint(0, 40)
        if talk.protocol == UDP:
            shot.l4 = {"kind": "udp", "sport": source, "dport": target, "payload": self.bytes(size)}
            if self.chance(10):
                shot.l4["sum"] = self.random.choice((0, self.random.getrandbits(16)))
        elif talk.protocol == ICMP:
            ident = talk.inside[1] if side == 0 else talk.port
            shot.l4 = {"kind": "icmp", "type": 8 * (side == 0) if self.chance(90) else 8 * side, "code": 0,
                       "rest": ident << 16 | self.random.getrandbits(16), "payload": self.bytes(size)}
        else:
            shot.l4 = self.segment(talk, side, size) | {"sport": source, "dport": target}
        return shot

    def segment(self, talk, side, size):
        dice, other = self.random, 1 - side
        flags, data = self.flags(talk, side), b""
        seq, ack = talk.seq[side], talk.seq[other] if flags & ACK else 0
        if flags & RST:
            seq, ack = self.reset_place(talk, side), ack if self.chance(50) else 0
        elif not flags & SYN and self.chance(60):
            data = self.bytes(size)
        elif flags & SYN and self.chance(3):
            data = self.bytes(10)
        made = {"kind": "tcp", "flags": flags, "seq": seq, "ack": ack, "window": dice.choice((1000, 65535, dice.randint(1, 65535))),
                "payload": data}
        if flags & SYN:
            scale = talk.scale[side]
            made["options"] = (b"\x03\x03" + bytes([scale]) if scale is not None else b"") + self.tcp_options_of_syn()
        elif self.chance(20):
            made["options"] = b"\x01\x01\x08\x0a" + self.bytes(8)
        if not flags & RST:
            if flags & ACK:
                talk.open[other] = ack, self.window(talk, side, made)
            talk.seq[side] = (seq + len(data) + bool(flags & (SYN | FIN))) % (1 << 32)
        return made

    def tcp_options_of_syn(self):
        return b"\x02\x04" + struct.pack(">H", self.random.choice((536, 1200, 1360, 1380, 1420, 1460, 8960))) \
            + self.random.choice((b"", b"\x04\x02", b"\x01", b"\x01\x01\x04\x02"))

    def flags(self, talk, side):
        dice, other = self.random, 1 - side
        if not talk.syn[side]:
            if self.chance(2):
                return ACK | PSH
            talk.syn[side] = True
            return SYN | (ACK if talk.syn[other] and self.chance(90) else 0)
        if not talk.syn[other]:
            return ACK | PSH if self.chance(10) else SYN | (ACK if side else 0)
        if talk.fin[0] and talk.fin[1]:
            if self.chance(6):
                talk.syn, talk.fin = [False, False], [False, False]
                talk.syn[side] = True
                return SYN
            return ACK
        ends, resets = {"short": (25, 5), "quiet": (4, 5), "long": (2, 5), "half": (10, 5), "brief": (60, 20)}[talk.mood]
        if not talk.fin[side] and self.chance(ends) and (talk.mood != "half" or side == 0):
            talk.fin[side] = True
            return FIN | ACK | dice.choice((0, PSH))
        if talk.fin[side] and self.chance(15):
            return FIN | ACK
        if self.chance(resets):
            return dice.choice((RST, RST | ACK))
        if self.chance(1) and not talk.fin[side]:
            return SYN
        return ACK | dice.choice((0, PSH, PSH))

    @staticmethod
    def window(talk, side, segment):
        scaled = not segment["flags"] & SYN and None not in talk.scale
        return max(segment["window"] << (talk.scale[side] if scaled else 0), 1)

    def reset_place(self, talk, side):
        """At either end of the window or just outside it, or far away."""
        first, size = talk.open[side] or (talk.seq[side], 1)
        return (first + self.random.choice((0, 0, 0, -1, size - 1, size, 1 << 31))) % (1 << 32)

    def crowd(self):
        """One host opens many sessions."""
        dice, host, frames = self.random, self.random.choice(self.inside), []
        protocol, one = dice.choice((TCP, UDP, ICMP)), self.chance(40)
        target = self.remote(protocol)
        first = dice.randint(1024, 60000)
        for number in range(dice.choice((3, 8, 25, 60))):
            if one and protocol != ICMP:
                target = target[0], dice.randint(1, 2000)
            talk = Talk(protocol, (host, first if one else first + number), target, dice)
            if self.chance(10):
                self.talks.append(talk)
            frames.append(self.wrapped(self.step(talk, 0)))
        return frames

    # ------------------------------------------------------------------------------------------- from outside unasked

    def probe(self):
        dice, talk = self.random, self.any_talk(True)
        protocol = talk.protocol if talk else dice.choice((TCP, UDP, ICMP))
        address, port = self.remote(protocol)
        target = talk.port if talk and self.chance(85) else self.port() if self.chance(70) else dice.randint(0, 65535)
        if talk and self.chance(40):
            address = talk.remote[0]
        if self.chance(10):
            protocol = dice.choice((TCP, UDP, ICMP))
        if self.napt.settings.forwards and self.chance(30):
            protocol, target = dice.choice((TCP, UDP)), dice.choice([each for each in self.napt.owners.values() if each.forever]).port
        return [self.wrapped(self.asked(self.inwards_from(address, port), protocol, port or dice.randint(1, 65535), target))]

    def asked(self, shot, protocol, source, target):
        dice, data = self.random, self.bytes(self.random.randint(0, 40))
        if protocol == TCP and source in SERVICES[TCP]:  # not into a conversation
            source += 10000
        if protocol == UDP:
            shot.l4 = {"kind": "udp", "sport": source, "dport": target, "payload": data}
        elif protocol == TCP:
            shot.l4 = {"kind": "tcp", "sport": source, "dport": target, "payload": data, "seq": dice.getrandbits(32),
                       "ack": dice.getrandbits(32), "flags": dice.choice((SYN, SYN, SYN | ACK, ACK, RST, FIN | ACK))}
        else:
            shot.l4 = {"kind": "icmp", "type": dice.choice((0, 8)), "code": 0, "rest": target << 16 | 1, "payload": data}
        return shot

    # ----------------------------------------------------------------------------------------------------- hairpins

    def hairpin(self):
        dice, talk = self.random, self.any_talk(True)
        target = talk.port if talk and self.chance(90) else self.port() if self.chance(60) else dice.randint(1, 65535)
        other = self.any_talk(True)  # an endpoint whose external port is known
        if other is None:
            return self.talk()
        host, source = other.inside
        protocol = other.protocol
        shot = Shot("ce", host, self.br.address)
        self.header(shot)
        asked = self.asked(shot, protocol, source, target)
        if protocol != ICMP and self.chance(60):
            talk = Talk(protocol, (host, source), (self.br.address, target), dice)
            self.talks.append(talk)
            return [self.wrapped(self.step(talk, 0))]
        return [self.wrapped(asked)]

    # -------------------------------------------------------------------------------------------------- ICMP errors

    def any_error(self):
        """About a packet of a conversation, or of none."""
        dice = self.random
        talk = self.any_talk(True)
        if talk is None:
            return self.talk()
        out = self.chance(50)
        inside, remote = (talk.inside if out else (self.br.address, talk.port)), talk.remote
        if self.chance(20):
            inside = inside[0], dice.choice((self.port(), dice.randint(0, 65535)))
        if self.chance(8):
            remote = remote[0], dice.randint(1, 65535)
        wrong = self.chance(50 if self.br.rules.of_destination(remote[0]) else 5)
        about = (remote[0] ^ 1, remote[1]) if wrong else remote  # not to the one who reports it
        quoted = self.quotation(talk.protocol, *((remote, inside) if out else (inside, about)))
        if out:
            shot = Shot("ce", inside[0] if self.chance(85) else dice.choice(self.inside), remote[0])
            self.header(shot)
        else:
            shot = self.inwards_from(remote[0] if self.chance(60) else dice.choice(self.hosts), remote[1])
        kind, code = dice.choice(((3, 0), (3, 1), (3, 3), (3, 3), (3, 4), (3, 13), (11, 0), (11, 1), (12, 0)))
        shot.l4 = {"kind": "icmp", "type": kind, "code": code, "rest": dice.choice((0, 0, 1400, 576, 0x00110000)), "payload": quoted}
        if self.chance(4):
            shot.l4["sum"] = dice.getrandbits(16)
        return [self.wrapped(shot)]

    def quotation(self, protocol, source, target):
        dice = self.random
        data = self.bytes(dice.randint(0, 60))
        if protocol == ICMP:
            ident = source[1] or target[1]
            body = icmp(dice.choice((0, 8)), 0, ident << 16 | 9, data)
        elif protocol == UDP:
            body = udp(source[0], target[0], source[1], target[1], data, sum=dice.choice((None, None, 0, 1)))
        else:
            body = tcp(source[0], target[0], source[1], target[1], data)
        quoted = ipv4(source[0], target[0], protocol, body, ttl=dice.choice((0, 1, 60)), ident=dice.getrandbits(16), mf=self.chance(5),
                      df=self.chance(50), options=self.good_options() if self.chance(10) else b"", tos=dice.choice((0, 3)))
        if self.chance(4):
            quoted = quoted[:10] + dice.randbytes(2) + quoted[12:]
        ihl = (quoted[0] & 15) * 4
        return quoted[:dice.choice((len(quoted), len(quoted), ihl + 8, ihl + 16, ihl + 17, ihl + 18, ihl + 20, ihl + 7))]

    # --------------------------------------------------------------------------------------- what traffic.py asks for

    def base(self):
        talk = self.any_talk()
        shot = self.step(talk)
        shot.way = "up" if shot.towards == "ce" else "down"
        return shot

    def piece4(self, shot, start, data, more):
        """A first fragment opens a session before its TTL and its size are looked at."""
        if start == 0 and shot.towards == "ce" and self.shares:
            fields = {"protocol": shot.protocol()} | shot.ip | {"ttl": max(shot.ip["ttl"], 2), "df": False}
            return ipv4(payload=data[:1000], mf=more or len(data) > 1000, **fields)
        piece = super().piece4(shot, start, data, more)
        return piece if piece[8] != 1 or start or more else super().piece4(shot, start, data, more)

    def softwire_fragmented(self):
        return super().softwire_fragmented() if self.somebody_answers() else self.talk()

    def many_softwire_fragments(self):
        return super().many_softwire_fragments() if self.somebody_answers() else self.talk()

    def somebody_answers(self):
        return any(talk.alive and talk.remote[0] != self.br.address for talk in self.talks)

    def any_ce(self):
        return self.random.choice(self.rules).any_ce(self.random)

    def ce(self):
        return self.br.me if self.chance(50) else self.any_ce()

    def public(self):
        while True:
            address = self.random.getrandbits(32)
            if 0x01000000 < address < 0xDF000000 and not self.br.lan.is_martian(address) and address >> 24 != 192:
                return address

    def bent(self):
        shot = self.base()
        self.bend(shot)
        if self.chance(15):
            self.bend(shot)
        return [self.wrapped(shot)]

    def bend_destination(self, shot):
        """From the softwire: not our address. From the LAN: not for the softwire."""
        if shot.towards == "internet":
            super().bend_destination(shot)
        else:
            shot.ip["dst"] = self.random.choice((self.public(), ip4("192.168.1.1"), ip4("192.168.1.255"), ip4("192.168.1.11"),
                                                 0xE0000001, 0xFFFFFFFF, ip4("127.0.0.1"), 5, self.any_ce().host(self.random)))

    def bend_source(self, shot):
        dice = self.random
        shot.ip["src"] = dice.choice((self.martian(), self.public(), ip4("192.168.2.10"), ip4("192.168.1.77"), ip4("192.168.1.1"), self.br.address,
                                      self.any_ce().host(dice), 0xFFFFFFFF))

    def other_protocol(self):
        """Where the whole address is ours they pass."""
        dice = self.random
        out = self.chance(60)
        shot = Shot("ce", dice.choice(self.inside), dice.choice(self.hosts[:4])) if out else \
            self.inwards_from(dice.choice(self.hosts[:4]))
        if out:
            self.header(shot)
        shot.l4 = {"kind": "raw", "protocol": dice.choice((ESP, ESP, GRE, GRE, AH, SCTP, IPV6, 2)), "payload": self.bytes(dice.randint(8, 60))}
        return [self.wrapped(shot)]

    # ----------------------------------------------------------------------------------------------------- rounds

    def round(self, count):
        """The next packets: (time in microseconds, interface, frame)."""
        self.jump()
        self.learn()
        made = []
        for mapping in [each for each in self.napt.mappings.values() if each.port is None]:
            talk = Talk(mapping.protocol, mapping.inside, (self.hosts[0], 0 if mapping.protocol == ICMP else 443), self.random)
            self.number += 1
            heapq.heappush(self.later, (0, self.number, self.wrapped(self.step(talk, 0))))
        for _ in range(count):
            self.number += 1
            interface, frame = self.next_frame(self.number)
            while self.is_hidden(interface, frame):
                interface, frame = self.next_frame(self.number)
            self.now += self.random.choice((1, 1, 2, 10, 50, 200, 333))
            made.append((self.now, interface, frame[:2000]))
        return made

    def jump(self):
        """A while passes; often one that ends just before or after something is due, never right then."""
        dice, begun = self.random, self.br.begun
        if begun is None:
            return
        now = self.now - begun
        edges = sorted(self.edges())
        how = dice.random()
        wanted = now + dice.randint(0, 2 * SECOND)
        if how < 0.5 and edges:
            wanted = dice.choice(edges) + dice.choice((-MARGIN, MARGIN))
        elif how < 0.6:
            wanted = now + dice.choice((8, 8, 30, 60, 130, 300, 900)) * SECOND + dice.randint(0, SECOND)
        elif how < 0.62:
            wanted = now + dice.choice((7500, 20000, 100000)) * SECOND
        wanted = max(wanted, now + 1)
        while (near := next((edge for edge in edges if edge - MARGIN < wanted < edge + MARGIN), None)) is not None:
            wanted = near + MARGIN
        self.now = begun + wanted

    def edges(self):
        box = self.br
        yield from self.napt.dues()
        yield from [box.learned_until] if box.learned_until else []
        yield from (session.last + 5 * SECOND for session in self.napt.by_inside.values() if session.ended)
        yield from (datagram.born + box.timeout4 for datagram in box.virtual.known.values())
        yield from (datagram.born + 60 * SECOND for datagram in box.whole.known.values())
