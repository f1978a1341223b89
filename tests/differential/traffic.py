# SPDX-License-Identifier: BSD-3-Clause
"""Random traffic for a BR: mostly good, the rest broken in every way that docs/border-relay.md names. The same seed gives
the same packets. `Traffic(...).packets(n)` yields (time in microseconds, interface, frame)."""
import heapq
from collections import deque
from random import Random

from mapping import Pool
from wire import *

START = 1_000_000_000
# Between jumps far less time passes than any time-out takes; each jump goes far beyond one of IPv4, every second one also
# beyond the 60 s of IPv6. So nothing ever happens at the edge of a time-out.
JUMPS = 25_000_000, 100_000_000
SEGMENT = 3000
TCP_FLAGS = 0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0xC2


class Shot:
    """One packet in the making: IPv4 fields, transport, the softwire around it and the frame; all can be bent."""

    def __init__(self, towards, src, dst):
        self.towards = towards  # "ce": arrives from the Internet; "internet": in a softwire
        self.ip = {"src": src, "dst": dst}
        self.l4 = {}
        self.outer = {}
        self.eth = {}
        self.cut = None  # keep so many bytes of the transport
        self.extensions = []  # of the outer header: functions next header -> bytes
        self.extension_kinds = []

    def transport(self):
        l4 = dict(self.l4)
        kind = l4.pop("kind")
        src, dst = self.ip["src"], self.ip["dst"]
        if kind == "udp":
            data = udp(src, dst, **l4)
        elif kind == "tcp":
            data = tcp(src, dst, **l4)
        elif kind == "icmp":
            data = icmp(l4["type"], l4["code"], l4["rest"], l4["payload"], l4.get("sum"))
        else:
            data = l4["payload"]
        return data if self.cut is None else data[:self.cut]

    def protocol(self):
        return {"udp": UDP, "tcp": TCP, "icmp": ICMP}.get(self.l4["kind"], self.l4.get("protocol", GRE))

    def packet(self):
        return ipv4(**({"protocol": self.protocol(), "payload": self.transport()} | self.ip))

    def wrap(self, data):
        """The IPv6 packet around an IPv4 packet, or the packet itself when it comes from the Internet."""
        if self.towards == "ce":
            return data
        outer = dict(self.outer)
        following = outer.pop("next_header", IPIP)
        for kind, make in reversed(list(zip(self.extension_kinds, self.extensions))):
            data, following = make(following) + data, kind
        return ipv6(next_header=following, payload=data, **outer)


class Traffic:
    def __init__(self, config, br, seed):
        """`br` is the model, whose output the generator may answer."""
        self.config, self.br, self.random = config, br, Random(seed)
        self.rules = br.rules.rules
        self.senders = config.get("traffic", {}).get("senders")
        if self.senders:  # always the same
            self.random = Random("senders")
        self.known = [self.any_ce() for _ in range(self.senders or 24)]
        near = [address for address in br.internet.by4 if br.internet.by4[address] != br.internet.gateway]
        self.hosts = near * (1 if br.internet.gateway else 80) + [self.public() for _ in range(self.senders or 24)]
        self.random = Random(seed)
        self.sent = deque(maxlen=60)
        self.later, self.serial = [], 0
        part = 1 if br.reassembly else 0.15
        floods = part * config.get("traffic", {}).get("floods", 1)
        self.acts = self.weigh((self.whole, 60), (self.fragmented, 12 * part), (self.softwire_fragmented, 7 * part),
                               (self.icmp6_error, 5), (self.odd_frame, 3), (self.many_fragments, 0.03 * part),
                               (self.many_gaps, 0.1 * part), (self.many_softwire_fragments, 0.05 * floods))

    # ------------------------------------------------------------------------------------------------ dice

    def weigh(self, *pairs):
        return [act for act, _ in pairs], [weight for _, weight in pairs]

    def draw(self, weighed):
        return self.random.choices(*weighed)[0]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def any_ce(self):
        return self.random.choice(self.rules).any_ce(self.random)

    def ce(self):
        return self.random.choice(self.known) if self.senders or self.chance(80) else self.any_ce()

    def public(self):
        """An address of the Internet: no martian, under no rule, not ours."""
        while True:
            address = self.random.getrandbits(32)
            if not self.br.internet.is_martian(address) and not self.br.rules.of_destination(address) \
                    and not any(address & mask == net for net, mask in self.br.internet.onlink):
                return address

    def host(self):
        stranger = not self.senders and self.chance(10 if self.br.internet.gateway else 3)
        return self.public() if stranger else self.random.choice(self.hosts)

    def size(self, mtus):
        """Bytes behind the IPv4 header."""
        dice = self.random.random()
        if dice < 0.65:
            return self.random.randint(0, 120)
        if dice < 0.8:
            return self.random.randint(120, 1200)
        return max(0, self.random.choice(mtus) + self.random.randint(-10, 10) - 48) if dice < 0.97 \
            else self.random.randint(1200, 1440)

    def bytes(self, count):
        return self.random.randbytes(count)

    # ---------------------------------------------------------------------------------------- good packets

    def base(self):
        """A packet that should pass: down, up or across."""
        way = self.random.choices(("down", "up", "across"), (45, 40, 15))[0]
        ce = self.ce()
        if way == "down":
            shot = Shot("ce", self.host(), ce.host(self.random))
            self.fill(shot, None, ce)
        else:
            peer = self.ce() if way == "across" else None
            shot = Shot("internet", ce.host(self.random), peer.host(self.random) if peer else self.host())
            self.fill(shot, ce, peer)
            shot.outer = {"src": ce.address, "dst": ce.rule.domain.br, "hop_limit": self.random.choice((64, 63, 1, 0, 255)),
                          "traffic_class": self.random.getrandbits(8) if self.chance(50) else 0,
                          "flow_label": self.random.getrandbits(20) if self.chance(30) else 0}
            if not ce.rule.domain.strict and not isinstance(ce.rule, Pool) and self.chance(40):
                low = 128 - ce.rule.end_len
                shot.outer["src"] = ce.address >> low << low | self.random.getrandbits(low) if low else ce.address
            if self.chance(12):
                self.extend(shot)
        shot.way, shot.ce = way, ce
        return shot

    def fill(self, shot, source, target):
        """Transport and IPv4 header; source and target are CEs or None for a host."""
        dice = self.random
        tos = dice.getrandbits(8) if self.chance(40) else 0
        if source and shot.towards == "internet" and self.chance(60):
            tos |= dice.choice((1, 2, 3))
        shot.ip |= {"ttl": dice.choice((64, 128, 255, 2, 3)), "tos": tos, "ident": dice.getrandbits(16), "df": self.chance(50)}
        if self.chance(6):
            shot.ip["options"] = self.good_options()
        mtus = [self.br.internet.mtu] + [domain.mtu for domain in self.br.domains]
        size = min(self.size(mtus), 1900)
        sport = source.port(dice) if source else dice.randint(1, 65535)
        dport = target.port(dice) if target else dice.randint(1, 65535)
        free = all(each is None or not each.rule.shared for each in (source, target))
        kind = dice.choices(("udp", "tcp", "echo", "error", "free"), (34, 34, 12, 10, 6 if free else 0))[0]
        if kind == "udp":
            shot.l4 = {"kind": "udp", "sport": sport, "dport": dport, "payload": self.bytes(size)}
            if self.chance(10):
                shot.l4["sum"] = dice.choice((0, dice.getrandbits(16)))
        elif kind == "tcp":
            flags = dice.choice(TCP_FLAGS)
            shot.l4 = {"kind": "tcp", "sport": sport, "dport": dport, "payload": self.bytes(size), "flags": flags,
                       "seq": dice.getrandbits(32), "ack": dice.getrandbits(32), "window": dice.getrandbits(16)}
            if flags & 2 or self.chance(10):
                shot.l4["options"] = self.tcp_options()
        elif kind == "echo":
            # An identifier has to fit both ends; between two CEs it seldom does.
            identifier = sport if source else dport
            shot.l4 = {"kind": "icmp", "type": dice.choice((0, 8)), "code": 0, "rest": identifier << 16 | dice.getrandbits(16),
                       "payload": self.bytes(size)}
        elif kind == "error":
            self.quote(shot, sport, dport)
        else:
            self.any_protocol(shot, size)

    def quote(self, shot, sport, dport):
        """An ICMP error from shot's source, about a packet that went the other way."""
        dice = self.random
        protocol = dice.choice((UDP, TCP, ICMP))
        src, dst = shot.ip["dst"], shot.ip["src"]
        if protocol == ICMP:
            body = icmp(dice.choice((0, 8)), 0, dport << 16 | 7, self.bytes(12))
            if shot.towards == "internet" and self.chance(50):
                body = icmp(dice.choice((0, 8)), 0, sport << 16 | 7, self.bytes(12))
        elif protocol == UDP:
            body = udp(src, dst, dport, sport, self.bytes(dice.randint(0, 40)))
        else:
            body = tcp(src, dst, dport, sport, self.bytes(dice.randint(0, 40)))
        quoted = ipv4(src, dst, protocol, body, ttl=dice.choice((0, 1, 2, 60)), ident=dice.getrandbits(16),
                      mf=self.chance(10), options=self.good_options() if self.chance(10) else b"")
        keep = dice.choice((len(quoted), (quoted[0] & 15) * 4 + 8))
        code = dice.choice((0, 1, 3, 4))
        shot.l4 = {"kind": "icmp", "type": dice.choice((3, 11, 12)), "code": code,
                   "rest": dice.choice((0, 1400, 576)), "payload": quoted[:keep]}

    def any_protocol(self, shot, size):
        dice = self.random
        if self.chance(30):
            shot.l4 = {"kind": "icmp", "type": dice.choice((4, 5, 9, 10, 13, 14, 15, 17, 30, 255)), "code": dice.randint(0, 3),
                       "rest": dice.getrandbits(32), "payload": self.bytes(size)}
        else:
            shot.l4 = {"kind": "raw", "protocol": dice.choice((ESP, GRE, AH, SCTP, IPIP, IPV6, 2, 103, 136, 33, 255)),
                       "payload": self.bytes(max(size, 8))}

    def good_options(self):
        dice = self.random
        some = b"\x01", b"\x07\x07\x04\0\0\0\0", b"\x94\x04\0\0", b"\x44\x0c\x05\0" + bytes(8), b"\x82\x0b" + bytes(9), \
            b"\x99\x05abc", b"\x03\x04ab"
        options = b"".join(dice.choices(some, k=dice.randint(1, 3)))
        if self.chance(20):
            options += b"\0" + bytes(dice.choice((0, 131, 137, 7, 255)) for _ in range(-(len(options) + 1) % 4))
        return options[:40]

    def tcp_options(self):
        dice = self.random
        mss = b"\x02\x04" + struct.pack(">H", dice.choice((536, 1200, 1220, 1380, 1400, 1420, 1421, 1452, 1460, 8960, 65535)))
        others = b"\x01", b"\x01\x01", b"\x01\x01\x01", b"\x04\x02", b"\x03\x03\x07", b"\x08\x0a" + self.bytes(8), b"\xfd\x05abc", b""
        broken = b"\x02\x03\x05", b"\x08\x00", b"\x02", b"\x00", b"\x08\x28ab"
        parts = dice.choices(others, k=dice.randint(0, 3)) + ([mss] if self.chance(90) else [])
        if self.chance(10):
            parts.append(dice.choice(broken))
        dice.shuffle(parts)
        options = b"".join(parts)
        return options[:40]

    def extend(self, shot, count=None):
        """Extension headers that a BR walks over."""
        dice = self.random
        for _ in range(dice.choice((1, 1, 1, 2, 3, 8)) if count is None else count):
            kind = dice.choice((HOP_BY_HOP, DEST_OPTIONS, DEST_OPTIONS, ROUTING))
            if kind == HOP_BY_HOP and shot.extensions:
                kind = DEST_OPTIONS
            shot.extension_kinds.append(kind)
            if kind == ROUTING:
                shot.extensions.append(lambda following, it=(dice.choice((0, 2, 4)), dice.randint(0, 3)):
                                       routing6(following, it[0], 0, it[1]))
            else:
                options = dice.choice(([(4, b"\x04")], [(5, b"\0\0")], [], [(1, bytes(12))], [(0x1E, b"ab")]))
                shot.extensions.append(lambda following, it=options: options6(following, *it))

    # ----------------------------------------------------------------------------------- bending one packet

    def bend(self, shot):
        both = [self.bend_header, self.bend_options, self.bend_ttl, self.bend_transport, self.bend_ports,
                self.bend_protocol, self.bend_destination, self.bend_source, self.bend_quote, self.bend_size]
        tunnelled = [self.bend_outer_source, self.bend_outer_destination, self.bend_extensions, self.bend_outer_header,
                     self.bend_ecn, self.bend_outer_source]
        self.random.choice(both + (tunnelled if shot.towards == "internet" else []))(shot)

    def bend_header(self, shot):
        dice = self.random
        shot.ip |= dice.choice(({"version": dice.choice((0, 5, 6, 15))}, {"ihl": dice.randint(0, 4)}, {"ihl": dice.randint(6, 15)},
                                {"length": dice.randint(0, 19)}, {"length": dice.randint(1500, 65535)},
                                {"length": dice.randint(20, 60)}, {"sum": dice.getrandbits(16)}))

    def bend_options(self, shot):
        dice = self.random
        shot.ip["options"] = dice.choice((
            b"\x83\x07\x04" + bytes(4), b"\x89\x07\x04" + bytes(4), b"\x01\x01\x83\x0b\x04" + bytes(8), b"\x83\x03\x04", b"\x89",
            b"\x07\x00ab", b"\x07\x01ab", b"\x07\x05ab", b"\x01\x01\x01\x07", b"\x01\x01\x07\x03", b"\x44\xff\x05\0",
            b"\x00\x83\x07\x04", b"\x07\x04\x04\0\x89\x03\x04", bytes([dice.getrandbits(8) for _ in range(8)])))

    def bend_ttl(self, shot):
        shot.ip["ttl"] = self.random.randint(0, 1)

    def bend_transport(self, shot):
        dice, kind = self.random, shot.l4["kind"]
        if self.chance(50):
            shot.cut = dice.choice((0, 1, 4, 7, 8, 12, 19, 20, 27, 28, 35, 36))
        elif kind == "tcp":
            shot.l4["offset"] = dice.choice((0, 4, 15, 6, dice.randint(0, 15)))
        elif kind == "udp":
            shot.l4["length"] = dice.choice((0, 7, 8, 9, 65535, len(shot.l4["payload"]) + 9, dice.getrandbits(16)))
        elif kind == "icmp":
            shot.l4["sum"] = dice.getrandbits(16)

    def bend_ports(self, shot):
        dice, l4 = self.random, shot.l4
        port = dice.choice((0, 1, 208, 1023, 1024, 4095, 4096, 65535, dice.getrandbits(16), dice.getrandbits(10)))
        if l4["kind"] in ("udp", "tcp"):
            l4[dice.choice(("sport", "dport"))] = port
        elif l4["kind"] == "icmp" and l4["type"] in (0, 8):
            l4["rest"] = port << 16 | 5

    def bend_protocol(self, shot):
        self.any_protocol(shot, self.random.randint(0, 100))

    def bend_destination(self, shot):
        dice, br = self.random, self.br
        internet = br.internet
        shot.ip["dst"] = dice.choice([
            self.public(), self.martian(), dice.choice(list(internet.own4)), dice.choice(list(internet.broadcasts)),
            0xE0000001, ip4("239.1.2.3"), dice.getrandbits(32), self.any_ce().host(dice), self.unknown_neighbour(),
            br.icmp_source])

    def martian(self):
        return self.random.choice((
            ip4("0.0.0.0"), ip4("0.1.2.3"), ip4("127.0.0.1"), ip4("127.255.255.255"), ip4("169.254.1.1"), ip4("224.0.0.5"),
            ip4("240.0.0.1"), ip4("255.255.255.255"), ip4("10.1.2.3"), ip4("172.16.0.1"), ip4("172.31.255.255"), ip4("172.32.0.1"),
            ip4("192.168.255.1"), ip4("100.64.0.1"), ip4("100.127.255.255"), ip4("100.128.0.1"), ip4("192.0.2.99"),
            ip4("198.51.100.1"), ip4("203.0.113.77"), ip4("198.18.0.1"), ip4("198.19.255.255"), ip4("223.255.255.255"),
            ip4("126.255.255.255"), ip4("128.0.0.1"), ip4("9.255.255.255"), ip4("11.0.0.1"), ip4("1.0.0.1")))

    def unknown_neighbour(self):
        net, mask = self.br.internet.onlink[0]
        return net | self.random.getrandbits(32) & ~mask & 0xFFFFFFFF

    def bend_source(self, shot):
        dice = self.random
        address = dice.choice((self.martian(), self.any_ce().host(dice), shot.ip["src"] ^ 1 << dice.randint(0, 12),
                               dice.getrandbits(32), self.public(), dice.choice(list(self.br.internet.own4)), self.br.icmp_source,
            dice.choice(list(self.br.internet.broadcasts))))
        shot.ip["src"] = address

    def bend_quote(self, shot):
        """ICMP errors that quote what they must not."""
        dice = self.random
        src, dst = shot.ip["dst"], shot.ip["src"]
        port, other = self.ce().port(dice), dice.getrandbits(16)
        protocol = dice.choice((UDP, TCP, ICMP, ESP, GRE))
        body = icmp(dice.choice((0, 3, 5, 8, 11, 12, 13)), 0, port << 16) + self.bytes(20) if protocol == ICMP else \
            struct.pack(">HHI", *dice.choice(((port, other), (other, port), (port, 0))), 0x00080000) + self.bytes(12)
        fields = dice.choice(({}, {}, {"offset": 1}, {"mf": True}, {"version": 6}, {"ihl": 4}, {"ihl": 15}, {"sum": 1},
                              {"src": src ^ 1}, {"dst": dst ^ 1}, {"length": 28}, {"length": 20}))
        quoted = ipv4(**({"src": src, "dst": dst, "protocol": protocol, "payload": body} | fields))
        keep = dice.choice((len(quoted), 0, 8, 19, 20, 27, 28, 28, 40))
        shot.l4 = {"kind": "icmp", "type": dice.choice((3, 11, 12)), "code": dice.choice((0, 4)), "rest": 0, "payload": quoted[:keep]}

    def bend_size(self, shot):
        mtu = self.random.choice([self.br.internet.mtu] + [domain.mtu for domain in self.br.domains])
        overhead = {"udp": 28, "tcp": 40}.get(shot.l4["kind"], 28)
        if shot.l4["kind"] in ("udp", "tcp") or shot.l4["kind"] == "icmp" and shot.l4["type"] in (0, 8):
            shot.l4["payload"] = self.bytes(max(0, mtu - overhead + self.random.randint(1, 60)))

    # ------------------------------------------------------------------------------ bending what is around it

    def bend_outer_source(self, shot):
        dice, src = self.random, shot.outer["src"]
        shot.outer["src"] = dice.choice((
            src ^ 1 << dice.randint(0, 127), src ^ 1 << dice.randint(0, 63), src ^ 1 << dice.randint(64, 80),
            src >> 64 << 64 | 1, self.any_ce().address, shot.outer["dst"], 0, 1, ip6("ff02::1"), ip6("fe80::1"),
            ip6("2001:db8:ffff::9"), dice.getrandbits(128)))

    def bend_outer_destination(self, shot):
        dice = self.random
        shot.outer["dst"] = dice.choice([domain.br for domain in self.br.domains]
                                        + [shot.outer["dst"] ^ 1, self.any_ce().address, ip6("fe80::2"), ip6("ff02::1")])

    def bend_extensions(self, shot):
        dice = self.random
        how = dice.randint(0, 7)
        if how == 0:
            self.extend(shot, dice.choice((8, 9, 10)))
        elif how == 1:
            shot.extension_kinds.append(ROUTING)
            left = dice.choice((1, 1, 255))
            shot.extensions.append(lambda following: routing6(following, 4, left))
        elif how == 2:
            kind = dice.choice((TCP, UDP, IPV6, ESP, AH, NO_NEXT, GRE, 135, 139, 140, 253, ICMPV6, 255))
            shot.outer["next_header"] = kind
        elif how == 3:
            kind = dice.choice((HOP_BY_HOP, DEST_OPTIONS, ROUTING))
            shot.extension_kinds.append(kind)
            size = dice.choice((20, 100, 255))
            shot.extensions.append(lambda following: bytes([following, size, 0, 0, 0, 0, 0, 0]))
        elif how == 4:
            shot.extension_kinds += [DEST_OPTIONS, HOP_BY_HOP]
            shot.extensions += [options6, options6]
        elif how == 5:  # an atomic fragment (RFC 6946)
            ident = dice.getrandbits(32)
            shot.extension_kinds.append(FRAGMENT)
            shot.extensions.append(lambda following: fragment6(following, 0, False, ident))
            if self.chance(30):
                shot.extension_kinds.append(DEST_OPTIONS)
                shot.extensions.append(options6)
        elif how == 6:  # nothing behind a header
            shot.outer |= {"next_header": dice.choice((DEST_OPTIONS, ROUTING, HOP_BY_HOP, FRAGMENT))}
            shot.cut = 0
        else:
            self.extend(shot, dice.choice((1, 2, 4)))

    def bend_outer_header(self, shot):
        dice = self.random
        shot.outer |= dice.choice(({"version": dice.choice((4, 0, 7))}, {"length": dice.randint(0, 60)},
                                   {"length": dice.randint(1500, 65535)}, {"next_header": dice.getrandbits(8)}))

    def bend_ecn(self, shot):
        dice = self.random
        shot.ip["tos"] = shot.ip["tos"] & 0xFC | dice.getrandbits(2)
        shot.outer["traffic_class"] = dice.getrandbits(8)

    # ------------------------------------------------------------------------------------------------ acts

    def whole(self):
        shot = self.base()
        if self.chance(38):
            self.bend(shot)
            if self.chance(15):
                self.bend(shot)
        return [self.frame(shot.towards, shot.wrap(shot.packet()), shot)]

    def fragmented(self):
        """IPv4 fragments, from either side, in any order, whole or not."""
        shot = self.base()
        while shot.l4["kind"] == "icmp" and shot.l4["type"] in (3, 11, 12) and self.chance(70):
            shot = self.base()
        dice = self.random
        if shot.l4["kind"] != "icmp" or shot.l4["type"] in (0, 8):
            shot.l4["payload"] = self.bytes(dice.choice((30, 200, 1000, 2000, 4000)))
        if not self.senders and self.chance(15):
            self.bend(shot)
        if any(field in shot.ip for field in ("version", "ihl", "length", "sum")) or "next_header" in shot.outer:
            return []
        shot.ip["df"] = self.chance(8)
        body = shot.transport()
        pieces = self.cut_up(body, dice.choice((0, 0, 0, 8, 184 * 8)) if len(body) > 20 else 0)
        packets = [self.piece4(shot, start, data, more) for start, data, more in self.disturb(pieces, body)]
        frames = [self.frame(shot.towards, shot.wrap(packet), shot) for packet in packets]
        if packets and shot.towards == "internet" and self.chance(15):
            self.intrude(shot, packets, frames)
        return frames

    def intrude(self, shot, packets, frames):
        """Another CE sends one of the fragments in its own softwire, before it comes from the right one."""
        shot.outer["src"] = self.ce().address
        at = self.random.randrange(len(packets))
        frames.insert(self.random.randint(0, at), self.frame("internet", shot.wrap(packets[at]), shot))

    def cut_up(self, body, step=0):
        """(offset, data, more) with random cuts, or pieces of one size, each at most 1400 bytes."""
        dice, pieces, start = self.random, [], 0
        while start < len(body) or not pieces:
            size = step or dice.choice((24, 32, 64, 512, 1024, 1400, 8 * dice.randint(3, 170)))
            if len(body) // size > 40:
                size = 1400
            pieces.append((start, body[start:start + size], start + size < len(body)))
            start += size
        return pieces

    def disturb(self, pieces, body):
        """Order, loss, duplication, overlap, and impossible fragments."""
        dice = self.random
        pieces = list(pieces)
        how = dice.choices(("keep", "reverse", "shuffle", "first-last"), (40, 15, 30, 15))[0]
        if how == "reverse":
            pieces.reverse()
        elif how == "shuffle":
            dice.shuffle(pieces)
        elif how == "first-last":
            pieces.append(pieces.pop(0))
        if self.chance(30):
            start, data, more = pieces[dice.randrange(len(pieces))]
            at = dice.randint(0, len(pieces))
            half = len(data) // 2 & ~7
            extra = {
                "duplicate": (start, data, more), "other": (start, self.bytes(len(data)), more), "inside": (start + half, data[half:], more),
                "over": (max(0, start - 8), bytes(8) + data, more), "longer": (start, data + bytes(8), more),
                "tiny-tcp": (8, body[8:16], True), "tiny-first": (0, body[:dice.choice((8, 16))], True),
                "odd": (start, data + b"x" * (1 + (8 - len(data)) % 8), True), "empty": (start, b"", True),
                "empty-last": (start + len(data) & ~7, b"", False),
                "death": (65528 if self.chance(50) else 65000, self.bytes(dice.choice((8, 600))), self.chance(50)),
                "second-end": (start, data, False), "beyond": (len(body) + 7 & ~7, self.bytes(16), self.chance(50)),
            }
            pieces.insert(at, extra[dice.choice(list(extra))])
        if self.chance(15):
            pieces.pop(dice.choice((0, -1, dice.randrange(len(pieces)))))
        return pieces

    def piece4(self, shot, start, data, more):
        fields = {"protocol": shot.protocol()} | shot.ip
        if self.chance(2):
            fields["ttl"] = 1
        if self.chance(2) and shot.towards == "internet":
            fields["src"] ^= 1  # another address than that of the first fragment, so another datagram
        if start and self.chance(50):
            fields.pop("options", None)
        if self.chance(1):
            fields["df"] = True
        return ipv4(payload=data, mf=more, offset=min(start // 8, 8191), **fields)

    def softwire_fragmented(self):
        """The IPv6 packet of a softwire in fragments."""
        dice = self.random
        shot = self.base()
        while shot.towards != "internet":
            shot = self.base()
        if self.chance(60) and (shot.l4["kind"] != "icmp" or shot.l4["type"] in (0, 8)):
            shot.l4["payload"] = self.bytes(dice.randint(60, 1470))
        if not self.senders and self.chance(15):
            self.bend(shot)
        if self.chance(5):
            shot.outer["dst"] ^= 1
        following = shot.outer.pop("next_header", IPIP)
        shot.outer.pop("version", None)
        shot.outer.pop("length", None)
        body, ident = shot.packet(), dice.getrandbits(32)
        if self.chance(5):
            body, following = options6(following, (4, b"\x02")) + body, DEST_OPTIONS
        elif self.chance(4):
            body, following = self.bytes(len(body)), dice.choice((ICMPV6, TCP, UDP, ESP, NO_NEXT, IPV6))
        frames = []
        common = shot.outer.pop("traffic_class", 0)
        for start, data, more in self.disturb(self.cut_up(body, dice.choice((0, 0, 1448))), body):
            mark = common if self.chance(85) else common & 0xFC | dice.getrandbits(2)
            piece, kind = fragment6(following, min(start // 8, 8191), more, ident, dice.choice((0, 0, 0, 9))) + data, FRAGMENT
            for extension, make in reversed(list(zip(shot.extension_kinds, shot.extensions))):
                piece, kind = make(kind) + piece, extension
            packet = ipv6(next_header=kind, payload=piece, traffic_class=mark, **shot.outer)
            frames.append(self.frame("internet", packet, shot))
        if frames and self.chance(5):
            frames.insert(dice.randint(0, len(frames)), dice.choice(frames))
        return frames

    def many_fragments(self):
        """A flood of beginnings, middles or ends from one source, to fill the tables."""
        dice = self.random
        shot = self.base()
        shot.l4 = {"kind": "udp", "sport": 7, "dport": 7, "payload": b""}
        body, frames = self.bytes(24), []
        same = self.chance(50)
        for number in range(70 if same else dice.randint(5, 15)):
            shot.ip["ident"] = shot.ip["ident"] if same else number
            start = number * 24 + 24 if same else dice.choice((0, 24, 24, 24))
            if shot.towards == "internet" and self.chance(40):
                packet = ipv6(next_header=FRAGMENT, payload=fragment6(IPIP, start // 8, True, number) + shot.packet()[:24]
                              + bytes(8), **shot.outer)
                frames.append(self.frame("internet", packet, shot))
            else:
                frames.append(self.frame(shot.towards, shot.wrap(self.piece4(shot, start, body, True)), shot))
        return frames

    def many_softwire_fragments(self):
        """First fragments from one CE, each of a packet of its own: more than a small table has for one."""
        shot = self.base()
        while shot.towards != "internet":
            shot = self.base()
        shot.l4 = {"kind": "udp", "sport": 7, "dport": 7, "payload": b"", "sum": 0}
        fields = {name: shot.outer[name] for name in ("src", "dst")}
        body, ident = shot.packet() + bytes(40), self.random.getrandbits(32)
        first = body[:len(body) & ~7]
        return [self.frame("internet", ipv6(next_header=FRAGMENT, payload=fragment6(IPIP, 0, True, ident + number & 0xFFFFFFFF)
                                            + first, **fields), shot) for number in range(self.random.randint(9, 13))]

    def many_gaps(self):
        """Every other fragment of a datagram."""
        shot = self.base()
        shot.l4["payload"] = self.bytes(3000)
        body = shot.transport()
        pieces = self.cut_up(body, 32)[:80]
        pieces = pieces[::2] + pieces[1::2] if self.chance(50) else pieces[::2]
        if self.chance(50) and pieces:
            pieces.append(pieces.pop(0))
        return [self.frame(shot.towards, shot.wrap(self.piece4(shot, *piece)), shot) for piece in pieces]

    def icmp6_error(self):
        """What routers and CEs say about softwire packets that we sent, and what forgers say."""
        dice = self.random
        if not self.sent:
            return []
        packet = dice.choice(self.sent)[14:]
        domain = dice.choice(self.br.domains)
        ours = int.from_bytes(packet[8:24], "big")
        kind, code = dice.choice(((1, 0), (1, 1), (1, 3), (1, 4), (1, 5), (2, 0), (2, 0), (2, 0), (3, 0), (3, 0), (3, 1), (4, 0),
                                  (4, 1), (4, 2), (4, 3), (0, 0), (100, 1), (127, 0), (2, 1), (128, 0), (129, 0), (135, 0)))
        rest = dice.choice((1280, 1281, 1300, 1400, 1499, 1500, 1501, 1279, 68, 0, 65535, domain.mtu + 39, domain.mtu + 40,
                            0xFFFFFFFF)) if kind == 2 else dice.choice((0, 0, 40))
        quote = packet[:dice.choice((1232, 1232, 1232, 68, 88, 76, 75, 67, 60, 48, 40, 39, 8, 0, dice.randint(0, 120)))]
        if self.chance(25) and len(quote) > 44:
            quote = bytearray(quote)
            at = dice.choice((0, 6, dice.randint(8, 23), dice.randint(24, 39), 40, dice.randrange(40, len(quote)),
                              dice.randint(40, min(67, len(quote) - 1))))
            quote[at] ^= 1 << dice.randint(0, 7)
            quote = bytes(quote)
        elif self.chance(3):
            quote = quote[:6] + bytes([DEST_OPTIONS]) + quote[7:40] + options6(packet[6]) + quote[40:]
        elif self.chance(15):
            ce = self.ce()
            inner = ipv4(self.host(), ce.host(dice), UDP, udp(1, 2, dice.getrandbits(16), ce.port(dice), self.bytes(30)),
                         df=self.chance(60), ttl=dice.randint(0, 64))
            ours = (domain if self.chance(30) else ce.rule.domain).br
            quote = ipv6(ours, ce.address, IPIP, inner)
        src = dice.choice((ip6("2001:db8:aaaa::1"), int.from_bytes(packet[24:40], "big")))
        dst = ours if self.chance(90) else domain.br
        message = icmpv6(src, dst, kind, code, rest, quote, dice.getrandbits(16) if self.chance(5) else None)
        if self.chance(3):
            message = message[:dice.randint(0, 8)]
        following = ICMPV6
        if self.chance(5):
            message, following = options6(ICMPV6) + message, DEST_OPTIONS
        packet = ipv6(src, dst, following, message)
        return [self.frame("internet", packet, None)]

    def odd_frame(self):
        """Frames that are not for us, or not ours to look into."""
        dice = self.random
        shot = self.base()
        frame = self.frame(shot.towards, shot.wrap(shot.packet()), shot)
        interface, data = frame
        other = dice.choice((b"\x02\0\0\0\0\x77", b"\xff" * 6, b"\x01\0\x5e\0\0\x05", b"\x33\x33\0\0\0\1"))
        ethertype = dice.choice((ETHERTYPE_ARP, ETHERTYPE_VLAN, 0x88CC, 0x0801, ETHERTYPE_IPV4, ETHERTYPE_IPV6, 40))
        how = dice.randint(0, 3)
        if how == 0:
            data = other + data[6:]
        elif how == 1:
            data = data[:12] + struct.pack(">H", ethertype) + data[14:]
        elif how == 2:
            data = data[:dice.choice((14, 20, 33, 34, 40, 53, 54, 60, dice.randint(14, max(14, len(data) - 1))))]
        else:
            interface = self.br.internet.name if interface == self.br.map.name else self.br.map.name
        return [(interface, data)]

    def frame(self, towards, packet, shot):
        """Ethernet, with padding to 60 bytes where a real link pads, and sometimes more."""
        port = self.br.internet if towards == "ce" else self.br.map
        ethertype = ETHERTYPE_IPV4 if towards == "ce" else ETHERTYPE_IPV6
        frame = ether(port.mac, port.gateway or b"\x02\0\0\0\x09\x09", ethertype, packet)
        if self.chance(50):
            frame += bytes(max(0, 60 - len(frame)))
        if self.chance(3):
            frame += self.bytes(self.random.randint(1, 20))
        return port.name, frame

    # ------------------------------------------------------------------------------------------------ the stream

    def packets(self, count):
        """The caller hands every packet to the model before it asks for the next."""
        dice, now, jumps = self.random, START, 0
        left = dice.randint(SEGMENT // 3, SEGMENT)
        for number in range(count):
            interface, frame = self.next_frame(number)
            now += dice.choice((1, 1, 2, 10, 50, 200, 333))
            left -= 1
            if not left:
                now += JUMPS[jumps % 2]
                jumps += 1
                left = dice.randint(SEGMENT // 3, SEGMENT)
            yield now, interface, frame[:2000]

    def next_frame(self, number):
        while True:
            if self.later and self.later[0][0] <= number:
                return heapq.heappop(self.later)[2]
            frames = self.draw(self.acts)()
            if len(frames) == 1:
                return frames[0]
            scattered = self.chance(50)
            delays = sorted(self.random.randint(0, 40) if scattered else 0 for _ in frames)
            for delay, frame in zip(delays, frames):
                self.serial += 1
                heapq.heappush(self.later, (number + delay, self.serial, frame))

    def look_at(self, sent):
        for each in sent:
            if each.interface == self.br.map.name:
                self.sent.append(each.frame)
