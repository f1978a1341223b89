# SPDX-License-Identifier: BSD-3-Clause
"""Cases: what users of other boxes have reported, rebuilt. What matters is that the box says why."""
import provision
import provision_http
import traffic
from daemon import edit, wait_until
from lab import BR6, H1, SRV, V4, Lab, ports_of
from peers import kernel_in_place_of_br, softwire_of_the_kernel
from provision import LineLab
from traffic import Echo, Flow, closing, exchange

MISTYPED = "2001:db8:fffe::1"
OUR_END = "2001:db8:12:3400::a"
PATIENCE = 40


def softwire_is(ce, **wanted):
    def is_so():
        softwire = ce.ask("status")["arguments"]["softwire"]
        return softwire if all(softwire[key] == value for key, value in wanted.items()) else None

    return wait_until(f"the softwire to be {wanted}", is_so, PATIENCE)


def knock(lab):
    lab.ns["h1"].run(f"ping -n -c 5 -i 0.3 -W 1 {SRV}", check=False)


def mistyped_other_end(build):
    """A fixed address by IPIP whose other end is mistyped: configured, but not reachable, and a hint; corrected, it lives."""
    fixed = [("end_user_prefix = \"2001:db8:12:3400::/56\";", f'kind = "ipip"; local = "{OUR_END}"; ipv4 = "{V4}/32";'),
             ('    iid = "rfc7597";\n', ""), (BR6, MISTYPED),
             ("    # Must be the same on the BR, or nothing passes.\n", ""),
             ('    rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); }', "  }")]
    with Lab(build, sites=("ce1",), changes={"ce1": fixed}) as lab:
        softwire_of_the_kernel(kernel_in_place_of_br(lab), BR6, OUR_END, f"{V4}/32", "map")
        del lab.daemons["br"]
        ce = lab.daemons["ce1"]
        softwire = softwire_is(ce, configured=True, reachable=None)
        assert softwire["remote"] == MISTYPED and softwire["carrying"] is False, softwire
        knock(lab)
        softwire = softwire_is(ce, configured=True, reachable=False)
        assert "nothing comes back" in softwire["reachable_reason"] and "`remote`" in softwire["hint"], softwire
        assert softwire["unanswered_packets"] >= 5 and softwire["carrying"] is False, softwire
        assert softwire["last_minute"]["received_packets"] == 0 and "last_received_s" not in softwire, softwire
        wait_until("the log", lambda: f"softwire: silent name=map0 remote={MISTYPED}" in ce.log())

        ce.write_config(edit(lab.config("ce1"), [(MISTYPED, BR6)]))
        assert ce.ask("config-reload")["result"] == 0
        softwire_is(ce, configured=True, reachable=None, remote=BR6)
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        softwire = softwire_is(ce, reachable=True, carrying=True)
        assert softwire["last_minute"]["received_packets"] >= 3 and "hint" not in softwire, softwire
        lab.assert_balanced()


STATEFUL = """table ip6 filter { chain input { type filter hook input priority 0; policy drop;
  ct state established,related accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept; }; }"""


def replies_behind_a_firewall(build):
    """DHCPv6 replies come from a link-local address, and the box's own firewall drops them: the status names it."""
    with LineLab(build) as lab, lab.web_server():
        firewall = lab.directory / "firewall.nft"
        firewall.write_text(STATEFUL, encoding="ascii")
        lab.ns["ce"].run(["nft", "-f", firewall])
        lab.serve()
        lab.switch_on()
        status = wait_until("the reason", lambda: "firewall" in (now := lab.status())["dhcpv6"]["reason"] and now, PATIENCE)
        assert "546" in status["dhcpv6"]["reason"] and status["softwire"]["configured"] is False, status
        assert not any(status["dhcpv6"]["received"].values()), status
        lab.ns["ce"].run("nft add rule ip6 filter input ip6 saddr fe80::/10 udp dport 546 accept")
        status = lab.wait_softwire(configured=True)
        assert "firewall" not in status["dhcpv6"]["reason"], status
        lab.fetch()
        lab.assert_balanced()


def port_of_somebody_else(build):
    """A forward of a port that the line does not have is refused with the nearest ones; one of these works, from outside."""
    forward = 'nat = { forwards = ( { protocol = "tcp"; ports = "%s"; to = "%s"; to_port = 443; } ); };\n'
    with Lab(build, sites=("ce1",)) as lab:
        ce = lab.daemons["ce1"]
        ce.write_config(lab.config("ce1") + forward % ("443", H1))
        reply = ce.ask("config-reload")
        assert reply["result"] == 1 and "443" in reply["text"], reply
        nearest = min(ports_of("ce1"))
        assert str(nearest) in reply["text"], reply
        assert traffic.ping(lab.ns["h1"], SRV) == (3, 3)
        ce.write_config(lab.config("ce1") + forward % (nearest, H1))
        assert ce.ask("config-reload")["result"] == 0
        with Echo(lab.ns["h1"], port=443), closing([Flow(lab.ns["srv"], "visitor", traffic.TCP, remote=(V4, nearest))]) as flows:
            exchange(flows)
        lab.assert_balanced()


CASES = [
    ("scenario S0: a home gateway has the softwire already (MAPE-09)", provision.behind_a_home_gateway),
    ("scenario S1: a fixed address, and the other end mistyped", mistyped_other_end),
    ("scenario S2: DHCPv6 replies dropped by the box's own firewall", replies_behind_a_firewall),
    ("scenario S3: a forward of a shared address", port_of_somebody_else),
    ("scenario S4: a list of rules of which none is for the line", provision_http.by_a_file_of_rules),
]
