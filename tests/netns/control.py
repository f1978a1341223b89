# SPDX-License-Identifier: BSD-3-Clause
"""Cases: reload, refusal, the socket."""
import contextlib
import re

import traffic
from daemon import edit, wait_until
from lab import H1, H2, H3, SRV, V4
from sharing import external_end
from traffic import UDP, Echo, Flow, Repeated, closing, exchange

NAT = "nat = { udp_timeout = %d; };\n"
ONE_RULE = 'rules = ( { ipv6 = "2001:db8::/40";'
TWO_RULES = 'rules = ( { ipv6 = "2001:db8:8000::/40"; ipv4 = "203.0.113.0/24"; ea = 16; offset = 6; },' \
            ' { ipv6 = "2001:db8::/40";'


def reload(daemon, config):
    """Everybody works with the new configuration, whose generation is returned."""
    before = daemon.stats()["generation"]
    daemon.write_config(config)
    reply = daemon.ask("config-reload")
    assert reply["result"] == 0 and reply["arguments"]["generation"] == before + 1, reply
    wait_until("the workers to follow", lambda: all(worker["generation"] == before + 1
                                                    for worker in daemon.stats()["workers"]))
    return before + 1


def reload_under_traffic(lab):
    """30 reloads of CE and BR each while datagrams fly: generations go up, mappings stay, not one packet is lost."""
    hosts = ("h1", "h2", "h3")
    ce1, br = lab.daemons["ce1"], lab.daemons["br"]
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns[host], f"{host} flow {i}") for i in range(8)
                                       for host in hosts]) as flows:
        exchange(flows)
        arrived = {name: lab.ns[name].counter("Udp", "InDatagrams") for name in (*hosts, "srv")}
        begun = sum(flow.rounds for flow in flows)
        with Repeated(lambda: exchange(flows, window=16)) as talk:
            for i in range(30):
                done = talk.times
                reload(ce1, lab.config("ce1") + NAT % (200 + i))
                reload(br, edit(lab.config("br"), [(ONE_RULE, TWO_RULES)] if i % 2 == 0 else []))
                total = br.ask("rules-get")["arguments"]["total"]
                assert total == 2 - i % 2, f"the BR has {total} rules"
                wait_until("packets to go on", lambda: talk.times > done)    # pylint: disable=cell-var-from-loop
        asked = sum(flow.rounds for flow in flows) - begun
        assert sum(flow.repeated for flow in flows) == 0, "datagrams got lost"
    arrived = {name: lab.ns[name].counter("Udp", "InDatagrams") - count for name, count in arrived.items()}
    assert arrived["srv"] == asked == sum(arrived[host] for host in hosts), f"asked {asked}, arrived {arrived}"


OWN_WORDS = {"port", "ready", "config", "stop", "control"}
OWN_EVENTS = {"start", "reload", "refused", "daily", "stop"}


def logs_know_no_flows(lab):
    """After traffic no log has an address of those who spoke, nor a line that came from it (OPS-07, NAT-46)."""
    for host in "h1", "h3":
        assert traffic.ping(lab.ns[host], SRV) == (3, 3)
    for name, daemon in lab.daemons.items():
        for log in daemon.log(), daemon.rule_log_path.read_text(encoding="utf-8"):
            found = [address for address in (SRV, H1, H2, H3, V4) if re.search(rf"\b{re.escape(address)}\b", log)]
            assert not found, f"{name} has logged {found}"
        words = set(re.findall(r"^<\d>mapedge: ([\w-]+):", daemon.log(), re.MULTILINE))
        events = {record["event"] for record in daemon.rule_log()}
        assert words <= OWN_WORDS and events <= OWN_EVENTS, f"{name}: {words} {events}"


def reload_by_signal(lab):
    """SIGHUP does the same."""
    ce2 = lab.daemons["ce2"]
    before = ce2.stats()["generation"]
    ce2.hang_up()
    wait_until("the next generation", lambda: ce2.stats()["generation"] == before + 1)


def live_packets_explained(lab):
    """What becomes of the next packet of a session that there is, from both sides, as the real one fares; and nothing of it was sent."""
    ce1 = lab.daemons["ce1"]
    with Echo(lab.ns["srv"]) as echo, contextlib.closing(lab.ns["h1"].socket(UDP)) as sock:
        sock.bind((H1, 0))
        inside = sock.getsockname()[1]
        address, port = external_end(sock)

        def told(packet):
            reply = ce1.ask("explain-packet", packet=packet)
            assert reply["result"] == 0, reply
            return reply["arguments"]["packets"][0]

        seen = lab.ns["srv"].counter("Udp", "InDatagrams")
        flow = f"{H1}:{inside} is {address}:{port} towards {SRV}:{traffic.ECHO_PORT}, of the running box"
        lines = told(f"udp {H1}:{inside} > {SRV}:{traffic.ECHO_PORT}")
        assert any(flow in line for line in lines) and any(f"| {address}:{port} > {SRV}:{traffic.ECHO_PORT}" in line for line in lines), lines
        lines = told(f"softwire udp {SRV}:{traffic.ECHO_PORT} > {address}:{port}")
        assert any(flow in line for line in lines) and any(line.startswith("  sent on lan: ") and f"> {H1}:{inside}" in line for line in lines), lines
        # The next ports may have sessions of cases before this one, but not all of their block.
        stranger = next(lines for lines in (told(f"softwire udp {SRV}:{traffic.ECHO_PORT} > {address}:{port - port % 16 + i}") for i in range(16))
                        if "  session: none" in lines)
        assert any(line.startswith("  dropped as") for line in stranger), stranger
        assert lab.ns["srv"].counter("Udp", "InDatagrams") == seen, "what was explained was sent"
        assert external_end(sock) == (address, port) and echo is not None


BROKEN = [("ea = 16", "ea = 99"), ("offset = 4", "offset = 4; colour = 1"), ("softwires = (", "softwires = ( = ("),
          ('br = "2001:db8:ffff::1"', 'br = "2001:db8:ffff::zz"')]


def broken_config_is_refused(lab):
    """A broken file is refused with its name and line, an unchangeable setting by its name; everything goes on."""
    ce1, good = lab.daemons["ce1"], lab.config("ce1")
    generation = ce1.stats()["generation"]
    with Echo(lab.ns["srv"]), closing([Flow(lab.ns["h1"], "h1 goes on")]) as flows:
        for old, new in BROKEN:
            ce1.write_config(edit(good, [(old, new)]))
            lines = [number for number, line in enumerate(ce1.config_path.read_text(encoding="utf-8").splitlines(), 1)
                     if new in line]
            reply = ce1.ask("config-reload")
            assert reply["result"] != 0, f"{new} was taken"
            assert re.search(rf"{re.escape(str(ce1.config_path))}:{lines[-1]}: ", reply["text"]), (new, lines, reply)
            exchange(flows)
        ce1.write_config(edit(good, [("workers = 1", "workers = 2")]))
        reply = ce1.ask("config-reload")
        assert reply["result"] != 0 and "dpdk.workers" in reply["text"], reply
        exchange(flows)
        assert ce1.stats()["generation"] == generation
        assert reload(ce1, good) == generation + 1
        exchange(flows)


def second_daemon_refuses(lab):
    """A second mapedge with the same socket gives up and says why; the first one does not notice."""
    ce2 = lab.daemons["ce2"]
    code, said = ce2.run_another()
    assert code == 1 and f"{ce2.socket_path}: another mapedge listens here" in said, f"exit code {code}: {said}"
    assert ce2.stats()["role"] == "ce"
    assert traffic.ping(lab.ns["h3"], SRV) == (3, 3)


def stale_socket_is_replaced(lab):
    """After SIGKILL the socket's file is left; the next start takes its place."""
    ce2 = lab.daemons["ce2"]
    ce2.kill()
    assert ce2.socket_path.is_socket(), "SIGKILL leaves the socket"
    ce2.start()
    ce2.wait_ready()
    assert ce2.stats()["generation"] == 1
    assert traffic.ping(lab.ns["h3"], SRV) == (3, 3)
