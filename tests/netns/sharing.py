# SPDX-License-Identifier: BSD-3-Clause
"""Cases: two homes share one IPv4 address, and nobody notices."""
import contextlib
import errno

import traffic
from daemon import wait_until
from lab import SRV, V4, grown, ports_of
from traffic import TCP, UDP, Echo, Flow, closing, exchange


def same_server_at_once(lab):
    """Both CEs to one server port at the same time: each gets its own answers, from its own ports."""
    site_of = {"h1": "ce1", "h2": "ce1", "h3": "ce2"}
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} flow {i}", kind)
                                       for i in range(10) for host in site_of for kind in (UDP, TCP)]) as flows:
        for _ in range(5):
            exchange(flows)
        for flow in flows:
            address, port = flow.external
            assert address == V4 and port in ports_of(site_of[flow.name[:2]]), f"{flow.name} came from {flow.external}"


def every_port_is_used(lab):
    """250 flows and 240 ports: the server sees exactly the port set, ten flows are refused and counted (MAPE-29), and there is an alarm (OPS-08)."""
    ce1 = lab.daemons["ce1"]
    ce1.restart()
    sockets = [lab.ns["h1"].socket(UDP) for _ in range(250)]
    try:
        with traffic.Sniffer(lab.ns["srv"], "eth0", lambda segment: segment.dport == 9000) as wire:
            for sock in sockets:
                sock.sendto(b"one flow", (SRV, 9000))
            wait_until("all 250", lambda: ce1.stats()["interfaces"][0]["rx_packets"] >= 250)
            stats = lab.settled_stats()["ce1"]
        assert {segment.sport for segment in wire.segments} == ports_of("ce1")
        udp = stats["nat"]["ports"]["udp"]
        assert (udp["total"], udp["used"], udp["shared"]) == (240, 240, 0), stats["nat"]
        wait_until("the alarm", lambda: "nat: ports nearly all in use protocol=udp used=240 total=240 alarm_percent=80" in ce1.log())
        ports = ce1.stats()["nat"]["ports"]
        assert ports["udp"]["alarm"] and ports["udp"]["alarms"] == 1 and not ports["tcp"]["alarm"], ports
        assert stats["drops"]["nat_no_port"] == 10, stats["drops"]
    finally:
        for sock in sockets:
            sock.close()
        ce1.restart()                                    # the next cases need ports


def drained(lab):
    """Before maintenance: flows that there are go on both ways, a host with a new one hears at once that it may not; and then it may again."""
    ce1, h1 = lab.daemons["ce1"], lab.ns["h1"]
    with Echo(lab.ns["srv"]), closing([Flow(h1, f"flow {i}", kind) for i in range(5) for kind in (UDP, TCP)]) as flows:
        exchange(flows)
        assert ce1.ask("drain")["result"] == 0
        assert ce1.ask("status")["arguments"]["drain"]["sessions"] >= len(flows)
        with contextlib.closing(h1.socket(UDP)) as late:
            late.connect((SRV, traffic.ECHO_PORT))
            late.settimeout(30)
            late.send(b"too late")
            try:
                late.recv(100)
                raise AssertionError("a new session")
            except OSError as error:
                assert error.errno == errno.EHOSTUNREACH, error    # ICMP 3/13
        assert ce1.stats()["drops"]["draining"] >= 1
        for _ in range(3):
            exchange(flows)
        assert ce1.ask("drain", state="off")["result"] == 0
        with closing([Flow(h1, f"later flow {i}", kind) for i in range(3) for kind in (UDP, TCP)]) as more:
            exchange(more)
        exchange(flows)


def external_end(sock, echo=(SRV, traffic.ECHO_PORT)):
    """Address and port as which the Internet sees a UDP socket; the mapping is the same for all destinations."""
    sock.settimeout(2)
    for _ in range(10):
        sock.sendto(b"", echo)
        try:
            address, port = sock.recv(100).decode().strip().split(":")
            return address, int(port)
        except TimeoutError:
            continue
    raise AssertionError("no answer from the echo server")


def hear(sock, source, words):
    try:
        got = sock.recvfrom(100)
    except TimeoutError:
        return False
    assert got == (words, source), f"got {got}, not {words} from {source}"
    return True


def hairpin(lab):
    """h1 and h3 talk to each other's 192.0.2.18:port through the BR (MAPE-56), once both have opened their filters.

    The ports are those that the server has seen: the mapping is the same for every destination (NAT-01). Nobody gets in
    to whom the host has not spoken (NAT-13).
    """
    before = lab.settled_stats()
    with Echo(lab.ns["srv"]):
        h1, h3 = (lab.ns[name].socket(UDP) for name in ("h1", "h3"))
        end1, end3 = external_end(h1), external_end(h3)
    assert end1[0] == end3[0] == V4 and end1[1] in ports_of("ce1") and end3[1] in ports_of("ce2"), (end1, end3)

    h1.sendto(b"too early", end3)                        # h3 has not spoken to 192.0.2.18 yet
    wait_until("CE2 to refuse", lambda: grown(before["ce2"]["drops"], lab.daemons["ce2"].stats()["drops"]))
    refused = grown(before["ce2"]["drops"], lab.settled_stats()["ce2"]["drops"])
    assert refused == {"nat_filtered": 1}, refused

    h1.settimeout(2)
    h3.settimeout(2)
    h3.sendto(b"from h3", end1)
    wait_until("h1 to hear h3", lambda: hear(h1, end3, b"from h3") or h3.sendto(b"from h3", end1) is None)
    h1.sendto(b"from h1", end3)
    wait_until("h3 to hear h1", lambda: hear(h3, end1, b"from h1") or h1.sendto(b"from h1", end3) is None)
    h1.close()
    h3.close()
    turned = grown(before["br"]["events"], lab.settled_stats()["br"]["events"])
    assert turned.get("hairpin", 0) >= 3, turned
