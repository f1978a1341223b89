# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl trace of a daemon whose ports play a capture again and again. usage: test_live_trace.py MAPEDGE MAPEDGECTL"""
import json
import re
import signal
import subprocess

from scapy.all import IP, TCP, UDP, Ether, IPv6, wrpcap
from started import BR, CONFIG, CTL, DEADLINE, DIR, MAPEDGE, SOCKET, answer, ctl, wait_for, with_daemon
from tap import add, main

FRAMES = DIR / "frames.pcap"
CE_ADDRESS, BR_ADDRESS = "2001:db8:12:3400:0:c000:212:34", "2001:db8:ffff::1"
TO_BR = Ether(dst="02:00:00:00:0b:01", src="02:00:00:00:06:03")
# What is carried; a spoofed inner source port; a spoofed outer source; and a TTL that ends.
PACKETS = [TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / UDP(sport=4928, dport=53),
           TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / UDP(sport=5000, dport=53),
           TO_BR / IPv6(src="2001:db9::1", dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / TCP(sport=4929, dport=80),
           TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9", ttl=1) / UDP(sport=4930, dport=53)]
BECOMES = {"192.0.2.18:4928": ("sent", None), "192.0.2.18:5000": ("dropped", "spoof_v4"), "192.0.2.18:4929": ("dropped", "spoof_v6"),
           "192.0.2.18:4930": ("dropped", "ttl")}
CALM = BR.replace('addresses = [ "198.18.0.1/24" ];', 'addresses = [ "198.18.0.1/24" ]; '
                  'neighbours = ( { address = "198.18.0.9"; mac = "02:00:00:00:06:04"; } );') \
    .replace("workers = 2", "workers = 1").replace("buffers = 8192", "buffers = 16384") + """domains = ( { name = "lab"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""
LOADED = CALM.replace("net_null0,no-rx=1", f"net_pcap0,rx_pcap={FRAMES},tx_pcap={DIR / 'tx0.pcap'},infinite_rx=1")


def trace(*args):
    done = subprocess.run([CTL, "trace", "-s", SOCKET, *args], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout, done.stderr


def offline():
    """The ways of the four as `mapedge replay --trace` tells them, by inner source: the lines between what came and what became of it."""
    done = subprocess.run([MAPEDGE, "replay", "-c", CONFIG, "--in", f"map={FRAMES}", "--stats", "/dev/null", "--trace", "-"],
                          capture_output=True, text=True, timeout=DEADLINE, check=True)
    return ways_in(done.stdout)


def ways_in(text):
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    return [(re.search(r"\| (\S+) >", block[0])[1], [line for line in block if line.startswith("    ")], block[0].split(": ", 1)[1], block)
            for block in blocks]


def the_same_as_offline():
    """OPS-01: each packet of the running box with its steps, verdict and reason, as the same path tells them offline."""
    expected = {source: (steps, came) for source, steps, came, _ in offline()}
    assert set(expected) == set(BECOMES)
    code, out, err = trace("add", "map", "40")
    assert code == 0 and "40 packets" in err, err
    seen = set()
    for source, steps, came, block in ways_in(out):
        verdict, reason = BECOMES[source]
        if reason == "ttl" and "encapsulate" not in steps[-1]:
            steps.append(expected[source][0][-1])        # so many ICMP errors in a second, and no more
        assert (steps, came) == expected[source], (source, steps, expected[source])
        end = next(line for line in block if line.startswith(f"  {verdict}"))
        if reason:
            assert end.startswith(f"  dropped as {reason}: ") and block[-1].startswith("  hint: "), block
        else:
            assert end == "  sent: 192.0.2.18:4928 > 198.18.0.9:53 udp, ttl 63, 28 bytes", end
        seen.add(source)
    assert seen == set(BECOMES), seen
    assert len(ways_in(out)) == 40


def filtered():
    code, out, err = trace("--json", "add", "any", "5", "ip6", "src", "2001:db9::1")
    assert code == 0, err
    ways = [json.loads(line) for line in out.splitlines()]
    assert len(ways) == 5 and {(way["reason"], way["verdict"], way["interface"], way["worker"]) for way in ways} == {("spoof_v6", "dropped", "map", 0)}, out
    code, out, err = trace("-t", "1", "add", "internet", "5")
    assert code == 0 and out == "" and err.splitlines()[-1].startswith("0 packets"), (out, err)
    for words, status, says in ((["add", "map", "5", "no", "such", "filter"], 1, "the filter is none"), (["add", "nowhere", "1"], 1, 'no interface "nowhere"'),
                                (["add", "map", "0"], 1, '"count" must be 1'), (["add", "map", "1001"], 1, "0..1000"), (["add", "map"], 2, "Usage"),
                                (["remove", "map", "1"], 2, "Usage"), (["add", "map", "many"], 2, "Usage"), (["--nonsense"], 2, "Usage"),
                                (["add", "map", "1", "x" * 2000], 2, "Usage")):
        code, out, err = trace(*words)
        assert code == status and says in err and out == "", (words, code, err)


def nobody_takes():
    """A thousand are wanted and nobody takes them: what does not fit is counted as lost, and packets go on."""
    wanted = answer("trace-start", "count=1000")["id"]
    code, _, err = ctl("trace-start")
    assert code == 1 and "somebody else traces" in err, err
    taken = answer("trace-take", f"id={wanted}", "count=1")
    assert len(taken["packets"]) <= 1
    wait_for(lambda: answer("trace-take", f"id={wanted}", "count=0")["lost"] > 10000, "nothing is lost")
    state = answer("trace-take", f"id={wanted}", "count=0")
    assert state["left"] == 1000 - len(taken["packets"]), state
    sent = answer("stats-get")["interfaces"][1]["tx_packets"]
    wait_for(lambda: answer("stats-get")["interfaces"][1]["tx_packets"] > sent + 1000, "packets do not go on")
    assert len(answer("trace-take", f"id={wanted}", "count=64")["packets"]) == 64
    assert answer("trace-stop", f"id={wanted}") == {}
    code, _, err = ctl("trace-take", f"id={wanted}")
    assert code == 1 and f"there is no trace {wanted}, or it has ended" in err, err
    wait_for(lambda: ctl("trace-start")[0] == 0, "the workers keep the old one")


def interrupted():
    with subprocess.Popen([CTL, "trace", "-s", SOCKET, "add", "internet", "1"], stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr.readline().startswith("tracing")
        first.send_signal(signal.SIGINT)
        assert first.wait(DEADLINE) == 0
    wait_for(lambda: ctl("trace-start")[0] == 0, "it goes on behind its client")


wrpcap(str(FRAMES), PACKETS)
add("the same as offline", with_daemon(LOADED, the_same_as_offline))
add("filters, and what is refused", with_daemon(LOADED, filtered))
add("nobody takes", with_daemon(LOADED, nobody_takes))
add("interrupted", with_daemon(CALM, interrupted))
main()
