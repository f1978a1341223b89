# SPDX-License-Identifier: BSD-3-Clause
"""How a case tells its story: case.send(what comes in).gives(what goes out) or .drops(why), step by step.

Every step is balanced when the case is built: packets in and made = packets out, dropped, merged and waiting (OPS-03).
"""
import json
import re
import struct
import sys
from collections import Counter
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

import mape
from mape import *

HERE = Path(__file__).parent
ROLES = {"ce": ("lan", "wan"), "br": ("map", "internet")}
EPOCH = 1767225600                          # the first packet of every case: 2026-01-01 00:00:00 UTC
STEP = 0.01                                 # seconds from one step to the next


ETHER = 14


class Frame(bytes):
    """Bytes that start at the Ethernet header; a case gives one where the usual header is not wanted."""
    open = {}                               # {byte: bits in it that may be anything}, 0 in out-*.pcap


ANY = Frame()                               # an output frame that check() judges instead; empty in out-*.pcap


def ether(dst, src, ethertype, payload):
    mac = [bytes.fromhex(address.replace(":", "")) for address in (dst, src)]
    return Frame(b"".join(mac) + struct.pack("!H", ethertype) + payload)


def _neighbour(iface, address):
    """The MAC address behind which an address lives, seen from an interface of the box."""
    on_link = iface == "lan" or (iface == "internet" and IPv4Address(address) in IPv4Network("203.0.113.0/24"))
    return mape.MAC.get(address if on_link else iface + " gateway", mape.MAC[mape.H])


class Unforeseen(bytes):
    """A packet of which some bits are the program's choice; check() says what must hold for them."""
    open = {}


def unforeseen(packet, places):
    """`places`: LABEL, IDENT, or both of them."""
    chosen = Unforeseen(bytes(byte & ~places.get(at, 0) for at, byte in enumerate(packet)))
    chosen.open = places
    return chosen


LABEL = {1: 0x0f, 2: 0xff, 3: 0xff}         # an IPv6 packet's flow label
IDENT = {44: 0xff, 45: 0xff, 46: 0xff, 47: 0xff}        # the identification in a fragment header right behind it


def reidentified(packet, at=40, more={}):
    """IPv4 at byte `at` of the packet: its identification, and so its header checksum, are the program's choice."""
    return unforeseen(packet, {**{at + byte: 0xff for byte in (4, 5, 10, 11)}, **more})


def ipv4_identifications(frames, at=40):
    """Those of the IPv4 headers at byte `at` of the packets in the frames; each header's checksum must be right."""
    headers = [frame[ETHER + at:][:(frame[ETHER + at] & 15) * 4] for frame in frames]
    assert all(mape.checksum(header) == 0 for header in headers), "an IPv4 header checksum is wrong"
    return [int.from_bytes(header[4:6], "big") for header in headers]


def labels(frames):
    return [int.from_bytes(frame[ETHER:ETHER + 4], "big") & 0xfffff for frame in frames]


def identifications(frames):
    """Those of the frames that are IPv6 fragments."""
    return [int.from_bytes(frame[ETHER + 44:ETHER + 48], "big") for frame in frames if frame[ETHER + 6] == 44]


def _framed(iface, packet, outgoing):
    if isinstance(packet, Frame):
        return packet
    frame = _with_header(iface, packet, outgoing)
    frame.open = {ETHER + at: bits for at, bits in getattr(packet, "open", {}).items()}
    return frame


class Native(bytes):
    """An IPv6 packet on the LAN."""


def _with_header(iface, packet, outgoing):
    is_ipv6 = iface in ("wan", "map") or isinstance(packet, Native)
    if isinstance(packet, Native):
        far_address = str(IPv6Address(packet[24:40] if outgoing else packet[8:24]))
    else:
        far_address = None if is_ipv6 else str(IPv4Address(packet[16:20] if outgoing else packet[12:16]))
    far, box = _neighbour(iface, far_address), mape.MAC[iface]
    return ether(far if outgoing else box, box if outgoing else far, 0x86dd if is_ipv6 else 0x0800, packet)


def padded(iface, packet, size=60):
    """The frame in which a neighbour sends a packet, with padding up to a size."""
    return Frame(_framed(iface, packet, outgoing=False).ljust(size, b"\xff"))


def _listed(packets):
    return packets if isinstance(packets, (list, tuple)) else [packets]


class Step:
    """What one send() must cause."""

    def __init__(self, case, time, received):
        self.case, self.time, self.received, self.line = case, time, received, sys._getframe(2).f_lineno
        self.outputs, self.dropped, self.events = [], Counter(), Counter()
        self.created = self.merged = self.held = 0

    def gives(self, **packets):
        for iface, listed in packets.items():
            self.outputs += [(iface, _framed(iface, packet, outgoing=True)) for packet in _listed(listed)]
        return self

    def drops(self, reason, count=None):
        self.dropped[reason] += self.received if count is None else count
        return self

    def replies(self, **packets):
        """ICMP errors of the box itself."""
        for packet in (packet for listed in packets.values() for packet in _listed(listed)):
            self.events["icmp6_sent" if packet[0] >> 4 == 6 and packet[6] == 58 else "icmp4_sent"] += 1
            self.created += 1
        return self.gives(**packets)

    def cuts(self, pieces=2):
        """A packet goes on in so many pieces."""
        self.created += pieces - 1
        return self.event("fragmented")

    def waits(self, count=None):
        """IPv4 fragments are held until the first of their datagram comes."""
        count = self.received if count is None else count
        self.held += count
        return self.event("fragments_held", count)

    def releases(self, count):
        """So many of those that waited, or were kept, go on or are dropped."""
        self.held -= count
        return self

    def piece(self, index, order, **packets):
        """A fragment of a datagram whose fragments come in this order: those before the first wait for it, and go with it."""
        before = order[:order.index(0)]
        if index in before:
            return self.waits()
        if index == 0:
            self.releases(len(before))
        for one in (0, *before) if index == 0 else (index,):
            self.gives(**{iface: pieces[one] for iface, pieces in packets.items()})
        return self

    def keeps(self, count=None):
        """IPv6 fragments are held until their packet is whole."""
        self.held += self.received if count is None else count
        return self

    def reassembles(self, pieces=2):
        """A packet is whole: all its pieces but the one that came last become part of it."""
        self.held -= pieces - 1
        self.merged += pieces - 1
        return self.event("reassembled")

    def event(self, name, count=1):
        self.events[name] += count
        return self

    def opens(self, count=1):
        return self.event("sessions_created", count)

    def expires(self, count=1):
        """Sessions found to have ended by the time of this step."""
        return self.event("sessions_expired", count)

    def balanced(self):
        coming = self.received + self.created
        going = len(self.outputs) + self.dropped.total() + self.merged + self.held
        assert coming == going, f"case.py:{self.line}: {coming} packets come or are made, {going} go, end or wait"


def top(text):
    """An edit: more settings at the top level."""
    return {'role = "br";': f'role = "br"; {text}'}


def domain(text, name="f1"):
    """An edit: more settings of a domain."""
    return {f'name = "{name}";': f'name = "{name}"; {text}'}


def interface(name, text):
    """An edit: more settings of an interface."""
    return {f'mac = "{mape.MAC[name]}"; mtu = 1500;': f'mac = "{mape.MAC[name]}"; {text}'}


def two_ports(nat):
    """Edits of configs/ce.conf: the CE owns ports 1232 and 1233; `nat` are its settings of that group."""
    return {"psid = 1232; psid_len = 16": "psid = 616; psid_len = 15", 'role = "ce";': f'role = "ce"; nat = {{ {nat} }};'}


def kind(text):
    """Edits of configs/ce-f1.conf: a softwire of another kind, with these settings."""
    return {'end_user_prefix = "2001:db8:12:3400::/56";': text,
            ' iid = "rfc7597";\n    rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 6; } );': ""}


CE_TWO = "2001:db8:12:3400:0:c000:212:268"     # its MAP address: PSID 616


class Case:
    """config: a file in configs/, without .conf, perhaps with .bindings beside; edit: {text in it: text instead}."""

    def __init__(self, config, edit=None):
        self.config = (HERE / "configs" / f"{config}.conf").read_text()
        for old, new in (edit or {}).items():
            assert self.config.count(old) == 1, f"{old!r} must be in {config}.conf exactly once"
            self.config = self.config.replace(old, new)
        bindings = HERE / "configs" / f"{config}.bindings"
        self.bindings = bindings.read_bytes() if bindings.exists() else None
        self.ifaces = ROLES[re.search(r'^role = "(..)"', self.config, re.M).group(1)]
        self.inputs = {iface: [] for iface in self.ifaces}
        self.steps, self.wanted, self.unforeseen_events, self.now = [], {}, (), -STEP

    def send(self, at=None, **packets):
        """Packets in, all in the same instant: `at` seconds, or STEP after the step before."""
        time = self.now + STEP if at is None else at
        assert time > self.now, "time runs forward"
        self.now, received = time, 0
        for iface, listed in packets.items():
            self.inputs[iface] += [(time, _framed(iface, packet, outgoing=False)) for packet in _listed(listed)]
            received += len(_listed(listed))
        self.steps.append(Step(self, time, received))
        return self.steps[-1]

    def table(self, iface, rows):
        """One send() for each row (packet in, drop reason)."""
        for packet, reason in rows:
            self.send(**{iface: packet}).drops(reason)

    def open(self, *protocols):
        """On configs/ce.conf, H speaks to E: UDP 5000 to 53 (nat-t: to 4500), TCP 5000 to 80, ping 7; outside, each is 1232."""
        first = {"nat-t": lambda src, port, **ttl: udp(src, port, E, 4500, **ttl),
                 "udp": lambda src, port, **ttl: udp(src, port, E, 53, **ttl),
                 "tcp": lambda src, port, **ttl: tcp(src, port, E, 80, "S", **ttl),
                 "ping": lambda src, id, **ttl: ping(src, E, id, **ttl)}
        for protocol in protocols:
            private = first[protocol](H, 7 if protocol == "ping" else 5000)
            self.send(lan=private).gives(wan=up(first[protocol](V4, PORT, ttl=63))).opens()

    def passes(self, packet, to="wan"):
        """Native IPv6 from the other side goes on to this one."""
        if to == "wan":
            return self.send(lan=Native(packet)).gives(wan=hopped(packet)).event("forwarded_up")
        return self.send(wan=packet).gives(lan=Native(hopped(packet))).event("forwarded_down")

    def expect(self, **stats):
        """More of the statistics: softwires={name: {…}}, nat={…}; what is not named may be anything."""
        self.wanted.update(stats)

    def any_number_of(self, *events):
        """Events that depend on what the program may choose."""
        self.unforeseen_events = events

    def outputs(self):
        """{interface: [(time, frame, line of case.py), …]} in the order of departure."""
        left = {iface: [] for iface in self.ifaces}
        for step in self.steps:
            for iface, frame in step.outputs:
                left[iface].append((step.time, frame, step.line))
        return left

    def expected(self):
        """The statistics this case must end with."""
        for step in self.steps:
            step.balanced()
        drops = sum((step.dropped for step in self.steps), Counter())
        events = dict(+sum((step.events for step in self.steps), Counter()))
        events.update({name: "any number" for name in self.unforeseen_events})
        interfaces, outputs = {}, self.outputs()
        for iface in self.ifaces:
            out = [frame for _, frame, _ in outputs[iface]]
            interfaces[iface] = {"rx_packets": len(self.inputs[iface]), "tx_packets": len(out),
                                 "rx_bytes": sum(len(frame) for _, frame in self.inputs[iface])}
            if ANY not in out:
                interfaces[iface]["tx_bytes"] = sum(map(len, out))
        conservation = {"received": sum(map(len, self.inputs.values())), "created": self.total("created"),
                        "transmitted": sum(map(len, outputs.values())), "merged": self.total("merged"),
                        "dropped": drops.total(), "held": self.total("held"), "balanced": True}
        return {"drops": dict(+drops), "events": events, "conservation": conservation,
                "interfaces": interfaces, **self.wanted}

    def total(self, what):
        return sum(getattr(step, what) for step in self.steps)

    def files(self):
        """{file name: content} of the case's directory."""
        outputs = self.outputs()
        files = {"mapedge.conf": self.config.encode(),
                 "expected.json": (json.dumps(self.expected(), indent=2, sort_keys=True) + "\n").encode()}
        if self.bindings:
            files["bindings.txt"] = self.bindings
        for iface in self.ifaces:
            files[f"in-{iface}.pcap"] = write_pcap(self.inputs[iface])
            files[f"out-{iface}.pcap"] = write_pcap([(time, frame) for time, frame, _ in outputs[iface]])
        return files


MARTIANS = {
    "always": ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"],
    "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    "shared": ["100.64.0.0/10"],
    "documentation": ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
    "benchmark": ["198.18.0.0/15"],
}


def martians_case(setting, *words, prefixes=()):
    """`setting` of martians (None: the default) must mean these words and prefixes, and nothing else: both ends of each and
    what lies beside them, as a source from the Internet and as a destination of a CE."""
    line = "" if setting is None else "martians = [ " + ", ".join(f'"{word}"' for word in setting) + " ];"
    # The gateway keeps its address, which may be one of them: next hops are nobody's destination.
    case = Case("br", edit={"martians = [ ];": line})
    refused = [IPv4Network(prefix) for word in ("always", *words) for prefix in MARTIANS[word]]
    refused += [IPv4Network(prefix) for prefix in prefixes]
    refused.append(IPv4Network("203.0.113.255/32"))             # of the interface's subnet: nobody's, whatever the setting says
    every = {IPv4Network(prefix) for listed in MARTIANS.values() for prefix in listed} | set(refused)
    edges = {edge for net in every for edge in (int(net[0]) - 1, int(net[0]), int(net[-1]), int(net[-1]) + 1)}
    for address in (IPv4Address(edge) for edge in sorted(edges) if 0 <= edge < 2**32):
        is_martian = any(address in net for net in refused)
        there = udp(str(address), 53, V4, 1232, ttl=2)
        back = udp(V4, 1232, str(address), 53, ttl=2)
        if address not in mape.F1.rule4:
            step = case.send(internet=there)
            step.drops("martian_v4") if is_martian else step.gives(map=tunnel(mape.BR, mape.CE1, spent(there)))
        if address in mape.F1.rule4 or address in IPv4Network("203.0.113.0/24"):
            continue                                            # a CE's address; on-link, where it may have no neighbour
        step = case.send(map=tunnel(mape.CE1, mape.BR, back))
        step.drops("martian_v4") if is_martian else step.gives(internet=spent(back))
    return case


def micros(time):
    """Seconds of a case as microseconds since 1970."""
    return EPOCH * 1000000 + round(time * 1000000)


def write_pcap(records):
    """A classic pcap file: little endian, microseconds, Ethernet."""
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)]
    for time, frame in records:
        parts.append(struct.pack("<IIII", *divmod(micros(time), 1000000), len(frame), len(frame)) + frame)
    return b"".join(parts)


def read_pcap(path):
    """[(microseconds, frame), …] of a classic pcap file of any byte order and time resolution."""
    data, records, at = path.read_bytes(), [], 24
    order = "<" if data[0] in (0xd4, 0x4d) else ">"
    magic, = struct.unpack_from(order + "I", data)
    per_micro = {0xa1b2c3d4: 1, 0xa1b23c4d: 1000}[magic]
    while at < len(data):
        seconds, fraction, captured = struct.unpack_from(order + "III", data, at)
        records.append((seconds * 1000000 + fraction // per_micro, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return records
