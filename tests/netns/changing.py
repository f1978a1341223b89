# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE's configuration changes again and again while its hosts work."""
import subprocess

from control import reload
from daemon import wait_until
from lab import SRV, grown
from napt import HOSTS, PATIENCE, SERVERS, NaptLab
from traffic import ECHO_PORT, TCP, Echo, Flow, Repeated, closing, exchange

RELOADS, CONNECTIONS, DATAGRAMS = 100, 500, 40
KEPT = '{ protocol = "tcp"; ports = "4928"; to = "192.168.1.10"; }'
GOES = '{ protocol = "tcp"; ports = "4929-4931"; to = "192.168.1.11"; }'


def settings(forwards, udp_timeout):
    return f'port_reuse = "on_exhaustion"; udp_timeout = {udp_timeout}; forwards = ( {forwards} );'


FIRST = settings(f"{KEPT}, {GOES}", 300)


def with_nat(config, nat):
    return config.replace(f"nat = {{ {FIRST} }};", f"nat = {{ {nat} }};")


def reloads_under_load(build):
    """SEC-10: 100 reloads, 50 forwards gone and back, under iperf3, 500 TCP connections and 40 UDP flows: none ends, nothing is asked twice."""
    with NaptLab(build, FIRST) as lab, Echo(lab.ns["srv"]):
        ce, config = lab.daemons["ce1"], lab.config("ce1")
        hosts = list(HOSTS)
        flows = [Flow(lab.ns[hosts[i % len(hosts)]], f"udp {i}") for i in range(DATAGRAMS)]
        flows += [Flow(lab.ns[hosts[i % len(hosts)]], f"tcp {i}", TCP, (SERVERS[i % len(SERVERS)], ECHO_PORT)) for i in range(CONNECTIONS)]
        server = lab.start("srv", ["iperf3", "-s", "-1", "-B", SRV], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with closing(flows):
            exchange(flows, deadline=PATIENCE)
            opened = ce.stats()["events"]["sessions_created"]
            load = lab.start("h2", ["iperf3", "-c", SRV, "-t", "300", "-b", "100M"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Its connections shall not take the ports of a forward that is away: that reload would touch them.
            wait_until("iperf3", lambda: ce.stats()["events"]["sessions_created"] >= opened + 2)
            before = ce.stats()
            with Repeated(lambda: exchange(flows, deadline=PATIENCE)) as talk:
                for i in range(RELOADS):
                    forwards = KEPT if i % 2 == 0 else f"{KEPT}, {GOES}"
                    assert reload(ce, with_nat(config, settings(forwards, 300 + i % 7))) == i + 2
                    talk.check()
                rounds = talk.times
                while talk.times < rounds + 2:            # and it all goes on behind the last one
                    talk.check()
            assert load.poll() is None, "iperf3 has ended"
            load.terminate()
            load.communicate(timeout=PATIENCE)
            assert sum(flow.repeated for flow in flows) == 0, "a datagram was lost"
            assert len({flow.external for flow in flows}) > 200, "so many ports are there"
            after = ce.stats()
        server.terminate()
        server.wait()
        assert after["generation"] == RELOADS + 1
        assert after["events"].get("sessions_flushed", 0) == before["events"].get("sessions_flushed", 0), "a reload has ended sessions"
        assert not grown(before["drops"], after["drops"]), "a packet was dropped"
        lab.assert_balanced()


CASES = [("a CE is reloaded a hundred times under load (SEC-10)", reloads_under_load)]
