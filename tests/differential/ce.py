# SPDX-License-Identifier: BSD-3-Clause
"""The CE as docs/napt.md, docs/border-relay.md and the RFCs describe it, around the tables of napt.py.

What it cannot know it reads from what the program sent for the same packet (`got`): external ports, which napt.py judges, and
new IPv4 identifications, which have to be equal within a datagram and different between two (NAT-40). All else is predicted."""
import ipaddress
from collections import Counter, deque
from types import SimpleNamespace

import fragments
from mapping import RuleSet
from model import (Bucket, Br, Domain, Drop, ICMP_ERRORS, Interface, Ipv4, NO_HOSTS, Outer, Quoted4, SECOND, Transport,
                   quoted_transport, read_transport, remade4, split4)
from napt import INSIDE, NAMES, REMOTE, Napt, RST, Refusal, Segment
from wire import *

SAME_IDENT_WITHIN = 30 * SECOND
LEARNED_FOR = 600 * SECOND
DF, MORE = 0x4000, 0x2000
ADMINISTRATIVELY_FILTERED = 13


class Peers:
    """Who may be at the other end of a softwire packet: the BR, and in a mesh the CEs under FMRs."""

    def __init__(self, br, rules):
        self.br, self.fmrs = br, RuleSet(rules)
        self.pools = []

    def of_source(self, address):
        return "br" if address == self.br else self.fmrs.of_source(address)

    def of_destination(self, address):
        return self.fmrs.of_destination(address)


class Ce(Br):
    """To what it inherits, `map` is the WAN and `internet` the LAN: the side with IPv6 and the side with IPv4."""

    def __init__(self, config):
        named = {each["role"]: Interface({"martians": []} | each) for each in config["interfaces"]}
        self.map, self.internet = self.wan, self.lan = named["wan"], named["lan"]
        settings = {"flow_label": "zero"} | config["softwires"][0]
        self.domain = Domain({"br": settings["br"]} | {**settings, "rules": [without_fmr(rule) for rule in settings["rules"]]},
                             self.wan.mtu)
        prefix = ipaddress.IPv6Network(settings["end_user_prefix"])
        rule = RuleSet(self.domain.rules).of_source(int(prefix.network_address))
        self.me = rule.ce_of_source(int(prefix.network_address))
        self.address, self.domain.br = self.me.ipv4, self.me.address
        self.br = SimpleNamespace(address=ip6(settings["br"]))
        fmrs = [each for each, given in zip(self.domain.rules, settings["rules"]) if given.get("fmr", True)]
        self.domains, self.by_br = [self.domain], {self.domain.br: self.domain}
        self.rules = Peers(self.br.address, fmrs if settings.get("mesh") else [])
        self.shared = rule.shared
        ports = [port for port in range(65536) if self.me.owns_port(port)]
        self.napt = Napt(config.get("nat", {}), ports, not rule.shared, self.address)
        self.set_up(config, self.wan, self.lan)
        self.events = self.napt.events
        self.configured_mtu, self.learned_until = self.domain.mtu, None
        self.used_idents, self.unsure, self.got = {}, 0, {}

    def receive(self, interface, frame, now, got=None):
        """`got` are the frames that the program sent for this one, by interface."""
        self.got = got or {}
        self.napt.faults = []
        return super().receive(interface, frame, now)

    def believe(self, mtu):
        """RFC 8201 section 4: for ten minutes."""
        self.domain.mtu, self.learned_until = mtu - 40, self.now + LEARNED_FOR

    def expire(self):
        if self.learned_until is not None and self.now >= self.learned_until:
            self.domain.mtu, self.learned_until = self.configured_mtu, None
        super().expire()
        self.notes += [f"ends {describe(session)}{session.tcp or ''}" for session in self.napt.expire(self.now)]

    @property
    def faults(self):
        return self.napt.faults

    # ------------------------------------------------------------------------------------- what the program chose

    def next_got(self, port):
        """The frame that should be the next one we send there."""
        frames = self.got.get(port.name, [])
        at = sum(sent.interface == port.name for sent in self.sent)
        return frames[at] if at < len(frames) else None

    def next_inner(self, port):
        """The IPv4 packet in it, or the beginning of that."""
        frame = self.next_got(port)
        if frame is None or len(frame) < 34:
            return None
        if port is self.wan:
            at = 62 if frame[20] == FRAGMENT else 54 if frame[20] == IPIP else len(frame)
        else:
            at = 14
        inner = frame[at:]
        return inner if len(inner) >= 20 and inner[0] >> 4 == 4 else None

    def chosen_port(self, port, ip):
        """The external port of `ip`, if that is what the program sent."""
        inner = self.next_inner(port)
        if port is self.lan and ip.protocol == ICMP or ip.offset or inner is None or len(inner) < 28 or inner[9] != ip.protocol or int.from_bytes(inner[12:16], "big") != self.address:
            return None
        if struct.unpack_from(">H", inner, 6)[0] & 0x1FFF:
            return None
        body = inner[(inner[0] & 15) * 4:]
        at = 4 if ip.protocol == ICMP else 0
        if ip.protocol not in NAMES or len(body) < 8 or ip.protocol == ICMP and body[0] in ICMP_ERRORS:
            return None
        return struct.unpack_from(">H", body, at)[0]

    def see_quoted(self, known, port):
        """An error shows the external port of the packet that it is about."""
        inner = self.next_inner(port)
        if known.port is not None or inner is None or inner[9] != ICMP:
            return
        quoted = inner[(inner[0] & 15) * 4 + 8:]
        at = (quoted[0] & 15) * 4 + (4 if quoted[9] == ICMP else 2)
        self.napt.see(known, struct.unpack_from(">H", quoted, at)[0])

    def new_ident(self, port, ip, transport):
        """The identification of what may be fragmented; that of one datagram is one."""
        known = transport.said.get("ident")
        if known is not None:
            return known
        inner = self.next_inner(port)
        if inner is None:  # it is dropped on its way: perhaps another fragment shows it
            return 0
        ident, = struct.unpack_from(">H", inner, 4)
        transport.said["ident"] = ident
        used = self.used_idents.setdefault((ip.dst, ip.protocol), deque())
        while used and used[0][0] + SAME_IDENT_WITHIN < self.now:
            used.popleft()
        if any(each == ident for _, each in used):
            self.napt.fault(f"identification {ident:#x} again, of another datagram to {text4(ip.dst)}")
        used.append((self.now, ident))
        return ident

    # ------------------------------------------------------------------------------------------------- in and out

    def from_internet(self, data):
        """From the LAN."""
        ip = Ipv4(data, "ipv4_bad")
        ip.check_options()
        if self.lan.is_martian(ip.src):
            raise Drop("martian_v4", "source")
        if ip.dst == 0xFFFFFFFF or ip.dst >> 28 == 14:
            self.linux()
        if self.lan.is_martian(ip.dst) and not self.on_lan(ip.dst):
            raise Drop("martian_v4")
        if not self.on_lan(ip.src):
            raise Drop("lan_spoof")
        if self.on_lan(ip.dst):
            self.linux()
        if ip.is_fragment:
            self.check_fragment(ip)
            self.through_fragments(ip, (0, ip.src, ip.dst, ip.protocol, ip.ident), ip.src, self.judge_out, None)
        else:
            self.judge_out(ip, self.transport_of(ip), None)

    def on_lan(self, address):
        return any(address & mask == net for net, mask in self.lan.onlink)

    def transport_of(self, ip):
        """What an error quotes is judged last, so one that quotes nothing of use has no quote."""
        try:
            return read_transport(ip)
        except Drop as drop:
            if drop.reason != "icmp_bad":
                raise
            return Transport("error")

    def first_transport(self, ip, outer):
        """A datagram whose first fragment is refused for its header, or because there can be no session for it, is lost."""
        transport = super().first_transport(ip, outer)
        try:
            if transport.kind == "error":
                raise Drop("icmp_bad", "a fragmented error")
            self.check_protocol(ip, transport)
            if not outer:
                own = ip.dst == self.address and (transport.kind == "query" or self.napt.has(transport.dport))
                self.session_out(ip, transport, self.lan if own else self.wan)
        except Drop as drop:
            raise fragments.Refused(drop.reason) from None
        return transport

    def check_protocol(self, ip, transport):
        """Which packets have what a NAPT needs."""
        if transport.kind == "other-icmp":
            raise Drop("icmp_unsupported")
        if transport.kind == "other" and (self.shared or ip.protocol == AH):
            raise Drop("proto_unsupported")

    def check_transport(self, ip, transport):
        self.check_protocol(ip, transport)
        if ip.protocol == ICMP and not ip.is_fragment and checksum(ip.payload):
            raise Drop("icmp_bad", "checksum")

    # ------------------------------------------------------------------------------------------------ from the LAN

    def judge_out(self, ip, transport, _):
        self.check_transport(ip, transport)
        if ip.ttl <= 1:
            self.error_to_host(ip, TIME_EXCEEDED, 0, 0)
            raise Drop("ttl")
        peer = self.out_peer(ip, transport)
        if peer != "hairpin":
            self.check_size(ip)
        data = self.translate_out(ip, transport, self.lan if peer == "hairpin" else self.wan)
        if transport.kind == "query":
            peer = self.peer_of(ip.dst, transport.said["external"] or next(iter(self.napt.set)))
        self.send_out(ip, transport, peer, data)

    def out_peer(self, ip, transport):
        """An identifier is the port of both sides, and the one that the other side sees is the external one."""
        port = transport.dport
        if transport.kind == "error":
            port = self.quote_of(transport).sport
        return self.peer_of(ip.dst, next(iter(self.napt.set)) if transport.kind == "query" else port)

    def check_size(self, ip):
        """What will be in the softwire."""
        mtu, clear = self.domain.mtu, self.napt.settings.df == "clear"
        if ip.length > mtu and (ip.df and not clear or self.domain.fragment == "drop"):
            if ip.df and not clear:
                self.error_to_host(ip, UNREACHABLE, FRAGMENTATION_NEEDED, mtu)
            raise Drop("too_big", f"softwire MTU {mtu}")

    def peer_of(self, address, port):
        """Step 6: "hairpin", or who gets the packet."""
        if address == self.address and self.napt.has(port):
            return "hairpin"
        rules = self.rules.of_destination(address)
        if not rules:
            return self.br
        if rules[0].shared and not rules[0].has_index(port or 0):
            raise Drop("port_excluded", f"port {port}")
        return next((rule.ce_of_port(address, port) for rule in rules if not rule.shared
                     or rule.given_psid in (None, rule.psid_of(port))), self.br)

    def translate_out(self, ip, transport, port):
        """Steps 4 and 5; `port` is where it will leave."""
        if transport.kind == "error":
            data = self.translated_error_out(ip, transport, port)
        else:
            session = self.session_out(ip, transport, port)
            if not ip.offset:
                self.napt.touch(session, INSIDE, segment_of(ip), self.now)
            transport.said |= {"session": session, "external": session.port}
            data = rewritten(ip, transport, self.address, ip.dst, sport=session.port or 0)
        if not ip.df or ip.is_fragment or port is self.wan and ip.length > self.domain.mtu:
            data = with_ident(data, self.new_ident(port, ip, transport))
        return data

    def session_out(self, ip, transport, port):
        inside, remote = (ip.src, transport.sport or 0), (ip.dst, remote_port(transport))
        segment = segment_of(ip)
        session = self.napt.find_out(ip.protocol, inside, remote)
        if session is None:
            if ip.offset:
                raise Drop("nat_no_mapping", "the session has ended since the first fragment")
            if segment and segment.flags & RST:
                raise Drop("nat_no_mapping", "a reset opens no session")
            try:
                session = self.napt.open(ip.protocol, inside, remote, self.now, lambda: self.chosen_port(port, ip), segment)
            except Refusal as refusal:
                if refusal.tell:
                    self.error_to_host(ip, UNREACHABLE, ADMINISTRATIVELY_FILTERED, 0)
                raise Drop(refusal.reason, refusal.why) from None
            self.notes.append(f"opens {describe(session)}")
        elif session.port is None:
            self.napt.see(session, self.chosen_port(port, ip))
        return session

    def translated_error_out(self, ip, transport, port):
        """RFC 5508 REQ-5."""
        quote, quoted = self.quote_of(transport), ip.payload[8:]
        self.check_quote(quote, quoted, ip.dst)
        protocol = quoted[9]
        ports = (0, 0) if quote.sport is None else (quote.dport, 0 if protocol == ICMP else quote.sport)
        session = self.napt.find_out(protocol, (quote.dst, ports[0]), (quote.src, ports[1]))
        # What the filter let in without a session is answered, too (RFC 5508 REQ-5, REQ-7).
        known = session or self.napt.mappings.get((protocol, (quote.dst, ports[0])))
        if known is None:
            raise Drop("nat_no_mapping", "an error about no session")
        self.see_quoted(known, port)
        return with_error(ip, self.address, ip.dst, requoted(quoted, quote.src, self.address, dport=known.port))

    @staticmethod
    def quote_of(transport):
        if transport.quote is None or transport.quote.sport is None:
            raise Drop("icmp_bad", "quotes nothing that has a port")
        return transport.quote

    @staticmethod
    def check_quote(quote, quoted, source):
        if quote.src != source:
            raise Drop("icmp_bad", "quotes a packet from another address")
        if checksum(quoted[:(quoted[0] & 15) * 4]):
            raise Drop("icmp_bad", "quoted checksum")

    def send_out(self, ip, transport, peer, data):
        if peer == "hairpin":
            self.events["hairpin"] += 1
            self.hairpin(ip, transport, data)
            return
        domain = self.domain
        data = with_ttl(data, ip.ttl - 1)
        data = self.clamp(data, [domain.mtu - 40] if domain.mss_clamp else [], transport)
        if len(data) > domain.mtu:
            self.events["fragmented"] += 1
            if self.napt.settings.df == "clear":
                data = with_field(data, struct.unpack_from(">H", data, 6)[0] & ~DF)
        pieces = split4(data, domain.mtu) if domain.fragment == "inner" else [data]
        self.flow["created"] += len(pieces) - 1
        for piece in pieces:
            self.into_softwire(piece, SimpleNamespace(address=peer.address, rule=SimpleNamespace(domain=domain)),
                               self.outside_label(ip, transport))
        self.notes.append("to the BR" if peer is self.br else f"to CE {text6(peer.address)}")

    def outside_label(self, ip, transport):
        """The flow is the one that the softwire sees."""
        label = self.label_of(ip, transport)
        return label and (self.address, *label[1:3], transport.said["external"], label[4])

    def hairpin(self, ip, transport, data):
        """It comes in again, from the external endpoint of its sender: None while nobody has seen which port that is."""
        ip, port = Ipv4(data, "ipv4_bad"), transport.said.get("external")
        if transport.kind == "error":
            self.deliver(ip, read_transport(ip), None)
        else:
            self.deliver(ip, Transport(transport.kind, port, port if transport.kind == "query" else transport.dport), None,
                         transport.said["session"])

    # ------------------------------------------------------------------------------------------- from the softwire

    def decapsulate(self, data, chain, domain):
        ip = Ipv4(data[chain.position:], "inner_bad")
        ip.check_options()
        outer = int.from_bytes(data[8:24], "big")
        context = Outer(data, outer, domain, self.rules.of_source(outer))
        if ip.is_fragment:
            self.check_fragment(ip)
        if context.rule is None:
            if not ip.is_fragment:
                check_l4(ip)
            raise Drop("spoof_v6", "neither the BR nor under an FMR")
        if ip.is_fragment and ip.dst == self.address:
            key = 1, outer, ip.src, ip.dst, ip.protocol, ip.ident
            self.through_fragments(ip, key, outer >> 72, self.judge_in, context)
        else:
            transport = None if ip.is_fragment else self.transport_of(ip)
            self.judge_in(ip, transport, context)

    def judge_in(self, ip, transport, outer):
        self.check_in(ip, transport, outer)
        self.deliver(ip, transport, outer)

    def check_in(self, ip, transport, outer):
        """Step 1."""
        self.check_peer(ip, transport, outer)
        if ip.dst != self.address:
            raise Drop("not_my_v4dst")
        self.check_transport(ip, transport)
        if any(ip.src & mask == net for net, mask in NO_HOSTS) or self.on_lan(ip.src):
            raise Drop("martian_v4", "source")

    def check_peer(self, ip, transport, outer):
        """MAPE-35, MAPE-36: the BR relays anybody; a CE speaks for itself only."""
        rule = outer.rule
        if rule == "br" or transport is None:
            return
        rules = self.rules.of_destination(ip.src)
        port = transport.quote.dport if transport.quote else transport.sport
        if transport.quote and transport.quote.dst != ip.src:
            raise Drop("spoof_v4", "quotes a packet to another address")
        owner = next((rule.ce_of_port(ip.src, port) for rule in rules if not rule.shared or port is not None
                      and rule.has_index(port) and rule.given_psid in (None, rule.psid_of(port))), None)
        if owner is None or owner.rule is not rule or owner.address != outer.source:
            raise Drop("spoof_v4", "not the address of that CE")

    def deliver(self, ip, transport, outer, own=None):
        """Steps 2 to 5; without an outer packet it is a hairpin, and `own` the session of its sender. A ping of our own address has
        one identifier for both ends, so it comes back to its sender."""
        session = None
        if transport.kind == "error":
            host, data = self.translated_error_in(ip, transport)
        else:
            session, (host, port) = self.receiver(ip, transport, outer is None, own if transport.kind == "query" else None)
            data = rewritten(ip, transport, ip.src, host, dport=port)
        if ip.ttl <= 1:
            self.error_to_remote(ip, outer, TIME_EXCEEDED, 0, 0)
            raise Drop("ttl")
        mtu = self.lan.mtu if outer else 65535  # what came from the LAN fits it
        if ip.length > mtu and ip.df:
            self.error_to_remote(ip, outer, UNREACHABLE, FRAGMENTATION_NEEDED, mtu)
            raise Drop("too_big", f"LAN MTU {mtu}")
        tos = self.decapsulated_tos(ip, outer.data, self.domain) if outer else ip.tos
        if session and not ip.offset:
            self.napt.touch(session, REMOTE, segment_of(ip), self.now)
        data = with_ttl(data, ip.ttl - 1, tos)
        data = self.clamp(data, [self.domain.mtu - 40] if self.domain.mss_clamp and outer else [], transport)
        pieces = split4(data, mtu)
        if len(pieces) > 1:
            self.events["fragmented"] += 1
        self.flow["created"] += len(pieces) - 1
        for piece in pieces:
            self.send4(host, piece)
        self.notes.append(f"to {text4(host)}")

    def receiver(self, ip, transport, hairpin, own):
        """Steps 2 to 4: the session, if there is one, and the inside endpoint."""
        port = 0 if transport.kind == "other" else transport.dport
        remote = ip.src, remote_port(transport, REMOTE)
        hidden = self.reveal(ip, port, remote)
        session = own or self.napt.find_in(ip.protocol, port, remote)
        if session:
            return session, session.inside
        try:
            return None, self.napt.admit(ip.protocol, port, remote, hairpin).inside
        except Refusal as refusal:
            if hidden and self.next_got(self.wan):  # an ICMP error about what comes later: somebody was there
                return None, (0, 0)
            self.unsure += hidden
            raise Drop(refusal.reason, refusal.why) from None

    def reveal(self, ip, port, remote):
        """A packet that arrives shows a port that nobody has seen. Else: may somebody have this one whom nobody has seen?"""
        if (ip.protocol, port) in self.napt.owners or (ip.protocol, port, remote) in self.napt.by_port:
            return False
        unseen = self.napt.unseen(ip.protocol)
        if not unseen or port not in self.napt.set:
            return False
        inner = self.next_inner(self.lan)
        if inner is None or ip.offset or len(inner) < 28:
            return True
        at = (inner[0] & 15) * 4
        inside = int.from_bytes(inner[16:20], "big"), struct.unpack_from(">H", inner, at + (4 if ip.protocol == ICMP else 2))[0]
        for found in unseen:
            if found.inside == inside and getattr(found, "remote", remote) == remote:
                self.napt.see(found, port)
                break
        return False

    def translated_error_in(self, ip, transport):
        """RFC 5508 REQ-4."""
        quote, quoted = self.quote_of(transport), ip.payload[8:]
        self.check_quote(quote, quoted, self.address)
        ports = (0, 0) if quote.sport is None else (quote.sport, 0 if quoted[9] == ICMP else quote.dport)
        session = self.napt.find_in(quoted[9], ports[0], (quote.dst, ports[1]))
        if session is None:
            raise Drop("nat_no_mapping", "an error about no session")
        host, port = session.inside
        return host, with_error(ip, ip.src, host, requoted(quoted, host, quote.dst, sport=port))

    # ----------------------------------------------------------------------------------------------------- errors

    def error_to_host(self, about, kind, code, rest):
        self.error4(about, kind, code, rest, None)

    def error_to_remote(self, about, outer, kind, code, rest):
        """From the shared address, back through the softwire."""
        if not self.may_answer(about):
            self.notes.append("no ICMP error about this")
            return
        if not self.bucket4.take(self.now):
            self.events["icmp_rate_limited"] += 1
            return
        packet = ipv4(self.address, about.src, ICMP, icmp(kind, code, rest, about.data[:548]), ttl=64, tos=0xC0, df=True)
        self.flow["created"] += 1
        self.events["icmp4_sent"] += 1
        self.into_softwire(packet, SimpleNamespace(address=outer.source, rule=SimpleNamespace(domain=self.domain)))

    def icmpv6(self, message, data, domain):
        try:
            super().icmpv6(message, data, domain)
        except Refusal as refusal:
            raise Drop(refusal.reason) from None

    def quoted_packet(self, quote, domain):
        """What an ICMPv6 error brings back, as its host sent it."""
        if len(quote) < 40 or quote[0] >> 4 != 6 or int.from_bytes(quote[8:24], "big") != domain.br:
            raise Drop("icmp6_relay_bad", "quotes no packet from our MAP address")
        at, following = 40, quote[6]
        if following == FRAGMENT and len(quote) >= 48 and not struct.unpack_from(">H", quote, 42)[0] & 0xFFF8:
            at, following = 48, quote[40]
        if following != IPIP:
            raise Drop("icmp6_relay_bad", "quotes no IPv4-in-IPv6")
        inner = Quoted4(quote[at:])
        if inner.src != self.address:
            raise Drop("icmp6_relay_bad", "not from our address")
        try:
            transport = quoted_transport(inner, True)
            self.check_protocol(inner, transport)
            port = transport.quote.sport if transport.kind == "error" else transport.dport
            peer = self.peer_of(inner.dst, transport.sport if transport.kind == "query" else port)
        except Drop as drop:
            raise Drop("icmp6_relay_bad", drop.reason) from None
        if peer == "hairpin" or peer.address != int.from_bytes(quote[24:40], "big"):
            raise Drop("icmp6_relay_bad", "not to the BR nor to that CE")
        if transport.kind == "error":
            raise Drop("icmp6_relay_bad", "an ICMP error has no session")
        session = self.napt.find_in(inner.protocol, transport.sport, (inner.dst, remote_port(transport)))
        if session is None:
            raise Drop("icmp6_relay_bad", "no session")
        host, port = session.inside
        inner.data, inner.src = requoted(inner.data, host, inner.dst, sport=port), host
        return inner, transport


def check_l4(ip):
    """What comes before the source check."""
    try:
        read_transport(ip)
    except Drop as drop:
        if drop.reason == "l4_bad":
            raise


def without_fmr(rule):
    return {name: value for name, value in rule.items() if name != "fmr"}


def describe(session):
    port = "?" if session.port is None else session.port
    how = "shares" if session.mapping is None else "has"
    return f"{session.protocol}/{text4(session.inside[0])}:{session.inside[1]} {how} {port} for {text4(session.remote[0])}:{session.remote[1]}"


def remote_port(transport, side=INSIDE):
    """An echo has none."""
    if transport.kind != "ports":
        return 0
    return transport.dport if side == INSIDE else transport.sport


def segment_of(ip):
    if ip.protocol != TCP or ip.offset:
        return None
    body = ip.payload
    seq, ack, offset, flags, window = struct.unpack_from(">IIBBH", body, 4)
    size = (offset >> 4) * 4
    return Segment(flags, seq, ack, window, max(len(body) - size, 0), window_scale(body[20:size]) if flags & 2 else None)


def window_scale(options):
    """RFC 7323 section 2.2."""
    at = 0
    while at < len(options) and options[at]:
        if options[at] == 1:
            at += 1
            continue
        if at + 1 >= len(options) or options[at + 1] < 2 or at + options[at + 1] > len(options):
            break
        if options[at] == 3 and options[at + 1] == 3:
            return options[at + 2]
        at += options[at + 1]
    return None


# ---------------------------------------------------------------------------------------------------- translating


def words(number, count):
    return [number >> 16 * at & 0xFFFF for at in reversed(range(count))]


def replaced(sum, pairs):
    """RFC 1624, for any number of words."""
    for old, new in pairs:
        sum = checksum_replace(sum, old, new)
    return sum


def rewritten(ip, transport, src, dst, sport=None, dport=None):
    """Addresses, port or identifier, and their checksums (RFC 3022 section 4.1)."""
    body = ip.payload
    if not ip.offset:
        body = with_ports(ip.protocol, body, ip.src, ip.dst, src, dst, sport, dport, transport.kind)
    return with_addresses(ip.data[:ip.ihl], src, dst) + body


def with_addresses(header, src, dst):
    header = bytearray(header)
    struct.pack_into(">II", header, 12, src, dst)
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack(">H", checksum(bytes(header)))
    return bytes(header)


def with_ports(protocol, body, src, dst, new_src, new_dst, sport, dport, kind="ports"):
    """Of a transport header as far as it is there."""
    if protocol not in (TCP, UDP, ICMP) or kind not in ("ports", "query"):
        return body
    body = bytearray(body)
    pairs = []
    if protocol != ICMP:
        pairs = list(zip(words(src, 2), words(new_src, 2))) + list(zip(words(dst, 2), words(new_dst, 2)))
    for at, port in ((4, sport if sport is not None else dport),) if protocol == ICMP else ((0, sport), (2, dport)):
        if port is not None:
            pairs.append((struct.unpack_from(">H", body, at)[0], port))
            struct.pack_into(">H", body, at, port)
    at = {TCP: 16, UDP: 6, ICMP: 2}[protocol]
    if len(body) >= at + 2:
        old, = struct.unpack_from(">H", body, at)
        if protocol != UDP or old:
            new = replaced(old, pairs)
            struct.pack_into(">H", body, at, 0xFFFF if protocol == UDP and new == 0 else new)
    return bytes(body)


def requoted(quoted, src, dst, sport=None, dport=None):
    """The quoted packet with other ends."""
    ihl = (quoted[0] & 15) * 4
    old_src, old_dst = struct.unpack_from(">II", quoted, 12)
    body = with_ports(quoted[9], quoted[ihl:], old_src, old_dst, src, dst, sport, dport)
    return with_addresses(quoted[:ihl], src, dst) + body


def with_error(ip, src, dst, quoted):
    """The ICMP error around a translated quote; bytes behind it stay (RFC 4884)."""
    kind, code, _, rest = struct.unpack_from(">BBHI", ip.payload)
    return with_addresses(ip.data[:ip.ihl], src, dst) + icmp(kind, code, rest, quoted)


def with_ident(data, ident):
    ihl = (data[0] & 15) * 4
    return remade4(data[:4] + struct.pack(">H", ident) + data[6:ihl], struct.unpack_from(">H", data, 6)[0], data[ihl:])


def with_field(data, field):
    ihl = (data[0] & 15) * 4
    return remade4(data[:ihl], field, data[ihl:])


def with_ttl(data, ttl, tos=None):
    ihl = (data[0] & 15) * 4
    header = bytearray(data[:ihl])
    header[8] = ttl
    header[1] = header[1] if tos is None else tos
    return remade4(bytes(header), struct.unpack_from(">H", header, 6)[0], data[ihl:])
