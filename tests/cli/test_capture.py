# SPDX-License-Identifier: BSD-3-Clause
"""mapedgectl capture of a daemon whose ports play a capture again and again. usage: test_capture.py MAPEDGE MAPEDGECTL"""
import json
import signal
import subprocess
import time

from scapy.all import IP, TCP, UDP, Ether, IPv6, rdpcap, wrpcap
from started import BR, CTL, DEADLINE, DIR, SOCKET, answer, ctl, wait_for, with_daemon
from tap import add, main

FRAMES, OUT = DIR / "frames.pcap", DIR / "out.pcapng"
CE_ADDRESS, BR_ADDRESS = "2001:db8:12:3400:0:c000:212:34", "2001:db8:ffff::1"
TO_BR = Ether(dst="02:00:00:00:0b:01", src="02:00:00:00:06:03")
# What is carried; a spoofed inner source port; a spoofed outer source; and a TTL that ends.
PACKETS = [TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / UDP(sport=4928, dport=53),
           TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / UDP(sport=5000, dport=53),
           TO_BR / IPv6(src="2001:db9::1", dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9") / TCP(sport=4929, dport=80),
           TO_BR / IPv6(src=CE_ADDRESS, dst=BR_ADDRESS) / IP(src="192.0.2.18", dst="198.18.0.9", ttl=1) / UDP(sport=4930, dport=53)]
CONFIG = BR.replace("net_null0,no-rx=1", f"net_pcap0,rx_pcap={FRAMES},tx_pcap={DIR / 'tx0.pcap'},infinite_rx=1") \
    .replace('addresses = [ "198.18.0.1/24" ];', 'addresses = [ "198.18.0.1/24" ]; '
             'neighbours = ( { address = "198.18.0.9"; mac = "02:00:00:00:06:04"; } );') \
    .replace("workers = 2", "workers = 1").replace("buffers = 8192", "buffers = 16384") + """domains = ( { name = "lab"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""


def capture(*args):
    OUT.unlink(missing_ok=True)
    done = subprocess.run([CTL, "capture", "-s", SOCKET, "-w", OUT, *args], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stderr


def fields(*names):
    """What tshark reads of each packet."""
    done = subprocess.run(["tshark", "-r", OUT, "-T", "fields", *(word for name in names for word in ("-e", name))],
                          capture_output=True, text=True, timeout=DEADLINE, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def reasons():
    """OPS-01: each with its reason in a comment that tshark shows."""
    code, err = capture("-c", "60")
    assert code == 0 and "60 packets" in err, err
    comments = {row[0] for row in fields("frame.comment")}
    assert {comment.split(": ")[1] for comment in comments} == {"spoof_v4", "spoof_v6", "ttl"}, comments
    assert all("hint: " in comment for comment in comments), comments
    code, err = capture("-c", "20", "--drop", "spoof_v6")
    assert code == 0, err
    rows = fields("frame.comment", "ipv6.src", "frame.interface_name")
    assert len(rows) == 20 and all("spoof_v6" in row[0] and row[1] == "2001:db9::1" and row[2] == "map" for row in rows), rows[0]
    drops = {drop["reason"]: drop for drop in answer("show", "drops", "explain")["drops"]}
    assert set(drops) >= {"spoof_v4", "spoof_v6", "ttl"} and drops["ttl"]["hint"], drops


def both_ways():
    """What is received is what was sent to us, byte for byte, and what is sent is no frame that was dropped."""
    code, err = capture("-c", "40", "--rx")
    assert code == 0, err
    sent = {bytes(packet) for packet in PACKETS}
    assert {bytes(packet) for packet in rdpcap(str(OUT))} <= sent
    code, err = capture("-c", "40", "--tx", "-i", "internet")
    assert code == 0, err
    rows = fields("ip.src", "udp.srcport", "frame.interface_name", "ip.ttl")
    assert {tuple(row) for row in rows} == {("192.0.2.18", "4928", "internet", "63")}, rows[0]
    times = [float(row[0]) for row in fields("frame.time_epoch")]
    assert all(abs(moment - time.time()) < 3600 for moment in times) and times == sorted(times)


def filtered():
    code, err = capture("-c", "10", "--rx", "--snap", "60", "ip6", "src", "2001:db9::1")
    assert code == 0, err
    rows = fields("ipv6.src", "frame.cap_len", "frame.len")
    assert rows == [["2001:db9::1", "60", str(len(PACKETS[2]))]] * 10, rows
    for words, says in ((["no", "such", "filter"], "the filter is none"), (["--drop", "nonsense"], '"nonsense" is no reason'),
                        (["-i", "nowhere"], 'there is no interface "nowhere"')):
        code, err = capture(*words)
        assert code == 1 and says in err and "hint" in err, (words, code, err)


def one_at_a_time():
    """A second one is refused, the first goes on; when it is interrupted its file is whole."""
    OUT.unlink(missing_ok=True)
    with subprocess.Popen([CTL, "-s", SOCKET, "capture", "-w", OUT], stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr.readline().startswith("capturing")
        code, _, err = ctl("capture-start")
        assert code == 1 and "somebody else captures" in err and "30 seconds" in err, err
        end = time.monotonic() + DEADLINE
        while not OUT.exists() or OUT.stat().st_size < 10000:
            assert time.monotonic() < end
            time.sleep(0.02)
        first.send_signal(signal.SIGINT)
        assert first.wait(DEADLINE) == 0
    assert len(fields("frame.number")) > 10
    wanted = answer("capture-start", "tx")["id"]
    taken = []
    wait_for(lambda: taken.extend(answer("capture-take", f"id={wanted}", "count=1")["packets"]) or taken, "no packet is sent")
    assert taken[0]["event"] == "tx"
    assert answer("capture-stop", f"id={wanted}") == {}
    assert ctl("capture-take", f"id={wanted}")[0] == 1
    assert json.loads(ctl("show", "stats", "--json")[1])["drops"]["spoof_v4"] > 0


wrpcap(str(FRAMES), PACKETS)
add("dropped, with the reasons", with_daemon(CONFIG, reasons))
add("received and sent", with_daemon(CONFIG, both_ways))
add("filters", with_daemon(CONFIG, filtered))
add("one at a time", with_daemon(CONFIG, one_at_a_time))
main()
