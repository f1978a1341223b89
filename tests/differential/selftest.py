#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Proves the model's own arithmetic with what others made: packets with Scapy, addresses with published vectors.

usage: selftest.py SOURCE_ROOT"""
import csv
import os
import sys
from random import Random

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import scapy.all as scapy
import configs
import mapping
import model
import tap
import wire
from traffic import Traffic


def sample(name, count, seed="self-test"):
    """Frames that the model sends for random traffic."""
    br = model.Br(configs.CONFIGS[name])
    traffic = Traffic(configs.CONFIGS[name], br, seed)
    for now, interface, frame in traffic.packets(count):
        sent = br.receive(interface, frame, now)
        traffic.look_at(sent)
        yield frame, [each.frame for each in sent]


def rebuilt(layer):
    """The same IPv4 packet with everything that can be computed computed by Scapy."""
    copy = scapy.IP(bytes(layer)[:20]) / scapy.Raw(bytes(layer)[20:layer.len])
    copy.chksum = copy.len = copy.ihl = None
    return bytes(copy)


@tap.case("the checksum is that of RFC 1071, for every length and for sums of zero")
def checksums():
    dice = Random(1)
    for data in [b"", b"\0", b"\xff\xff", b"\xff\xff\xff\xff", b"\0\1\xff\xfe"] + [dice.randbytes(n) for n in range(200)]:
        padded = data + b"\0" * (len(data) & 1)
        total = sum(int.from_bytes(padded[at:at + 2], "big") for at in range(0, len(padded), 2))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        assert wire.checksum(data) == 0xFFFF - total, data.hex()


@tap.case("builders make what Scapy makes")
def builders():
    dice = Random(2)
    src, dst = wire.ip4("198.51.100.9"), wire.ip4("192.0.2.18")
    src6, dst6 = wire.ip6("2001:db8::1"), wire.ip6("2001:db8:12:3400:0:c000:212:34")
    head = scapy.IP(src="198.51.100.9", dst="192.0.2.18", ttl=9, tos=5, id=77, flags="DF")
    head6 = scapy.IPv6(src="2001:db8::1", dst="2001:db8:12:3400:0:c000:212:34", hlim=64)
    for size in range(0, 40):
        data = dice.randbytes(size)
        for protocol, ours, theirs in (
                (wire.UDP, wire.udp(src, dst, 53, 1232, data), scapy.UDP(sport=53, dport=1232) / data),
                (wire.TCP, wire.tcp(src, dst, 53, 1232, data, flags=2, options=b"\x02\x04\x05\xb4"),
                 scapy.TCP(sport=53, dport=1232, seq=1, ack=1, window=1000, flags="S", options=[("MSS", 1460)]) / data),
                (wire.ICMP, wire.icmp(8, 0, 5 << 16 | 6, data), scapy.ICMP(type=8, id=5, seq=6) / data)):
            packet = wire.ipv4(src, dst, protocol, ours, ttl=9, tos=5, ident=77, df=True)
            assert packet == bytes(head / theirs), packet.hex()
        error = wire.ipv6(src6, dst6, wire.ICMPV6, wire.icmpv6(src6, dst6, 2, 0, 1400, data))
        assert error == bytes(head6 / scapy.ICMPv6PacketTooBig(mtu=1400) / scapy.Raw(data)), error.hex()
    chain = wire.ipv6(src6, dst6, wire.HOP_BY_HOP, wire.options6(wire.DEST_OPTIONS, (5, b"\0\0")) + wire.options6(
        wire.ROUTING, (4, b"\4")) + wire.routing6(wire.FRAGMENT, 0, 0, 0) + wire.fragment6(wire.IPIP, 2, True, 99) + b"12345678")
    theirs = scapy.IPv6(chain)
    kinds = []
    while not isinstance(theirs, scapy.NoPayload):
        kinds.append(type(theirs).__name__)
        if isinstance(theirs, scapy.IPv6ExtHdrFragment):
            assert (theirs.offset, theirs.m, theirs.id, theirs.nh) == (2, 1, 99, wire.IPIP)
        theirs = theirs.payload
    assert kinds[:5] == ["IPv6", "IPv6ExtHdrHopByHop", "IPv6ExtHdrDestOpt", "IPv6ExtHdrRouting", "IPv6ExtHdrFragment"], kinds


@tap.case("what the model sends has the lengths and checksums that Scapy computes")
def sent_frames():
    seen = 0
    for _, frames in sample("eabits", 3000):
        for frame in frames:
            packet = scapy.Ether(frame)
            if scapy.IPv6 in packet:
                assert packet[scapy.IPv6].plen == len(frame) - 54
            icmp6 = scapy.IPv6 in packet and packet[scapy.IPv6].nh == wire.ICMPV6
            if scapy.IP in packet and not icmp6 and packet[scapy.IP].ihl == 5:
                raw = bytes(packet[scapy.IP])
                assert rebuilt(packet[scapy.IP])[:20] == raw[:20], frame.hex()
                seen += 1
            if icmp6:
                raw = bytes(packet[scapy.IPv6].payload)
                head = wire.pseudo6(*(wire.ip6(packet[scapy.IPv6].getfieldval(end)) for end in ("src", "dst")), wire.ICMPV6, len(raw))
                assert not wire.checksum(head + raw)
    assert seen > 1000


@tap.case("IPv4 fragments of the model are whole again after Scapy's defragment()")
def fragments4():
    dice = Random(3)
    for _ in range(60):
        body = dice.randbytes(dice.randint(1300, 3000))
        options = dice.choice((b"", b"\x82\x04ab", b"\x07\x07\x04\0\0\0\0", b"\x01\x94\x04\0\0\x07\x03\x04"))
        packet = wire.ipv4(1 << 24, 2 << 24, wire.GRE, body, ident=dice.getrandbits(16), options=options)
        mtu = dice.randint(576, 1280)
        pieces = model.split4(packet, mtu)
        assert all(len(piece) <= mtu and not wire.checksum(piece[:(piece[0] & 15) * 4]) for piece in pieces)
        whole = scapy.defragment([scapy.IP(piece) for piece in pieces])
        whole = [each for group in whole for each in (group if isinstance(group, (list, scapy.PacketList)) else [group])]
        assert len(whole) == 1 and bytes(whole[0][scapy.IP].payload) == body


@tap.case("a lowered MSS leaves a right TCP checksum")
def mss():
    dice, changed = Random(4), 0
    for _ in range(400):
        before = dice.choice((b"", b"\x01", b"\x01\x01", b"\x03\x03\x07", b"\x04\x02", b"\x08\x0a" + bytes(8), b"\x01\x04\x02"))
        data = dice.randbytes(dice.randint(0, 9))
        src, dst = dice.getrandbits(32), dice.getrandbits(32)
        segment = wire.tcp(src, dst, 1, 2, data, flags=2, options=before + b"\x02\x04" + dice.randbytes(2))
        packet, did = model.lower_mss(wire.ipv4(src, dst, wire.TCP, segment), dice.randint(536, 1460))
        changed += did
        theirs = scapy.IP(packet)
        theirs[scapy.TCP].chksum = None
        assert bytes(theirs) == packet
    assert changed > 300


@tap.case("MAP addresses and port sets are those of the published vectors")
def vectors():
    count = 0
    with open(os.path.join(sys.argv[1], "tests/vectors/map-vectors.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["valid"] != "1":
                continue
            for iid, column in ("rfc7597", "ce_rfc7597"), ("draft03", "ce_draft03"):
                domain = type("Domain", (), {"iid": iid})
                given = {"psid": int(row["psid_cfg"], 0), "psid_len": int(row["psid_len_cfg"])} if row["psid_cfg"] else {}
                rule = mapping.Rule(domain, row["rule_ipv6"], row["rule_ipv4"], int(row["ea_len"]), int(row["psid_offset"]), **given)
                ce = rule.ce_of_source(wire.ip6(row["end_user_prefix"].split("/")[0]))
                assert wire.text6(ce.address) == wire.text6(wire.ip6(row[column])), row["id"]
                assert wire.text4(ce.ipv4) == row["ipv4"] and ce.psid == int(row["psid_dec"]), row["id"]
                if row["port_in_set"]:
                    assert ce.owns_port(int(row["port_in_set"])), row["id"]
                    assert rule.ce_of_port(ce.ipv4, int(row["port_in_set"])).same(ce), row["id"]
                if row["port_not_in_set"]:
                    assert not ce.owns_port(int(row["port_not_in_set"])), row["id"]
                count += 1
    assert count > 100


if __name__ == "__main__":
    tap.main()
