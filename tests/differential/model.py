# SPDX-License-Identifier: BSD-3-Clause
"""The border relay as docs/border-relay.md, docs/config.md and the RFCs describe it, written to be read beside them: a
second implementation that owes nothing to the first. Slow and plain; one object, one packet at a time.

Not predictable, and therefore `Sent.masks`: a flow label that is a hash, and the identification of a new IPv6 fragment."""
import ipaddress
from collections import Counter

import fragments
from fragments import Refused, SECOND
from mapping import Pool, Rule, RuleSet
from wire import *

MARTIAN_WORDS = {
    "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    "shared": ["100.64.0.0/10"],
    "documentation": ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
    "benchmark": ["198.18.0.0/15"],
}
ALWAYS_MARTIAN = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"]
ICMP_ERRORS = (UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM)
# RFC 1122 section 3.2.2 calls these errors too: source quench and redirect.
NEVER_ANSWERED = ICMP_ERRORS + (4, REDIRECT)
MOST_EXTENSION_HEADERS = 8
NOT_ECT, ECT1, ECT0, CE_MARK = range(4)


class Drop(Exception):
    """The packet ends here, for this reason."""

    def __init__(self, reason, why=""):
        super().__init__(reason)
        self.reason, self.why = reason, why


class Sent:
    """A frame out. `label` is the flow whose hash label it carries, `ident` the packet of whose fragments this is one."""

    __slots__ = "interface", "frame", "label", "ident"

    def __init__(self, interface, frame, label=None, ident=None):
        self.interface, self.frame, self.label, self.ident = interface, frame, label, ident


# ------------------------------------------------------------------------------------------------------- settings


class Domain:
    def __init__(self, settings, map_mtu):
        self.name, self.br = settings["name"], ip6(settings["br"])
        self.iid = settings.get("iid", "rfc7597")
        self.strict = settings.get("source_check", "strict") == "strict"
        self.mtu = settings.get("mtu", map_mtu - 40)
        self.mss_clamp = settings.get("mss_clamp", True)
        self.hop_limit = settings.get("hop_limit", 64)
        self.traffic_class = settings.get("traffic_class", 0)
        self.copy_dscp = settings.get("decap_dscp", "keep") == "copy"
        self.anycast = settings.get("anycast", False)
        self.fragment = settings.get("fragment", "inner" if self.anycast else "outer")
        self.hash_label = settings.get("flow_label", "hash") == "hash"
        self.report_spoofing = settings.get("report_spoofing", False)
        self.rules = [Rule(self, **rule) for rule in settings.get("rules", [])]
        pools = [Pool(self, **pool) for pool in settings.get("pools", [])]
        for line in settings.get("bindings", []):
            address, psid, softwire = line.split()
            pool = next(pool for pool in pools if ip4(address) & pool.mask4 == pool.prefix4)
            pool.bind(ip4(address), 0 if psid == "-" else int(psid, 0), ip6(softwire))
        self.rules += pools


class Interface:
    def __init__(self, settings):
        self.name, self.mac, self.mtu = settings["name"], mac(settings["mac"]), settings.get("mtu", 1500)
        interfaces = [ipaddress.ip_interface(text) for text in settings.get("addresses", [])]
        self.v4 = [(int(each.ip), each.network) for each in interfaces if each.version == 4]
        self.v6 = [int(each.ip) for each in interfaces if each.version == 6]
        self.own4 = {address for address, _ in self.v4}
        self.neighbours = {ipaddress.ip_address(each["address"]): mac(each["mac"])
                           for each in settings.get("neighbours", [])}
        self.by4 = {int(address): its for address, its in self.neighbours.items() if address.version == 4}
        gateway = settings.get("gateway")
        self.gateway = self.neighbours[ipaddress.ip_address(gateway)] if gateway else None
        self.onlink = [(int(net.network_address), int(net.netmask)) for _, net in self.v4]
        self.broadcasts = {int(net.broadcast_address) for _, net in self.v4 if net.prefixlen < 31} | {0xFFFFFFFF}
        self.martians = prefixes(ALWAYS_MARTIAN)
        for each in settings.get("martians", ["private", "shared", "documentation"]):
            self.martians += prefixes(MARTIAN_WORDS.get(each, [each]))
        self.antispoof = settings.get("antispoof", True)

    def is_martian(self, address):
        return address in self.broadcasts or any(address & mask == prefix for prefix, mask in self.martians)

    def next_hop(self, address):
        if any(address & mask == prefix for prefix, mask in self.onlink):
            return self.by4.get(address)
        return self.gateway


    def has_route(self, address):
        """Nothing is sent to the box itself or to a subnet's broadcast address."""
        on_link = any(address & mask == prefix for prefix, mask in self.onlink)
        return on_link and address not in self.own4 | self.broadcasts or not on_link and self.gateway is not None


def prefixes(texts):
    nets = [ipaddress.IPv4Network(text) for text in texts]
    return [(int(net.network_address), int(net.netmask)) for net in nets]


NO_HOSTS = prefixes(ALWAYS_MARTIAN)


class Bucket:
    """So many a second, so many at once; exact, in millionths of a token. The box's clock has milliseconds."""

    def __init__(self, rate, burst):
        self.rate, self.most, self.level, self.filled = rate, burst * SECOND, burst * SECOND, 0

    def take(self, now):
        now -= now % 1000
        self.level = min(self.most, self.level + (now - self.filled) * self.rate)
        self.filled = now
        if not self.rate or self.level < SECOND:
            return False
        self.level -= SECOND
        return True


# ------------------------------------------------------------------------------------------------ one IPv4 packet


class Ipv4:
    """A valid IPv4 packet without what follows it (RFC 1812 section 5.2.2)."""

    __slots__ = ("data", "ihl", "tos", "length", "ident", "df", "more", "offset", "ttl", "protocol", "src", "dst",
                 "payload")

    def __init__(self, data, bad):
        if len(data) < 20:
            raise Drop(bad, "no room for a header")
        first, self.tos, self.length, self.ident, field, self.ttl, self.protocol, _, self.src, self.dst = \
            struct.unpack_from(">BBHHHBBHII", data)
        self.ihl = (first & 15) * 4
        if first >> 4 != 4 or self.ihl < 20 or self.length < self.ihl or self.length > len(data):
            raise Drop(bad, "version, header length or total length")
        if checksum(data[:self.ihl]):
            raise Drop(bad, "checksum")
        self.data = data[:self.length]
        self.df, self.more, self.offset = bool(field & 0x4000), bool(field & 0x2000), (field & 0x1FFF) * 8
        self.payload = self.data[self.ihl:]

    @property
    def is_fragment(self):
        return self.more or self.offset > 0

    def check_options(self):
        """RFC 791 section 3.1; loose and strict source route are 131 and 137."""
        options, position = self.data[20:self.ihl], 0
        while position < len(options):
            kind = options[position]
            if kind == 0:
                return
            if kind in (131, 137):
                raise Drop("source_route", "the option")
            if kind == 1:
                position += 1
                continue
            if position + 1 >= len(options) or options[position + 1] < 2 or \
                    position + options[position + 1] > len(options):
                raise Drop("source_route", "options cannot be walked")
            position += options[position + 1]

    def with_header(self, ttl=None, tos=None):
        header = bytearray(self.data[:self.ihl])
        header[8] = self.ttl if ttl is None else ttl
        header[1] = self.tos if tos is None else tos
        header[10:12] = b"\0\0"
        header[10:12] = struct.pack(">H", checksum(bytes(header)))
        return bytes(header) + self.payload


class Transport:
    """What says whose packet it is. kind: "ports", "query", "error", "other-icmp" or "other"; of an error, `quote` are
    addresses and ports of the packet it quotes, whose ports may be None. All fragments of a datagram have one, so `said` is
    what a CE found out about its first one."""

    __slots__ = "kind", "sport", "dport", "quote", "said"

    def __init__(self, kind, sport=None, dport=None, quote=None):
        self.kind, self.sport, self.dport, self.quote, self.said = kind, sport, dport, quote, {}


class Quote:
    __slots__ = "src", "dst", "sport", "dport"

    def __init__(self, src, dst, sport, dport):
        self.src, self.dst, self.sport, self.dport = src, dst, sport, dport


def read_transport(ip):
    """Of a whole packet or a first fragment."""
    body = ip.payload
    if ip.protocol == TCP:
        if len(body) < 20:
            raise Drop("l4_bad", "TCP header cut short")
        sport, dport = struct.unpack_from(">HH", body)
        if body[12] >> 4 < 5 or (body[12] >> 4) * 4 > len(body):
            raise Drop("l4_bad", "TCP data offset")
        return ports(sport, dport)
    if ip.protocol == UDP:
        if len(body) < 8:
            raise Drop("l4_bad", "UDP header cut short")
        sport, dport, length = struct.unpack_from(">HHH", body)
        if length < 8 or not ip.more and length > len(body):
            raise Drop("l4_bad", "UDP length")
        return ports(sport, dport)
    if ip.protocol != ICMP:
        return Transport("other")
    if len(body) < 8:
        raise Drop("l4_bad", "ICMP header cut short")
    if body[0] in (ECHO_REQUEST, ECHO_REPLY):
        identifier, = struct.unpack_from(">H", body, 4)
        return Transport("query", identifier, identifier)
    if body[0] in ICMP_ERRORS:
        return Transport("error", quote=read_quote(body[8:]))
    return Transport("other-icmp")


def ports(sport, dport):
    if not sport or not dport:
        raise Drop("l4_bad", "port 0")
    return Transport("ports", sport, dport)


def read_quote(data):
    if len(data) < 20 or data[0] >> 4 != 4 or data[0] & 15 < 5:
        raise Drop("icmp_bad", "no quoted header")
    ihl = (data[0] & 15) * 4
    if len(data) < ihl + 8:
        raise Drop("icmp_bad", "less than 8 bytes quoted behind the header")
    field, = struct.unpack_from(">H", data, 6)
    if field & 0x1FFF:
        raise Drop("icmp_bad", "quotes a fragment that is not the first")
    protocol, = struct.unpack_from(">B", data, 9)
    src, dst = struct.unpack_from(">II", data, 12)
    if protocol in (TCP, UDP):
        return Quote(src, dst, *struct.unpack_from(">HH", data, ihl))
    if protocol == ICMP:
        if data[ihl] in ICMP_ERRORS:
            raise Drop("icmp_bad", "quotes an error")
        if data[ihl] in (ECHO_REQUEST, ECHO_REPLY):
            identifier, = struct.unpack_from(">H", data, ihl + 4)
            return Quote(src, dst, identifier, identifier)
    return Quote(src, dst, None, None)


def split4(data, mtu):
    """RFC 791 section 3.2, the example fragmentation procedure: pieces of at most `mtu` bytes."""
    pieces = []
    while len(data) > mtu:
        ihl = (data[0] & 15) * 4
        field, = struct.unpack_from(">H", data, 6)
        step = (mtu - ihl) & ~7
        pieces.append(remade4(data[:ihl], field | 0x2000, data[ihl:ihl + step]))
        data = remade4(copied_options(data[:ihl]), field + step // 8, data[ihl + step:])
    return pieces + [data]


def remade4(header, field, payload):
    header = bytearray(header)
    header[2:4] = struct.pack(">H", len(header) + len(payload))
    header[6:8] = struct.pack(">H", field)
    header[10:12] = b"\0\0"
    header[10:12] = struct.pack(">H", checksum(bytes(header)))
    return bytes(header) + payload


def copied_options(header):
    """The header for the fragments behind the first: options whose copied flag is set."""
    kept, position = b"", 20
    while position < len(header) and header[position]:
        size = 1 if header[position] == 1 else header[position + 1]
        if header[position] & 0x80:
            kept += header[position:position + size]
        position += size
    kept += bytes(-len(kept) % 4)
    return bytes([0x40 | (20 + len(kept)) // 4]) + header[1:20] + kept


def lower_mss(ip_data, most):
    """RFC 9293 section 3.7.1: the MSS options of a SYN, never raised. Returns the packet, and whether it was changed."""
    ihl = (ip_data[0] & 15) * 4
    if ip_data[9] != TCP or struct.unpack_from(">H", ip_data, 6)[0] & 0x1FFF or len(ip_data) < ihl + 20:
        return ip_data, False
    end = ihl + (ip_data[ihl + 12] >> 4) * 4
    if not ip_data[ihl + 13] & 2 or end > len(ip_data):
        return ip_data, False
    position, changed = ihl + 20, False
    while position < end and ip_data[position]:
        if ip_data[position] == 1:
            position += 1
            continue
        if position + 1 >= end or ip_data[position + 1] < 2 or position + ip_data[position + 1] > end:
            break
        if ip_data[position] == 2 and ip_data[position + 1] == 4:
            old, = struct.unpack_from(">H", ip_data, position + 2)
            if old > most:
                ip_data, changed = replace_word(ip_data, ihl, position + 2, most), True
        position += ip_data[position + 1]
    return ip_data, changed


def replace_word(data, tcp_at, at, new):
    """Puts a 16-bit number into a TCP header, which may lie across two words of the checksum."""
    data = bytearray(data)
    sum, = struct.unpack_from(">H", data, tcp_at + 16)
    even = at - (at - tcp_at) % 2
    words = (even,) if even == at else (even, even + 2)
    before = [struct.unpack_from(">H", data, word)[0] for word in words]
    struct.pack_into(">H", data, at, new)
    for word, old in zip(words, before):
        sum = checksum_replace(sum, old, struct.unpack_from(">H", data, word)[0])
    struct.pack_into(">H", data, tcp_at + 16, sum)
    return bytes(data)


# ---------------------------------------------------------------------------------------------------- IPv6 headers


class Chain:
    """The headers of an IPv6 packet, walked from left to right. `ends_in` is None when they cannot be walked; `position`
    is where what it names begins, `link` where that is named."""

    def __init__(self, data, position=40, next_header=None, link=6, seen=0):
        if next_header is None:
            next_header = data[6]
        self.seen = seen
        while next_header in (HOP_BY_HOP, ROUTING, DEST_OPTIONS):
            self.seen += 1
            if self.seen > MOST_EXTENSION_HEADERS or len(data) < position + 8 or \
                    len(data) < position + 8 + data[position + 1] * 8 or \
                    next_header == ROUTING and data[position + 3]:
                next_header = None
                break
            link, next_header, position = position, data[position], position + 8 + data[position + 1] * 8
        if next_header == FRAGMENT and len(data) < position + 8:
            next_header = None
        self.ends_in, self.position, self.link = next_header, position, link


# ------------------------------------------------------------------------------------------------------------ the BR


class Br:
    """receive() is the whole of it; what it counted is in drops, events, flow (conservation) and ports."""

    def __init__(self, config):
        named = {each["role"]: Interface(each) for each in config["interfaces"]}
        self.map, self.internet = named["map"], named["internet"]
        self.domains = [Domain(each, self.map.mtu) for each in config["domains"]]
        self.by_br = {domain.br: domain for domain in self.domains}
        self.rules = RuleSet([rule for domain in self.domains for rule in domain.rules])
        self.set_up(config, self.map, self.internet)

    def set_up(self, config, *sides):
        """What a BR and a CE have both: tables of fragments, ICMP, counters."""
        settings = config.get("fragments", {})
        self.reassembly = settings.get("reassembly", "virtual") != "off"
        room = settings.get("datagrams", 4096)
        self.timeout4 = settings.get("timeout", 15) * SECOND
        self.virtual = fragments.Virtual(room, settings.get("held", 2048))
        self.whole = fragments.Whole(room, settings.get("path_mru", 1540))
        settings = config.get("icmp", {})
        rate, burst = settings.get("rate", 1000), settings.get("burst", 200)
        self.bucket4, self.bucket6 = Bucket(rate, burst), Bucket(rate, burst)
        self.icmp_source = ip4(settings["source"]) if "source" in settings else self.internet.v4[0][0]
        self.drops, self.events, self.flow = Counter(), Counter(), Counter()
        self.ports = {side.name: Counter() for side in sides}
        self.idents = 0
        self.sent, self.notes, self.begun = [], [], None

    # -------------------------------------------------------------------------------------------- in and out

    def receive(self, interface, frame, now):
        """Returns what is sent because of this frame, in order. notes then say why."""
        self.begun = now if self.begun is None else self.begun
        self.sent, self.notes, self.now = [], [], now - self.begun
        self.expire()
        self.flow["received"] += 1
        self.ports[interface]["rx_packets"] += 1
        self.ports[interface]["rx_bytes"] += len(frame)
        port = self.map if interface == self.map.name else self.internet
        self.attempt(self.from_port, port, frame)
        return self.sent

    @property
    def held(self):
        return self.virtual.held + self.whole.held

    def attempt(self, step, *args):
        try:
            step(*args)
        except Drop as drop:
            self.drop(drop.reason, drop.why)

    def drop(self, reason, why=""):
        self.drops[reason] += 1
        self.flow["dropped"] += 1
        self.notes.append(f"drop {reason}" + (f" ({why})" if why else ""))

    def transmit(self, port, mac_to, ethertype, packet, label=None, ident=None):
        frame = mac_to + port.mac + struct.pack(">H", ethertype) + packet
        self.sent.append(Sent(port.name, frame, label, ident))
        self.flow["transmitted"] += 1
        self.ports[port.name]["tx_packets"] += 1
        self.ports[port.name]["tx_bytes"] += len(frame)

    def linux(self):
        raise Drop("no_host", "for Linux")

    def from_port(self, port, frame):
        if len(frame) < 34:
            raise Drop("l2_short")
        if frame[0] & 1:
            self.linux()
        if frame[:6] != port.mac:
            raise Drop("l2_other")
        ethertype, = struct.unpack_from(">H", frame, 12)
        if port is self.internet:
            self.from_internet(frame[14:]) if ethertype == ETHERTYPE_IPV4 else self.linux()
        else:
            self.from_map(frame[14:]) if ethertype == ETHERTYPE_IPV6 else self.linux()

    # ------------------------------------------------------------------------------------ from the Internet to a CE

    def from_internet(self, data):
        ip = Ipv4(data, "ipv4_bad")
        ip.check_options()
        rules = self.rules.of_destination(ip.dst)
        if not rules:
            if ip.dst in self.internet.own4 or ip.dst >> 28 == 14 or ip.dst in self.internet.broadcasts:
                self.linux()
            raise Drop("no_rule")
        if self.internet.is_martian(ip.src):
            raise Drop("martian_v4", "source")
        if self.internet.antispoof and any(rule.len4 for rule in self.rules.of_destination(ip.src)):
            raise Drop("spoof_ext")
        if ip.is_fragment:
            self.check_fragment(ip)
        if ip.is_fragment and rules[0].shared:
            self.through_fragments(ip, (0, ip.src, ip.dst, ip.protocol, ip.ident), ip.src, self.judge_down, None)
        else:
            self.judge_down(ip, self.transport_of(ip), None)

    def check_fragment(self, ip):
        """The first three lines of the table of fragments, which hold for all of them."""
        if not self.reassembly:
            raise Drop("fragment_v4")
        reason = fragments.bad4(ip)
        if reason:
            raise Drop(reason)

    def transport_of(self, ip):
        """A fragment that needs no ports is not looked into."""
        return Transport("other") if ip.is_fragment else read_transport(ip)

    def judge_down(self, ip, transport, _):
        self.encapsulate(ip, transport, self.ce_of_destination(ip, transport), None)

    def ce_of_destination(self, ip, transport):
        """Steps 6 and 7: the CE that has the destination address and port."""
        rules = self.rules.of_destination(ip.dst)
        quoted = transport.quote and transport.quote.sport
        port = self.port_of(ip, transport, transport.dport, quoted, rules[0].shared)
        if not rules[0].shared:
            ce = rules[0].ce_of_port(ip.dst, 0)
            if not ce:
                raise Drop("no_rule", "no binding")
            self.check_quote_source(ce, ip, transport)
            return ce
        if transport.quote and transport.quote.src != ip.dst:
            raise Drop("icmp_bad", "quotes a packet from another address")
        if not rules[0].has_index(port):
            raise Drop("port_excluded", f"port {port}")
        for rule in rules:
            if rule.given_psid in (None, rule.psid_of(port)):
                ce = rule.ce_of_port(ip.dst, port)
                if ce:
                    return ce
        raise Drop("no_rule", "no binding and no one-to-one rule with this PSID")

    def check_quote_source(self, ce, ip, transport):
        if transport.quote and not (ce.owns_address(transport.quote.src) if ce.rule.is_prefix
                                    else transport.quote.src == ip.dst):
            raise Drop("icmp_bad", "quotes a packet from another address")

    def port_of(self, ip, transport, own, quoted, shared):
        if transport.kind in ("ports", "query"):
            return own
        if transport.kind == "error" and quoted is not None:
            return quoted
        if shared:
            raise Drop("icmp_unsupported" if ip.protocol == ICMP else "proto_unsupported")
        return None

    def encapsulate(self, ip, transport, ce, came_from, outer=None):
        """Steps 8 to 10; `came_from` is the CE of a hairpin."""
        domain = ce.rule.domain
        if ip.ttl <= 1:
            self.error4(ip, TIME_EXCEEDED, 0, 0, came_from)
            raise Drop("ttl")
        if came_from and came_from.same(ce):
            raise Drop("loop")
        if ip.length > domain.mtu and (ip.df or domain.fragment == "drop"):
            if ip.df:
                self.error4(ip, UNREACHABLE, FRAGMENTATION_NEEDED, domain.mtu, came_from)
            raise Drop("too_big", f"softwire MTU {domain.mtu}")
        tos = self.decapsulated_tos(ip, outer, came_from.rule.domain) if came_from else ip.tos
        data = ip.with_header(ttl=ip.ttl - 1, tos=tos)
        clamps = [each.mtu - 40 for each in {domain, came_from.rule.domain if came_from else domain} if each.mss_clamp]
        data = self.clamp(data, clamps, transport)
        if came_from:
            self.events["hairpin"] += 1
        if len(data) > domain.mtu:
            self.events["fragmented"] += 1
        pieces = split4(data, domain.mtu) if domain.fragment == "inner" else [data]
        self.flow["created"] += len(pieces) - 1
        for piece in pieces:
            self.into_softwire(piece, ce, label=self.label_of(ip, transport))
        self.notes.append(f"to CE {text6(ce.address)}")

    def clamp(self, data, limits, transport):
        if limits and transport.kind == "ports":
            data, changed = lower_mss(data, min(limits))
            self.events["mss_clamped"] += changed
        return data

    def label_of(self, ip, transport):
        """The flow label is a hash of these. Nothing says which ports an ICMP error counts with here."""
        if transport.kind in ("ports", "query", "other"):
            return ip.src, ip.dst, ip.protocol, transport.sport, transport.dport
        return None

    def into_softwire(self, data, ce, label=None):
        """RFC 2473 section 3.1, and section 7.2 where the packet is larger than the softwire carries."""
        domain = ce.rule.domain
        tos = data[1]
        dscp = tos >> 2 if domain.traffic_class == "copy" else domain.traffic_class
        packet = ipv6(domain.br, ce.address, IPIP, data, domain.hop_limit, dscp << 2 | tos & 3)
        label = (label, domain.br, ce.address) if domain.hash_label else None
        if len(data) <= domain.mtu:
            self.transmit(self.map, self.map.gateway, ETHERTYPE_IPV6, packet, label)
            return
        self.idents += 1
        step = (domain.mtu + 40 - 48) & ~7
        starts = range(0, len(data), step)
        self.flow["created"] += len(starts) - 1
        for start in starts:
            piece, more = data[start:start + step], start + step < len(data)
            header = fragment6(IPIP, start // 8, more, 0)
            fragment = ipv6(domain.br, ce.address, FRAGMENT, header + piece, domain.hop_limit, dscp << 2 | tos & 3)
            self.transmit(self.map, self.map.gateway, ETHERTYPE_IPV6, fragment, label, self.idents)

    # ------------------------------------------------------------------------------------- from a CE

    def from_map(self, data):
        if len(data) < 40:
            raise Drop("l2_short")
        length, = struct.unpack_from(">H", data, 4)
        if data[0] >> 4 != 6 or 40 + length > len(data):
            raise Drop("ipv6_bad")
        data = data[:40 + length]
        self.walk(data, Chain(data))

    def walk(self, data, chain):
        domain = self.by_br.get(int.from_bytes(data[24:40], "big"))
        if chain.ends_in is None and domain:
            raise Drop("ipv6_ext")
        if chain.ends_in == FRAGMENT and domain and data[chain.position] in (IPIP, HOP_BY_HOP, ROUTING, DEST_OPTIONS):
            if not self.reassembly:
                raise Drop("fragment_v6")
            self.softwire_fragment(data, chain, domain)
        elif chain.ends_in == IPIP:
            if not domain:
                raise Drop("not_map_dst")
            self.decapsulate(data, chain, domain)
        elif chain.ends_in == ICMPV6 and domain:
            self.icmpv6(data[chain.position:], data, domain)
        else:
            self.linux()

    def decapsulate(self, data, chain, domain):
        ip = Ipv4(data[chain.position:], "inner_bad")
        ip.check_options()
        outer = int.from_bytes(data[8:24], "big")
        rule = self.rules.of_source(outer)
        context = Outer(data, outer, domain, rule)
        if ip.is_fragment:
            self.check_fragment(ip)
        if ip.is_fragment and self.needs_ports(ip, rule):
            key = 1, outer, ip.src, ip.dst, ip.protocol, ip.ident
            self.through_fragments(ip, key, outer >> 72, self.judge_up, context)
        else:
            self.judge_up(ip, self.transport_of(ip), context)

    def needs_ports(self, ip, rule):
        """Not what fails the source check anyhow: from under no rule unless bound, or from an address that is no CE's."""
        ends = [self.rules.of_destination(address) for address in (ip.src, ip.dst)]
        possible = rule is not None or self.rules.pool_of(ip.src)
        return possible and bool(ends[0]) and any(rules and rules[0].shared for rules in ends)

    def judge_up(self, ip, transport, outer):
        ce = self.check_source(ip, transport, outer)
        covered = self.rules.of_destination(ip.dst)
        if ip.dst in self.internet.own4:
            self.linux()
        if not covered and self.internet.is_martian(ip.dst):
            raise Drop("martian_v4", "destination")
        if ip.ttl <= 1:
            self.error4(ip, TIME_EXCEEDED, 0, 0, ce.at(outer.source))
            raise Drop("ttl")
        if covered:
            if ip.is_fragment and transport.kind == "error":
                raise Drop("icmp_bad", "a fragmented error to another CE")
            self.encapsulate(ip, transport, self.ce_of_destination(ip, transport), ce.at(outer.source), outer.data)
        else:
            self.to_internet(ip, transport, ce, outer)

    def check_source(self, ip, transport, outer):
        """RFC 7597 section 8.1."""
        try:
            return self.source_ce(ip, transport, outer)
        except Drop as drop:
            if drop.reason in ("spoof_v4", "spoof_v6") and outer.domain.report_spoofing:
                self.error6(outer.data, 1, 5, 0, outer.domain)
            raise

    def source_ce(self, ip, transport, outer):
        rule = outer.rule
        pool = self.rules.pool_of(ip.src)
        if pool:
            try:
                return self.bound_source(ip, transport, outer, pool)
            except Drop:
                if rule is None:
                    raise
        if rule is None or rule.domain is not outer.domain:
            raise Drop("spoof_v6", "outer source under no rule of this BR address")
        ce = rule.ce_of_source(outer.source)
        if not ce.owns_address(ip.src):
            raise Drop("spoof_v4", f"address: CE has {text4(ce.ipv4)}")
        port = self.port_of(ip, transport, transport.sport, transport.quote and transport.quote.dport, rule.shared)
        if rule.shared and not ce.owns_port(port):
            raise Drop("spoof_v4", f"port {port} is not in PSID {ce.psid}")
        if rule.domain.strict and outer.source != ce.address:
            raise Drop("spoof_v6", f"MAP address is {text6(ce.address)}")
        if transport.quote and not (ce.owns_address(transport.quote.dst) if rule.is_prefix
                                    else transport.quote.dst == ip.src):
            raise Drop("spoof_v4", "quotes a packet to another address")
        return ce

    def bound_source(self, ip, transport, outer, pool):
        """Why not, unless the outer source is under a rule: then that says why."""
        if pool.domain is not outer.domain:
            raise Drop("spoof_v6", "not the BR address of the pool")
        port = self.port_of(ip, transport, transport.sport, transport.quote and transport.quote.dport, pool.shared)
        if pool.shared and not pool.has_index(port):
            raise Drop("spoof_v4", f"port {port} is nobody's")
        ce = pool.ce_of_port(ip.src, port)
        if ce is None:
            raise Drop("spoof_v4", "no binding")
        if transport.quote and transport.quote.dst != ip.src:
            raise Drop("spoof_v4", "quotes a packet to another address")
        if ce.address != outer.source:
            raise Drop("spoof_v6", f"bound to {text6(ce.address)}")
        return ce

    def decapsulated_tos(self, ip, outer, domain):
        """RFC 6040 section 4.2, figure 4; RFC 2983."""
        outer_tc = struct.unpack_from(">H", outer)[0] >> 4 & 0xFF
        mark, inner = outer_tc & 3, ip.tos & 3
        if inner == NOT_ECT and mark == CE_MARK:
            raise Drop("ecn_drop")
        if (inner, mark) in ((NOT_ECT, ECT0), (NOT_ECT, ECT1), (ECT1, ECT0), (CE_MARK, ECT1)):
            self.events["ecn_odd"] += 1
        if inner in (ECT0, ECT1) and mark == CE_MARK:
            inner = CE_MARK
        elif inner == ECT0 and mark == ECT1:
            inner = ECT1
        return (outer_tc if domain.copy_dscp else ip.tos) & 0xFC | inner

    def to_internet(self, ip, transport, ce, outer):
        """Steps 12 to 14."""
        domain = ce.rule.domain
        mtu = self.internet.mtu
        if ip.length > mtu and ip.df:
            self.error4(ip, UNREACHABLE, FRAGMENTATION_NEEDED, mtu, ce.at(outer.source))
            raise Drop("too_big", f"Internet MTU {mtu}")
        tos = self.decapsulated_tos(ip, outer.data, domain)
        data = self.clamp(ip.with_header(ttl=ip.ttl - 1, tos=tos), [domain.mtu - 40] if domain.mss_clamp else [], transport)
        pieces = split4(data, mtu)
        if len(pieces) > 1:
            self.events["fragmented"] += 1
        self.flow["created"] += len(pieces) - 1
        for piece in pieces:
            self.send4(ip.dst, piece)
        self.notes.append("to the Internet")

    def send4(self, dst, packet):
        next_hop = self.internet.next_hop(dst)
        if next_hop:
            self.transmit(self.internet, next_hop, ETHERTYPE_IPV4, packet)
        else:
            self.drop("no_neighbour" if self.internet.has_route(dst) else "no_route")

    # ------------------------------------------------------------------------------------------------- fragments

    def through_fragments(self, ip, key, source, judge, context):
        """Judges what the fragment table lets go: this fragment, and then those that waited for it."""
        waiting = self.virtual.held
        try:
            ready = self.virtual.take(ip, key, source, self.now, lambda first: self.first_transport(first, context), context)
        except Refused as refused:
            self.drop(refused.reason)
            for _ in refused.victims:
                self.drop(refused.reason, "waited")
            return
        if self.virtual.held > waiting:
            self.events["fragments_held"] += 1
            self.notes.append("waits for the first fragment")
        for late, transport, its in ready:
            self.attempt(judge, late, transport, its)

    def first_transport(self, ip, _):
        """read_transport() in the words of the fragment table."""
        try:
            return read_transport(ip)
        except Drop as drop:
            raise Refused(drop.reason) from None

    def softwire_fragment(self, data, chain, domain):
        source = int.from_bytes(data[8:24], "big")
        if self.rules.of_source(source) is None and not self.rules.pools:
            raise Drop("spoof_v6", "a fragment from under no rule")
        next_header, _, field, ident = struct.unpack_from(">BBHI", data, chain.position)
        body = data[chain.position + 8:]
        if field & 0xFFF9 == 0:
            self.whole_packet(data[:chain.position], chain, next_header, body)
            return
        piece = fragments.Piece(data, chain.position, field & 0xFFF8, field & 1, body)
        try:
            pieces = self.whole.take(piece, (data[8:40], ident), source >> 72, self.now,
                                     chain_is_whole)
        except Refused as refused:
            if refused.problem:
                self.error6(data, *refused.problem, domain)
            self.drop(refused.reason)
            for _ in refused.victims:
                self.drop(refused.reason, "came before")
            return
        if pieces:
            self.reassembled(pieces, Chain(pieces[0].data))

    def reassembled(self, pieces, chain):
        """RFC 8200 section 4.5; marks by RFC 3168 section 5.3."""
        first = pieces[0]
        marks = {piece.data[1] >> 4 & 3 for piece in pieces}
        if CE_MARK in marks and NOT_ECT in marks:
            for _ in pieces:
                self.drop("ecn_drop", "fragments with CE and Not-ECT")
            return
        self.events["reassembled"] += 1
        self.flow["merged"] += len(pieces) - 1
        header = bytearray(first.data[:chain.position])
        if CE_MARK in marks:
            header[1] |= 0x30
        self.whole_packet(header, chain, first.data[chain.position], b"".join(piece.body for piece in pieces))

    def whole_packet(self, header, chain, next_header, body):
        header = bytearray(header)
        header[chain.link] = next_header
        header[4:6] = struct.pack(">H", len(header) - 40 + len(body))
        data = bytes(header) + body
        rest = Chain(data)
        if rest.ends_in != IPIP:
            raise Drop("ipv6_ext", "made whole, and no IPv4 in it")
        self.walk(data, rest)

    def expire(self):
        for datagram in self.virtual.expired(self.now, self.timeout4):
            for _ in self.virtual.release(datagram):
                self.drop("frag_timeout")
        for datagram in self.whole.expired(self.now, 60 * SECOND):
            pieces = self.whole.release(datagram)
            for piece in pieces:
                if piece.start == 0:
                    self.error6(piece.data, 3, 1, 0, self.by_br[int.from_bytes(piece.data[24:40], "big")])
                self.drop("frag6_timeout")

    # ----------------------------------------------------------------------------------------------------- ICMP

    def one_host(self, address):
        return address not in self.internet.broadcasts and not any(address & mask == prefix for prefix, mask in NO_HOSTS)

    def may_answer(self, ip):
        """RFC 1812 section 4.3.2.7."""
        if ip.offset or not self.one_host(ip.src) or not self.one_host(ip.dst):
            return False
        return ip.protocol != ICMP or not ip.payload or ip.payload[0] not in NEVER_ANSWERED

    def error4(self, about, kind, code, rest, ce):
        """An ICMPv4 error to the sender of a packet: into the softwire of `ce`, or to the Internet."""
        if not self.may_answer(about):
            self.notes.append("no ICMP error about this")
            return
        if not self.bucket4.take(self.now):
            self.events["icmp_rate_limited"] += 1
            return
        self.create4(about.src, kind, code, rest, about.data, ce)

    def create4(self, dst, kind, code, rest, quote, ce):
        """RFC 1812 section 4.3.2.3: up to 576 bytes; precedence 6 (section 4.3.2.5)."""
        packet = ipv4(self.icmp_source, dst, ICMP, icmp(kind, code, rest, quote[:548]), ttl=64, tos=0xC0, df=True)
        self.flow["created"] += 1
        self.events["icmp4_sent"] += 1
        if ce:
            self.into_softwire(packet, ce)
            return
        self.send4(dst, packet)

    def error6(self, about, kind, code, rest, domain):
        """RFC 4443 section 2.4; never from an anycast address (section 2.2)."""
        to = int.from_bytes(about[8:24], "big")
        if to >> 120 == 0xFF or to in (0, 1) or may_be_error6(about):
            return
        if domain.anycast and not self.map.v6:
            return
        source = self.map.v6[0] if domain.anycast else domain.br
        if not self.bucket6.take(self.now):
            self.events["icmp_rate_limited"] += 1
            return
        self.flow["created"] += 1
        self.events["icmp6_sent"] += 1
        message = icmpv6(source, to, kind, code, rest, about[:1280 - 48])
        self.transmit(self.map, self.map.gateway, ETHERTYPE_IPV6, ipv6(source, to, ICMPV6, message))

    def icmpv6(self, message, data, domain):
        """RFC 2473 section 8: an error about a packet that we encapsulated becomes one to its inner source."""
        if not message or message[0] >= 128:
            self.linux()
        if len(message) < 8 or checksum(pseudo6(int.from_bytes(data[8:24], "big"), domain.br, ICMPV6, len(message))
                                        + message):
            raise Drop("icmp6_relay_bad", "cut short or checksum")
        kind, code, _, rest = struct.unpack_from(">BBHI", message)
        inner, transport = self.quoted_packet(message[8:], domain)
        if kind == 2 and (rest < 1280 or rest >= domain.mtu + 40 or domain.anycast):
            raise Drop("ptb_ignored")
        if kind == 2:
            self.believe(rest)
        if transport.kind == "error":
            raise Drop("icmp6_not_relayed", "quotes an ICMP error")
        if kind == 2:
            if not inner.df:
                raise Drop("icmp6_not_relayed", "no DF")
            code, rest = FRAGMENTATION_NEEDED, rest - 40
        elif kind == 1 or (kind, code) == (3, 0) or kind == 4 and code <= 2:
            code, rest = HOST_UNREACHABLE, 0
        else:
            raise Drop("icmp6_not_relayed", "an error of no use")
        self.relay(inner, transport, code, rest)

    def believe(self, mtu):
        """A BR learns nothing from a packet too big."""

    def quoted_packet(self, quote, domain):
        """The IPv4 packet in a quoted softwire packet that can only be one of ours."""
        if len(quote) < 40 or quote[0] >> 4 != 6 or int.from_bytes(quote[8:24], "big") != domain.br:
            raise Drop("icmp6_relay_bad", "quotes no packet from this BR address")
        at = 40
        if quote[6] == FRAGMENT and len(quote) >= 48 and not struct.unpack_from(">H", quote, 42)[0] & 0xFFF8:
            at, following = 48, quote[40]
        else:
            following = quote[6]
        if following != IPIP:
            raise Drop("icmp6_relay_bad", "quotes no IPv4-in-IPv6")
        inner = Quoted4(quote[at:])
        rules = self.rules.of_destination(inner.dst)
        try:
            if not rules:
                raise Drop("no_rule")
            transport = quoted_transport(inner, rules[0].shared)
            ce = self.ce_of_destination(inner, transport)
        except Drop as drop:
            raise Drop("icmp6_relay_bad", f"inner destination is no CE's: {drop.reason}") from None
        if ce.rule.domain is not domain or ce.address != int.from_bytes(quote[24:40], "big"):
            raise Drop("icmp6_relay_bad", "not to that CE")
        return inner, transport

    def relay(self, inner, transport, code, rest):
        if not self.may_answer(inner):
            raise Drop("icmp6_not_relayed", "not a packet to send an error about")
        if not self.bucket4.take(self.now):
            self.events["icmp_rate_limited"] += 1
            raise Drop("icmp6_not_relayed", "rate limit")
        ce = None
        rules = self.rules.of_destination(inner.src)
        if rules:
            port = transport.sport or 0
            ce = next((rule.ce_of_port(inner.src, port) for rule in rules if not rule.shared or rule.has_index(port)
                       and rule.given_psid in (None, rule.psid_of(port))), None)
        self.create4(inner.src, UNREACHABLE, code, rest, inner.data, ce)
        raise Drop("icmp6_relayed")


class Outer:
    """What a decapsulated packet came in."""

    __slots__ = "data", "source", "domain", "rule"

    def __init__(self, data, source, domain, rule):
        self.data, self.source, self.domain, self.rule = data, source, domain, rule


class Quoted4:
    """As much of an IPv4 packet as an ICMPv6 error brings back."""

    def __init__(self, data):
        if len(data) < 20 or data[0] >> 4 != 4 or data[0] & 15 < 5 or len(data) < (data[0] & 15) * 4 + 8 \
                or checksum(data[:(data[0] & 15) * 4]):
            raise Drop("icmp6_relay_bad", "no inner packet that we sent, or too little of it")
        self.ihl = (data[0] & 15) * 4
        self.length, self.ident, field, self.ttl, self.protocol = struct.unpack_from(">HHHBB", data, 2)
        self.src, self.dst = struct.unpack_from(">II", data, 12)
        self.df, self.more, self.offset = bool(field & 0x4000), bool(field & 0x2000), (field & 0x1FFF) * 8
        self.data = data[:self.length]
        self.payload = self.data[self.ihl:]


def quoted_transport(inner, shared):
    """Ports of a packet of which at least eight bytes are there; an error is told apart even where no ports are needed."""
    if inner.offset:
        if shared:
            raise Drop("icmp6_relay_bad", "no ports")
        return Transport("other")
    body = inner.payload
    if inner.protocol in (TCP, UDP):
        return ports(*struct.unpack_from(">HH", body))
    if inner.protocol != ICMP:
        return Transport("other")
    if body[0] in (ECHO_REQUEST, ECHO_REPLY):
        return Transport("query", *struct.unpack_from(">H", body, 4) * 2)
    if body[0] in ICMP_ERRORS:
        return Transport("error", quote=read_quote(body[8:]))
    return Transport("other-icmp")


def chain_is_whole(piece):
    """RFC 7112; what ends in IPv4 must have 28 bytes of that."""
    data, following, position = piece.data, piece.data[piece.position], piece.position + 8
    while following in (HOP_BY_HOP, ROUTING, DEST_OPTIONS):
        if len(data) < position + 8 or len(data) < position + 8 + data[position + 1] * 8:
            return False
        following, position = data[position], position + 8 + data[position + 1] * 8
    return following != IPIP or len(data) >= position + 28


def may_be_error6(data):
    """Is it an ICMPv6 error or redirect, or may it be one, as far as one can see?"""
    following, position, later = data[6], 40, False
    for _ in range(MOST_EXTENSION_HEADERS + 2):
        room = len(data) - position
        if room >= 8 and not later and following in (HOP_BY_HOP, ROUTING, DEST_OPTIONS, FRAGMENT, AH):
            size = {FRAGMENT: 8, AH: (data[position + 1] + 2) * 4}.get(following, (data[position + 1] + 1) * 8)
            if size <= room:
                later = following == FRAGMENT and struct.unpack_from(">H", data, position + 2)[0] & 0xFFF8 > 0
                following, position = data[position], position + size
                continue
        return following == ICMPV6 and (later or not room or data[position] < 128 or data[position] == 137)
    return True
