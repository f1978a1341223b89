# SPDX-License-Identifier: BSD-3-Clause
"""A CE with several workers: on whatever queue a packet comes in, and whoever knows its session, it reaches its own host, whole.

1000 flows of 16 hosts, half of them TCP, half UDP in fragments. Every payload says which flow or which external port it is about,
so that check() can tell which frame is whose; the external ports are the program's choice.
"""
import re
from collections import Counter

from scenario import *

RULE, PSID, PREFIX = Rule("2001:db8::/40", "192.0.2.0/24", ea=14, offset=6), 3, "2001:db8:12:c00::/54"
PORTS = RULE.ports(PSID)                            # 63 ranges of 16
MINE = RULE.map_address(V4, PORTS[0])
HOSTS = [f"192.168.1.{last}" for last in range(20, 36)]
FLOWS = [(HOSTS[number % len(HOSTS)], 5000 + number) for number in range(1000)]
CALLER, CALLS_FROM = HOSTS[0], 9000                 # calls all others by the external address
IP_AT = {"lan": ETHER, "wan": ETHER + 40}


def flow(number, src, sport, **fields):
    """What a host says to E: even numbers UDP in two fragments, odd ones TCP."""
    words = f"flow {number:05} ".encode() * 6
    if number % 2:
        return [tcp(src, sport, E, 80, "S", words, **fields)]
    return cut(udp(src, sport, E, 53, words, df=False, **fields), 32)


def answers(port, dst, dport, **fields):
    """What E says to a port: UDP in two fragments, the second one first, and TCP."""
    words = f"port {port:05} ".encode() * 6
    return cut(udp(E, 53, dst, dport, words, df=False, ipid=port, **fields), 32)[::-1] + [
        tcp(E, 80, dst, dport, "SA", words, **fields)]


def call(port, src, sport, dst, dport, **fields):
    """What one host says to a port of the external address: in two fragments, and whole."""
    words = f"call {port:05} ".encode() * 6
    return [*cut(udp(src, sport, dst, dport, words, df=False, ipid=port, **fields), 32),
            udp(src, sport, dst, dport, b"whole " + words, **fields)]


def workers_case(workers):
    case = Case("ce-f1", edit={
        'role = "ce";': f'role = "ce"; dpdk = {{ workers = {workers}; }};',
        "ea = 16; offset = 6": "ea = 14; offset = 6", "2001:db8:12:3400::/56": PREFIX,
        'neighbours = ( { address = "192.168.1.10"': "neighbours = ( " + "".join(
            f'{{ address = "{host}"; mac = "{mape.MAC[H]}"; }},\n    ' for host in HOSTS) + '{ address = "192.168.1.10"'})
    case.any_number_of("handoff")
    for number, (host, port) in enumerate(FLOWS):
        pieces = flow(number, host, port)
        case.send(lan=pieces).gives(wan=[ANY] * len(pieces)).opens()
    # To every port of the set: 500 of UDP and 500 of TCP are somebody's.
    case.send(wan=[tunnel(BR, MINE, packet) for port in PORTS for packet in answers(port, V4, port)]).gives(
        lan=[ANY] * (500 * 3)).drops("nat_no_mapping", 3 * (len(PORTS) - 500)).waits(len(PORTS)).releases(len(PORTS))
    # And from the LAN to every one: the 500, and the caller's own.
    case.send(lan=[packet for port in PORTS for packet in call(port, CALLER, CALLS_FROM, V4, port)]).gives(
        lan=[ANY] * (501 * 3)).drops("nat_no_mapping", 3 * (len(PORTS) - 501)).event("hairpin", 3 * len(PORTS)).opens(len(PORTS))
    return case


def _inner(iface, frame):
    return frame[IP_AT[iface]:]


def _named(frame):
    return int(re.search(rb"(?:flow|port|call) (\d{5})", frame)[1])


def _same(packet, wanted):
    """With their identification, if the packet is a fragment or may become one."""
    if not packet[6] & 0x40:
        wanted = refresh(poke(wanted, 4, packet[4:6]))
    return packet == wanted


def check(frames, stats):
    inside = {6: {}, 17: {}}                        # {external port: inside end}
    pieces = iter(frames["wan"])
    for number, (host, sport) in enumerate(FLOWS):
        group = [next(pieces) for _ in flow(number, host, sport)]
        port = int.from_bytes(_inner("wan", group[0])[20:22], "big")
        assert port in PORTS and port not in inside[group[0][ETHER + 49]], f"flow {number}: port {port}"
        inside[group[0][ETHER + 49]][port] = host, sport
        for frame, packet in zip(group, flow(number, V4, port, ttl=63)):
            assert _same(_inner("wan", frame), packet) and frame[ETHER:] == tunnel(MINE, BR, _inner("wan", frame)), f"flow {number}"
        assert len({frame[ETHER + 44:ETHER + 46] for frame in group}) == 1, "the fragments have one identification"

    left = Counter(frame[ETHER:] for frame in frames["lan"] if b"call" not in frame)
    for protocol, ends in inside.items():
        for port, (host, sport) in ends.items():
            for packet in answers(port, host, sport, ttl=63):
                if packet[9] == protocol:
                    left[packet] -= 1
    assert not +left and not -left, f"{len(+left)} packets reached somebody else, {len(-left)} nobody"

    calls = [_inner("lan", frame) for frame in frames["lan"] if b"call" in frame]
    own = int.from_bytes(next(call for call in calls if b"whole" in call)[20:22], "big")
    for packet in calls:
        port = _named(packet)
        host, sport = (CALLER, CALLS_FROM) if port == own else inside[17][port]
        assert any(_same(packet, wanted) for wanted in call(port, V4, own, host, sport, ttl=63)), f"call to {port}"
    assert all(worker["received"] > 0 and worker["sessions"] > 0 for worker in stats["workers"])
