# SPDX-License-Identifier: BSD-3-Clause
"""mapedge explain: packets that are written down go the way of those that Scapy has made. usage: test_explain.py MAPEDGE ROOT"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from scapy.all import ICMP, IP, TCP, UDP, Ether, IPv6, Raw, wrpcap
from tap import add, main

MAPEDGE, ROOT = (Path(word).resolve() for word in sys.argv[1:3])
SCRATCH = tempfile.TemporaryDirectory(prefix="mapedge-explain-")
DIR = Path(SCRATCH.name)
BR = ROOT / "configs" / "br-lab.conf"
CE = ROOT / "configs" / "ce-lab.conf"
CE_ADDRESS, BR_ADDRESS = "2001:db8:12:3400:0:c000:212:34", "2001:db8:ffff::1"
PEER, SERVER, HOST = "192.0.2.18", "198.51.100.9", "192.168.1.10"


def run(*args):
    done = subprocess.run([MAPEDGE, *args], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def explain(config, *packets):
    code, out, err = run("explain", "-c", config, *packets)
    assert code == 0 and err == "", err
    return [block.splitlines() for block in out.split("\n\n")]


def mac_of(config, wire):
    return re.search(rf'name = "{wire}";[^}}]*?mac = "([0-9a-f:]+)"', config.read_text())[1]


def from_softwire(inner, source=CE_ADDRESS, target=BR_ADDRESS):
    return IPv6(src=source, dst=target) / inner


# What is written, where it comes in, and the same made by Scapy.
WRITTEN = [
    (CE, f"udp {HOST}:5000 > {SERVER}:53 len 1400", "lan", IP(src=HOST, dst=SERVER, id=1) / UDP(sport=5000, dport=53) / Raw(bytes(1372))),
    (CE, f"tcp {HOST}:5000 > {SERVER}:443 df", "lan", IP(src=HOST, dst=SERVER, id=1, flags="DF") / TCP(sport=5000, dport=443, flags="S")),
    (CE, f"icmp {HOST} > {SERVER} id 77 ttl 1", "lan", IP(src=HOST, dst=SERVER, id=1, ttl=1) / ICMP(id=77, seq=1)),
    (CE, f"udp {HOST}:5000 > {SERVER}:53 len 1461 df", "lan", IP(src=HOST, dst=SERVER, id=1, flags="DF") / UDP(sport=5000, dport=53) / Raw(bytes(1433))),
    (CE, f"udp {HOST}:5000 > {SERVER}:53 len 1461", "lan", IP(src=HOST, dst=SERVER, id=1) / UDP(sport=5000, dport=53) / Raw(bytes(1433))),
    (CE, f"softwire tcp {SERVER}:443 > {PEER}:4928 ack", "wan",
     from_softwire(IP(src=SERVER, dst=PEER) / TCP(sport=443, dport=4928, flags="A"), BR_ADDRESS, CE_ADDRESS)),
    (BR, f"softwire udp {PEER}:4928 > {SERVER}:53", "map", from_softwire(IP(src=PEER, dst=SERVER) / UDP(sport=4928, dport=53) / Raw(b""))),
    (BR, f"{CE_ADDRESS} > {BR_ADDRESS} | udp {PEER}:5000 > {SERVER}:53", "map", from_softwire(IP(src=PEER, dst=SERVER) / UDP(sport=5000, dport=53))),
    (BR, f"2001:db9::1 > {BR_ADDRESS} | tcp {PEER}:4928 > {SERVER}:53 syn", "map",
     from_softwire(IP(src=PEER, dst=SERVER) / TCP(sport=4928, dport=53, flags="S"), "2001:db9::1")),
    (BR, f"tcp {SERVER}:53 > {PEER}:4928 syn ack", "inet", IP(src=SERVER, dst=PEER) / TCP(sport=53, dport=4928, flags="SA")),
    (BR, f"udp {SERVER}:53 > {PEER}:80", "inet", IP(src=SERVER, dst=PEER) / UDP(sport=53, dport=80)),
    (BR, f"protocol 47 {SERVER} > {PEER}", "inet", IP(src=SERVER, dst=PEER, proto=47) / Raw(bytes(8))),
    (BR, f"udp {SERVER}:53 > 203.0.113.7:80", "inet", IP(src=SERVER, dst="203.0.113.7") / UDP(sport=53, dport=80)),
]


def replayed(config, wire, packet):
    """What came, steps and end as `mapedge replay --trace` tells them of Scapy's packet."""
    capture = DIR / "in.pcap"
    wrpcap(str(capture), [Ether(dst=mac_of(config, wire), src="02:00:00:00:00:fe") / packet])
    code, out, err = run("replay", "-c", config, "--in", f"{wire}={capture}", "--stats", "/dev/null", "--trace", "-", "--workers", "1")
    assert code == 0, err
    return out.split("\n\n")[0].splitlines()


def as_scapy_has_it():
    """The same frame: else a checksum or length would be dropped, or other steps taken."""
    for config, written, wire, packet in WRITTEN:
        block, traced = explain(config, written)[0], replayed(config, wire, packet)
        came = traced[0].split(f"from {wire}: ", 1)[1]
        assert block[0] == f"{came} comes in on {wire}", (block[0], came)
        steps = [line for line in traced if line.startswith("    ")]
        assert [line for line in block if line.startswith("    ")] == steps, (written, block, traced)
        reason = [line for line in traced if line.startswith("  dropped as")]
        assert [line for line in block if line.startswith("  dropped as")] == reason, (written, block, traced)
        sent = [line[len("  sent: "):] for line in traced if line.startswith("  sent: ")]
        if sent and "pieces" not in block[-1]:
            ports = re.compile(r"192\.0\.2\.18:\d+|id \d+")          # the choice of a port is random
            assert ports.sub("", sent[0]) in [ports.sub("", line.split(": ", 1)[1]) for line in block if line.startswith("  sent on")], (sent, block)


def line_of(block, begin):
    return next((line.strip() for line in block if line.startswith(f"  {begin}")), None)


def reasons():
    """Rule and PSID, port set, session and MTU: RFC 7597 appendix A's domain."""
    up, down = explain(BR, f"softwire udp {PEER}:4928 > {SERVER}:53", "reply")
    rule = f"rule: lab, 2001:db8::/40 = 192.0.2.0/24, 16 EA bits, offset 4; port 4928 is of PSID 0x34, the CE {CE_ADDRESS}"
    assert line_of(up, "rule") == line_of(down, "rule") == rule, up
    assert line_of(up, "sent on").startswith(f"sent on inet: {PEER}:4928 > {SERVER}:53")
    assert line_of(down, "sent on").startswith(f"sent on map: {BR_ADDRESS} > {CE_ADDRESS} | {SERVER}:53 > {PEER}:4928")
    assert line_of(down, "mtu") == "mtu: 28 bytes, and 1460 fit the softwire: it fits"
    nobody, nowhere = explain(BR, f"udp {SERVER}:53 > {PEER}:80", f"udp {SERVER}:53 > 203.0.113.7:80")
    assert line_of(nobody, "dropped").startswith("dropped as port_excluded") and line_of(nobody, "rule").endswith("; port 80 is nobody's")
    assert line_of(nowhere, "rule") == "rule: none has 203.0.113.7" and line_of(nowhere, "mtu") is None

    out, back, again, stray, big, refused = explain(
        CE, f"tcp {HOST}:5000 > {SERVER}:443", "reply", f"tcp {HOST}:5000 > {SERVER}:443 ack", f"softwire udp {SERVER}:9 > {PEER}:4928",
        f"udp {HOST}:7 > {SERVER}:9 len 1500", f"udp {HOST}:7 > {SERVER}:9 len 1500 df")
    assert line_of(out, "this CE").startswith(f"this CE: {CE_ADDRESS}, {PEER}, PSID 0x34, 240 ports: 4928-4943 9024-9039 "), out
    opened = re.fullmatch(rf"session: {HOST}:5000 is {PEER}:(\d+) towards {SERVER}:443, opened by this packet; without another packet it ends after 240 s",
                          line_of(out, "session"))
    assert opened and int(opened[1]) >> 4 & 0xff == 0x34, line_of(out, "session")
    assert line_of(back, "sent on").startswith(f"sent on lan: {SERVER}:443 > {HOST}:5000 tcp, ttl 63"), back
    assert "was there" in line_of(back, "session") and f":{opened[1]} " in line_of(again, "session"), again
    assert line_of(stray, "dropped").startswith("dropped as nat_no_mapping") and line_of(stray, "session") == "session: none", stray
    assert line_of(big, "mtu") == "mtu: 1500 bytes, and 1460 fit the softwire: it does not fit and went in 2 pieces", big
    assert line_of(refused, "dropped").startswith("dropped as too_big") and "icmp type 3 code 4" in line_of(refused, "sent on"), refused


def told_is_read():
    """What explain says of a packet is a packet that it reads."""
    for config, written, wire, _ in WRITTEN:
        block = explain(config, f"{written} df")[0]
        again = explain(config, f"{block[0].split(' comes in on ')[0]} df{' ack' if ' ack' in written and ' syn' not in written else ''}")[0]
        assert again[0] == block[0] and wire in block[0], (block[0], again[0])


def refused():
    """Nothing is guessed; the exit status is 1, and 2 for wrong usage."""
    for packet, says in (("udp 192.168.1.10:5000", "two IPv4 addresses"), ("192.168.1.10:5000 > 192.0.2.1:53", "which protocol?"),
                         ("udp 192.168.1.10:70000 > 192.0.2.1:53", '"192.168.1.10:70000" is no part'), ("udp 1.2.3.4:1 > 5.6.7.8:2 len 27", "28 bytes at least"),
                         ("tcp 1.2.3.4:1 > 5.6.7.8:2 len 9001", '"len" is no part'), ("udp 1.2.3.4:1 > 5.6.7.8:2 quickly", '"quickly" is no part'),
                         ("udp 2001:db8::1 > 2001:db8::2", "two IPv4 addresses"), ("udp 1.2.3.4:1 > 5.6.7.8:2 ttl", '"ttl" is no part'), ("reply", "nothing to reply to"),
                         ("udp 1.2.3.4:1 > 5.6.7.8:2 | udp 1.2.3.4:1 > 5.6.7.8:2", "two IPv4 addresses"), ("x" * 600, "characters"), ("udp " * 60, "words"),
                         (f"softwire udp 203.0.113.7:1 > {SERVER}:2", "no rule says")):
        code, _, err = run("explain", "-c", BR, packet)
        assert code == 1 and says in err, (packet, code, err)
    code, _, err = run("explain", "-c", BR, f"udp {SERVER}:53 > {PEER}:80", "reply")
    assert code == 0 or "nothing to reply to" in err, err
    code, _, err = run("explain", "-c", DIR / "none.conf", f"udp {SERVER}:53 > {PEER}:80")
    assert code == 1 and "none.conf" in err, err
    for words in ([], ["-c", BR], ["udp"], ["--nonsense"], ["-c", BR, *["reply"] * 17]):
        code, out, err = run("explain", *words)
        assert code == 2 and "usage:" in err and out == "", (words, code)
    code, out, _ = run("explain", "--help")
    assert code == 0 and "usage:" in out


def of_any_configuration():
    """Each that is shipped: what Linux and the line would say is not asked for."""
    for config in sorted((ROOT / "configs").glob("*.conf")):
        if 'role = "' not in config.read_text():
            continue
        block = explain(config, f"udp {HOST}:5000 > {SERVER}:53")[0]
        assert any("comes in on" in line for line in block) and not any("no_neighbour" in line for line in block), (config, block)


add("the way of the same packet, made by Scapy", as_scapy_has_it)
add("rule, PSID, session and MTU", reasons)
add("what is told can be read", told_is_read)
add("what is refused", refused)
add("each shipped configuration", of_any_configuration)
main()
