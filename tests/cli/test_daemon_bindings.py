# SPDX-License-Identifier: BSD-3-Clause
"""Bindings in the running daemon, whose ports carry nothing. usage: test_daemon_bindings.py MAPEDGE MAPEDGECTL"""
import json
import socket
import subprocess

from started import BR, CONFIG, CTL, DEADLINE, DIR, LOG, MAPEDGE, RULE_LOG, SOCKET, answer, ctl, start, with_daemon
from tap import add, main

FILE = DIR / "bindings.txt"
GOOD = BR + """domains = ( { name = "fixed"; br = "2001:db8:ffff::1"; bindings_file = "bindings.txt";
  pools = ( { ipv4 = "203.0.113.0/24"; offset = 6; psid_len = 8; }, { ipv4 = "198.51.100.0/24"; offset = 0; psid_len = 0; } ); } );
"""
TEXT = "203.0.113.1 0x34 2001:db8:100::1\n203.0.113.1 53 2001:db8:200::cafe\n198.51.100.9 - 2001:db8:300::9\n"
COUNTERS = {f"sent_{family}_{unit}": 0 for family in ("ipv6", "ipv4") for unit in ("packets", "bytes")}
CAPACITY = 65536


def begin(config=GOOD, text=TEXT):
    if text is not None:
        FILE.write_text(text)
    return start(config)


def with_bindings(function):
    run = with_daemon(GOOD, function)

    def prepared():
        FILE.write_text(TEXT)
        run()
    return prepared


def refused(words, *args):
    code, out, err = ctl(*args)
    assert code in (1, 2) and all(word in err for word in words), (code, out, err)


def bound(ipv4, psid=None):
    """The softwire that an address and PSID are bound to, and where that comes from; None when they are not."""
    code, out, err = ctl("binding-get", f"ipv4={ipv4}", *([] if psid is None else [f"psid={psid}"]), "--json")
    if code != 0:
        assert "is not bound" in err, err
        return None
    binding = json.loads(out)
    assert binding["ipv4"] == ipv4 and binding.get("psid") == (None if psid is None else int(str(psid), 0)), binding
    assert binding["domain"] == "fixed" and COUNTERS.items() <= binding.items(), binding
    return binding["softwire"], binding["from"]


def count():
    return answer("stats-get")["bindings"]["count"]


class Client:
    """One connection, many requests."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(SOCKET))
        self.replies = self.socket.makefile()

    def ask(self, command, **arguments):
        self.socket.sendall(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
        return json.loads(self.replies.readline())

    def add(self, bindings, **arguments):
        return self.ask("binding-add", bindings=[dict(zip(("ipv4", "psid", "softwire"), one)) for one in bindings], **arguments)


def commands():
    """SEC-13."""
    statistics = answer("stats-get")["bindings"]
    assert statistics["count"] == 3 and statistics["capacity"] == CAPACITY and statistics["memory_bytes"] > 48 * CAPACITY
    assert bound("203.0.113.1", 52) == bound("203.0.113.1", "0x34") == ("2001:db8:100::1", "file")
    assert bound("198.51.100.9") == ("2001:db8:300::9", "file")
    assert bound("203.0.113.1", 54) is None and bound("198.51.100.8") is None
    assert answer("binding-add", "ipv4=203.0.113.1", "psid=54", "softwire=2001:db8::54") == {"added": 1, "replaced": 0, "failed": 0}
    assert bound("203.0.113.1", 54) == ("2001:db8::54", "command") and count() == 4
    refused(["203.0.113.1, PSID 54 is bound to 2001:db8::54", '"replace": true'], "binding-add", "ipv4=203.0.113.1", "psid=54",
            "softwire=2001:db8::55")
    for softwire in ("2001:db8::55", "2001:db8::55", "2001:db8::56"):
        assert answer("binding-add", "ipv4=203.0.113.1", "psid=54", f"softwire={softwire}", "replace=true")["replaced"] == 1
    assert bound("203.0.113.1", 54) == ("2001:db8::56", "command") and count() == 4
    assert answer("binding-remove", "ipv4=203.0.113.1", "psid=54") == {}
    assert bound("203.0.113.1", 54) is None and count() == 3
    assert answer("binding-remove", "ipv4=198.51.100.9") == {}
    assert bound("198.51.100.9") is None and count() == 2


def refusals():
    for words, *args in (
            (["203.0.112.1 is in no pool", "hint"], "binding-add", "ipv4=203.0.112.1", "psid=1", "softwire=2001:db8::1"),
            (["PSID 256 does not fit into the 8 bits", "0..255"], "binding-add", "ipv4=203.0.113.1", "psid=256", "softwire=2001:db8::1"),
            (["203.0.113.1 needs a PSID"], "binding-add", "ipv4=203.0.113.1", "softwire=2001:db8::1"),
            (["198.51.100.1 has no PSID"], "binding-add", "ipv4=198.51.100.1", "psid=0", "softwire=2001:db8::1"),
            (["is multicast"], "binding-add", "ipv4=203.0.113.1", "psid=1", "softwire=ff02::1"),
            (["address of a border relay"], "binding-add", "ipv4=203.0.113.1", "psid=1", "softwire=2001:db8:ffff::1"),
            (["is not bound"], "binding-remove", "ipv4=203.0.113.1", "psid=1"),
            (["needs a PSID"], "binding-remove", "ipv4=203.0.113.1"),
            (["has no PSID"], "binding-get", "ipv4=198.51.100.9", "psid=0"),
            (["is in no pool"], "binding-get", "ipv4=10.0.0.1"),
            (["must be an IPv4 address"], "binding-get", "ipv4=10.0.0"),
            (['"psid" must be an integer'], "binding-get", "ipv4=203.0.113.1", "psid=0x12345"),
            (['"psid" must be an integer'], "binding-get", "ipv4=203.0.113.1", "psid=0x3g")):
        refused(words, *args)
    assert count() == 3 and bound("203.0.113.1", 53) == ("2001:db8:200::cafe", "file")


def reload():
    """SEC-10. What came by command lives until the next reload; a file that is not good changes nothing."""
    answer("binding-add", "ipv4=203.0.113.7", "psid=7", "softwire=2001:db8::7")
    answer("binding-remove", "ipv4=203.0.113.1", "psid=52")
    answer("binding-add", "ipv4=203.0.113.1", "psid=53", "softwire=2001:db8::53", "replace=true")
    for broken, words in ((TEXT + "203.0.113.1 300 2001:db8::1\n", ["bindings.txt:4: error: PSID 300", "hint"]),
                          (TEXT + TEXT, ["bindings.txt:4: error: a second binding", "the first is in line 1"]), (None, ["cannot be read"])):
        FILE.unlink(missing_ok=True)
        if broken is not None:
            FILE.write_text(broken)
        refused(words, "config-reload")
        assert count() == 3 and bound("203.0.113.7", 7) and bound("203.0.113.1", 53) == ("2001:db8::53", "command")
    FILE.write_text(TEXT + "203.0.113.1 55 2001:db8::55")
    assert answer("config-reload")["generation"] == 2
    assert count() == 4 and bound("203.0.113.7", 7) is None
    assert bound("203.0.113.1", 52) == ("2001:db8:100::1", "file")
    assert bound("203.0.113.1", 53) == ("2001:db8:200::cafe", "file") and bound("203.0.113.1", 55)
    CONFIG.write_text(GOOD.replace("psid_len = 8", "psid_len = 4"))
    refused(["bindings.txt:1: error: PSID 52 does not fit into the 4 bits"], "config-reload")
    CONFIG.write_text(GOOD.replace('bindings_file = "bindings.txt";', ""))
    answer("config-reload")
    assert count() == 0 and bound("203.0.113.1", 52) is None
    answer("binding-add", "ipv4=203.0.113.1", "psid=52", "softwire=2001:db8::52")
    CONFIG.write_text(GOOD[:GOOD.index("domains")] + """domains = ( { name = "fixed"; br = "2001:db8:ffff::1";
      rules = ( { ipv6 = "2001:db8:1::/48"; ipv4 = "203.0.113.0/24"; ea = 16; } ); } );""")
    answer("config-reload")
    assert "bindings" not in answer("stats-get")
    refused(["203.0.113.1 is in no pool"], "binding-add", "ipv4=203.0.113.1", "psid=52", "softwire=2001:db8::52")
    CONFIG.write_text(GOOD)
    answer("config-reload")
    assert count() == 4


def empty():
    """Nothing is bound: every command says so."""
    FILE.write_text("# nobody yet\n")
    answer("config-reload")
    assert count() == 0 and bound("203.0.113.1", 52) is None
    assert owners("address=203.0.113.1", "port=1232") == ("nobody", [])
    assert owners("address=2001:db8:100::1") == ("no_rule", [])
    assert answer("rules-get")["total"] == 0
    refused(["is not bound"], "binding-remove", "ipv4=203.0.113.1", "psid=52")
    assert answer("binding-add", "ipv4=203.0.113.1", "psid=52", "softwire=2001:db8::1")["added"] == 1 and count() == 1


def compiled():
    binary = DIR / "bindings.bin"
    done = subprocess.run([CTL, "bindings", "compile", FILE, binary, "-c", CONFIG], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    assert done.returncode == 0, done.stderr
    config = GOOD.replace("bindings.txt", "bindings.bin")
    CONFIG.write_text(config)
    answer("config-reload")
    assert count() == 3 and bound("203.0.113.1", 52) == ("2001:db8:100::1", "file")
    CONFIG.write_text(config.replace("offset = 6", "offset = 4"))
    refused(["bindings.bin: error: it was made for other pools", "mapedgectl bindings compile"], "config-reload")
    CONFIG.write_text(config)
    binary.write_bytes(binary.read_bytes()[:-1])
    refused(["bindings.bin: error:", "it was cut"], "config-reload")
    assert count() == 3


def full():
    """SEC-13: a full table refuses what is new and goes on; what was taken out makes room as soon as the workers let go."""
    client = Client()
    everything = [(f"203.0.113.{host}", psid, f"2001:db8:{host:x}:{psid:x}::1") for host in range(256) for psid in range(256)]
    known = {("203.0.113.1", 52), ("203.0.113.1", 53)}
    missing = [one for one in everything if one[:2] not in known]
    for start_at in range(0, len(missing), 500):
        reply = client.add(missing[start_at:start_at + 500])
        assert reply["result"] == 0 or start_at + 500 > len(missing), reply
    # One address of the other pool was there before, so one of 65 536 port sets had no room.
    assert reply["arguments"]["failed"] == 1 and "the table is full: it has room for 65536" in reply["text"], reply
    assert "hint:" in reply["text"] and count() == CAPACITY
    assert bound("203.0.113.255", 254) == ("2001:db8:ff:fe::1", "command") and bound("203.0.113.255", 255) is None
    refused(["the table is full"], "binding-add", "ipv4=203.0.113.1", "psid=52", "softwire=2001:db8::52", "replace=true")
    for number in range(300):
        gone, other = missing[number], missing[1000 + number]
        assert client.ask("binding-remove", ipv4=gone[0], psid=gone[1])["result"] == 0
        reply = client.add([(*other[:2], f"2001:db8:ffff:ffff::{number:x}")], replace=True)
        assert reply["arguments"]["replaced"] == 1, reply
        assert client.add([gone])["result"] == 0
    assert count() == CAPACITY and bound(*missing[1299][:2]) == ("2001:db8:ffff:ffff::12b", "command")


def churn():
    """More replacements than the table has entries: they come back after their grace periods, with workers that sleep or not."""
    client = Client()
    sets = [("203.0.113.1", psid) for psid in range(250)]
    assert client.add([(*one, "2001:db8::1") for one in sets], replace=True)["result"] == 0
    for number in range(CAPACITY * 5 // 4 // 250):
        reply = client.add([(*one, f"2001:db8:1::{number:x}") for one in sets], replace=True)
        assert reply["result"] == 0 and reply["arguments"]["replaced"] == 250, reply
    assert bound("203.0.113.1", 7) == (f"2001:db8:1::{number:x}", "command")
    assert bound("198.51.100.9") == ("2001:db8:300::9", "file")


def owners(*question):
    found = answer("lookup", *question)
    return found["answer"], [(ce["by"], ce["map_address"], ce["ipv4"], ce["psid"]) for ce in found["ces"]]


def traced():
    """OPS-06: who has it is found from both sides, and what commands change is in the rule log."""
    one, whole = ("binding", "2001:db8:100::1", "203.0.113.1", 52), ("binding", "2001:db8:300::9", "198.51.100.9", 0)
    assert owners("address=203.0.113.1", "port=1232") == owners("address=2001:db8:100::/48") == ("ce", [one])
    assert owners("address=198.51.100.9") == owners("address=2001:db8:300::9") == ("ce", [whole])
    assert owners("address=203.0.113.1", "port=1240") == ("nobody", [])
    before = len(RULE_LOG.read_text().splitlines())
    answer("binding-add", "ipv4=203.0.113.1", "psid=54", "softwire=2001:db8::54")
    answer("binding-add", "ipv4=203.0.113.1", "psid=54", "softwire=2001:db8::55", "replace=true")
    answer("binding-remove", "ipv4=203.0.113.1", "psid=54")
    refused(["is not bound"], "binding-remove", "ipv4=203.0.113.1", "psid=54")
    records = [json.loads(line) for line in RULE_LOG.read_text().splitlines()]
    assert [(one["event"], one["domain"], one["psid"], one["softwire"]) for one in records[before:]] == [
        ("binding-add", "fixed", 54, "2001:db8::54"), ("binding-add", "fixed", 54, "2001:db8::55"),
        ("binding-remove", "fixed", 54, "2001:db8::55")], records[before:]
    last = [record for record in records if record["event"] == "start"][-1]
    assert last["domains"][0]["bindings"] == 3, last
    answer("config-reload")


def refused_start(text, *words):
    daemon = begin(text=text)
    daemon.communicate(timeout=DEADLINE)
    log = LOG.read_text()
    assert daemon.returncode == 1 and all(word in log for word in words), f"exit {daemon.returncode}: {log}"


def check_only(status, text, *words):
    CONFIG.write_text(GOOD)
    FILE.write_text(text)
    done = subprocess.run([MAPEDGE, "-t", "-c", CONFIG], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == status and all(word in done.stdout + done.stderr for word in words), done


add("commands", with_bindings(commands))
add("lookup and the rule log", with_bindings(traced))
add("refusals", with_bindings(refusals))
add("reload", with_bindings(reload))
add("an empty table", with_bindings(empty))
add("a compiled file", with_bindings(compiled))
add("a full table", with_bindings(full))
add("churn", with_bindings(churn))
add("a bad file at the start", refused_start, TEXT + "x\n", "bindings.txt:4: error: a binding has 3 fields", "hint:")
add("-t reads the file", check_only, 0, TEXT, "good, 0 rules, 3 bindings")
add("-t refuses a bad file", check_only, 1, "203.0.113.1 1 fe80::1\n", "bindings.txt:1: error: softwire fe80::1 is link-local", "hint:")
main()
