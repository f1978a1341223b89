# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE that looks by itself whether its softwire leads anywhere. The line is that of provision.py; the target is the server
behind the BR, whose own firewall makes it silent."""
import contextlib
import json
import re

import traffic
from control import reload
from daemon import edit, wait_until
from hostside import Wire, is_icmp
from lab import MAC, SRV, V4, Lab
from provision import OTHER_PREFIX, PATIENCE, SHORT, LineLab, container
from traffic import send_frame

import mape

ECHO, REPLY = 8, 0
PROBE = ('provision = [ "dhcpv6" ];', f'provision = [ "dhcpv6" ]; probe = "{SRV}"; probe_interval = 1; probe_misses = 3;')
SILENT = """table inet silence { chain input { type filter hook input priority 0; icmp type echo-request drop; }; }"""


def softwire_of(lab):
    return lab.status()["softwire"]


def wait_probe(lab, state):
    def is_so():
        softwire = softwire_of(lab)
        return softwire if softwire.get("probe", {}).get("state") == state else None

    return wait_until(f"the probe to be {state}", is_so, PATIENCE)


@contextlib.contextmanager
def silence(lab):
    firewall = lab.directory / "silence.nft"
    firewall.write_text(SILENT, encoding="ascii")
    lab.ns["srv"].run(["nft", "-f", firewall])
    try:
        yield
    finally:
        lab.ns["srv"].run("nft delete table inet silence")


def goes_and_comes(build):
    """OPS-12: the target answers, falls silent, answers again: each time the status and the log say so; a reload asks on."""
    with LineLab(build, changes=[PROBE]) as lab:
        lab.switch_on()
        assert "probe" not in softwire_of(lab), "there is nothing to be probed yet"
        lab.serve()
        with Wire(lab.ns["srv"], "eth0") as wire:
            softwire = wait_probe(lab, "up")
        probe = softwire["probe"]
        assert softwire["reachable"] is True and softwire["reachable_reason"] == "the probe's target answers", softwire
        assert probe["target"] == SRV and probe["sent"] >= probe["answered"] >= 1, probe
        assert probe["last_answer_s"] <= 2 and 0 < probe["round_trip_ms"] < 1000, probe
        assert softwire["carrying"] is False and softwire["last_minute"]["received_packets"] == 0, "its own packets are no traffic"
        asked = [frame for frame in wire.came if is_icmp(frame, ECHO)]
        assert all(frame[26:30] == bytes(map(int, V4.split("."))) for frame in asked), asked
        assert {int.from_bytes(frame[38:40], "big") >> 4 & 0xff for frame in asked} == {0x34}, "an identifier of the port set's"

        sent = probe["sent"]
        reload(lab.ce, lab.config("ce"))
        assert softwire_of(lab)["probe"]["sent"] >= sent, "the reload has begun anew"
        lies(lab)

        with silence(lab):
            softwire = wait_probe(lab, "down")
            assert softwire["reachable"] is False and "target is silent" in softwire["reachable_reason"], softwire
            assert softwire["probe"]["missed_in_a_row"] >= 3 and softwire["hint"], softwire
            assert f"softwire: probe down name=line target={SRV} missed=3" in lab.ce.log(), lab.ce.log()
        softwire = wait_probe(lab, "up")
        assert softwire["reachable"] is True and "hint" not in softwire, softwire
        assert lab.ce.log().count(f"softwire: probe up name=line target={SRV}") == 3, lab.ce.log()

        reload(lab.ce, edit(lab.config("ce"), [(PROBE[1], PROBE[0])]))
        assert "probe" not in softwire_of(lab)
        lab.assert_balanced()


def lies(lab):
    """Who has not seen an echo cannot answer it, though address, identifier and number be right."""
    with Wire(lab.ns["srv"], "eth0") as wire, silence(lab):
        wait_until("an echo", lambda: any(is_icmp(frame, ECHO) for frame in wire.came))
        head = int.from_bytes(next(frame for frame in wire.came if is_icmp(frame, ECHO))[38:42], "big")
        before = softwire_of(lab)["probe"]["answered"]
        for number in range(16):
            send_frame(lab.ns["srv"], "eth0", MAC["br inet"], MAC["srv eth0"], 0x0800, bytes(
                mape.icmp(SRV, V4, REPLY, rest=head + number, data=bytes(8))))
        softwire = wait_probe(lab, "down")
        assert softwire["probe"]["answered"] == before, softwire
        assert lab.ce.stats()["softwires"][0]["sent_ipv4_packets"] >= 16, "they have come through the NAPT"
    wait_probe(lab, "up")


def healthy(lab):
    """What mapedgectl says, by exit code: 0, or 1 with the reasons."""
    done = lab.ns["ce"].run([lab.build / "app" / "mapedgectl" / "mapedgectl", "-s", lab.ce.socket_path, "health", "--json"], check=False)
    answer = json.loads(done.stdout)
    assert done.returncode == (0 if answer["healthy"] else 1), done
    assert answer["reasons"] == [check["text"] for check in answer["checks"] if not check["ok"]], answer
    return "|".join(answer["reasons"])


def health(build):
    """OPS-12: healthy once there is a softwire; not without a link, or when the probe is down; and again."""
    with LineLab(build, changes=[PROBE]) as lab:
        lab.switch_on()
        assert "there is no softwire" in healthy(lab)
        lab.serve()
        wait_probe(lab, "up")
        wait_until("a healthy box", lambda: healthy(lab) == "", PATIENCE)
        with silence(lab):
            wait_until("the probe", lambda: "the probe's target is silent" in healthy(lab), PATIENCE)
        wait_until("a healthy box", lambda: healthy(lab) == "", PATIENCE)
        lab.ns["core"].run("ip link set dev line down")
        wait_until("the link", lambda: "the link of wan is down" in healthy(lab), PATIENCE)
        lab.ns["core"].run("ip link set dev line up")
        lab.plug_in()
        wait_until("a healthy box", lambda: healthy(lab) == "", PATIENCE)
        lab.assert_balanced()


def others_know_better(build):
    """OPS-12: only the target is away: packets of the hosts come back, so the softwire is reachable, and carries."""
    with LineLab(build, changes=[PROBE]) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        wait_probe(lab, "up")
        with silence(lab):
            wait_probe(lab, "down")

            def is_seen():
                lab.fetch()
                softwire = softwire_of(lab)
                return softwire if softwire["reachable"] else None

            softwire = wait_until("the packets to be seen", is_seen, PATIENCE)
            assert softwire["reachable_reason"] == "packets come back, but the probe's target is silent", softwire
            assert softwire["carrying"] is True and softwire["probe"]["state"] == "down", softwire
        wait_probe(lab, "up")
        lab.fetch()
        screen = lab.ns["ce"].run([lab.build / "app" / "mapedgectl" / "mapedgectl", "-s", lab.ce.socket_path]).stdout
        for line in (r"probe up, \d+\.\d ms, \d+s ago$", r"tcp \d+/240 \(peak \d+ at \d\d:\d\d\), udp ", r"hosts \d+ \(top 192\.168\.1\.10: \d+ ports",
                     r"^line +2001:db8:\S+, valid for ", r"^IPv4 +192\.0\.2\.18/32, PSID 0x34 of 8 bits, 240 ports: 15 ranges 4928-4943 "):
            assert re.search(line, screen, re.MULTILINE), f"no {line} in:\n{screen}"
        lab.assert_balanced()


RULE_OF_PREFIX = mape.Rule("2001:db8::/40", "192.0.0.0/16", ea=8, offset=4)


def not_from_a_prefix(build):
    """OPS-12 S46-22: a line with an IPv4 prefix has no probe, nor a filter, and the status says both; what hosts send is seen."""
    rule = ('ipv4 = "192.0.2.0/24"; ea = 16;', 'ipv4 = "192.0.0.0/16"; ea = 8;')
    with LineLab(build, changes=[PROBE, ("192.168.1.1/24", "192.0.18.1/24")], br=[rule]) as lab:
        host = lab.ns["h1"]
        host.run("ip address add 192.0.18.10/24 dev eth0")
        host.run("ip route replace default via 192.0.18.1")
        offered = container(rule=RULE_OF_PREFIX)
        lab.serve(prefix="2001:db8:12::/48", options={94: offered[:4] + b"\0" + offered[5:]})    # no FMR: no mesh
        lab.switch_on()
        softwire = lab.wait_softwire(configured=True, ipv4="192.0.18.0/24")["softwire"]
        assert softwire["translated"] is False and "no filter" in softwire["note"], softwire
        assert softwire["probe"]["state"] == "off" and "IPv4 prefix" in softwire["probe"]["reason"], softwire
        assert traffic.ping(host, SRV) == (3, 3)
        wait_until("the packets to be seen", lambda: softwire_of(lab)["reachable"] is True, PATIENCE)
        wait_until("a healthy box", lambda: healthy(lab) == "", PATIENCE)
        lab.assert_balanced()


def is_refused(lab, host):
    return "Destination Net Unreachable" in lab.ns[host].run(f"ping -n -c 1 -W 1 {SRV}", check=False).stdout


def command(lab, word):
    reply = lab.ce.ask(f"softwire-{word}")
    assert reply["result"] == 0, reply


def out_of_service(build):
    """S46-28 OPS-10: a softwire that the line has given, out of service by command, also over a reload and another prefix; and back."""
    with LineLab(build, changes=[PROBE]) as lab, lab.web_server():
        lab.serve(times=SHORT)
        lab.switch_on()
        lab.wait_softwire(configured=True)
        lab.fetch()
        command(lab, "disable")
        softwire = softwire_of(lab)
        assert softwire["configured"] is False and "by command" in softwire["reason"] and "softwire-enable" in softwire["hint"], softwire
        assert "probe" not in softwire and is_refused(lab, "h1")
        assert 'softwire: down name=line reason="it was taken out of service by command"' in lab.ce.log()
        assert lab.ce.ask("config-reload")["result"] == 0
        lab.serve(prefix=OTHER_PREFIX)
        wait_until("the other prefix", lambda: any(one["prefix"] == OTHER_PREFIX for one in lab.status()["dhcpv6"]["prefixes"]), PATIENCE)
        assert softwire_of(lab)["configured"] is False and is_refused(lab, "h1"), "reload and renumbering leave it out of service"
        command(lab, "enable")
        softwire = lab.wait_softwire(configured=True, ipv4="192.0.2.19/32")["softwire"]
        assert softwire["psid"] == 0x35, softwire
        lab.fetch()
        lab.assert_balanced()


def static_out_of_service(build):
    """S46-28 OPS-10: the same of one that the configuration describes, by mapedgectl; a BR says that it cannot."""
    with Lab(build, sites=("ce1",)) as lab:
        lab.ce = lab.daemons["ce1"]
        ctl = [lab.build / "app" / "mapedgectl" / "mapedgectl", "-s"]
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        for _ in range(2):                                # twice is no mistake
            lab.ns["ce1"].run([*ctl, lab.ce.socket_path, "softwire-disable"])
        assert is_refused(lab, "h1")
        reload(lab.ce, lab.config("ce1"))
        assert is_refused(lab, "h1")
        lab.ns["ce1"].run([*ctl, lab.ce.socket_path, "softwire-enable"])
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        refused = lab.ns["br"].run([*ctl, lab.daemons["br"].socket_path, "softwire-disable"], check=False)
        assert refused.returncode == 1 and "a BR has domains" in refused.stderr, refused
        lab.assert_balanced()


CASES = [("softwire: out of service by command (OPS-10)", out_of_service),
         ("softwire: a static one out of service by mapedgectl (OPS-10)", static_out_of_service),
         ("probe: the target goes and comes (OPS-12)", goes_and_comes),
         ("probe: none from a line with an IPv4 prefix (OPS-12)", not_from_a_prefix),
         ("health: by exit code (OPS-12)", health),
         ("probe: the target is away, the softwire is not (OPS-12)", others_know_better)]
