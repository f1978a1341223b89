# SPDX-License-Identifier: BSD-3-Clause
"""Every command of the table, as mapedgectl knows it: help, completion, forms of the answer, what is refused.

usage: test_commands.py MAPEDGE MAPEDGECTL ROOT
"""
import json
import os
import pty
import random
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
from started import BR, CE, CONFIG, CTL, MAPEDGE, DEADLINE, DIR, SCHEMA, SOCKET, VALIDATOR, answer, ctl, send, with_daemon
from tap import add, main

ROOT = Path(sys.argv[3]).resolve()
RELAY = BR + """domains = ( { name = "lab"; br = "2001:db8:ffff::1";
  rules = ( { ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; } ); } );
"""
# What a command needs to be answered, and those that would end the daemon.
NEEDS = {"diagnose": ["topic=ports"], "explain-packet": ["packet=udp 192.168.1.10:5000 > 198.51.100.9:53"], "explain-prefix": ["prefix=2001:db8:12:3400::/56"],
         "capture-take": None, "trace-take": None, "lookup": ["address=192.0.2.18", "port=4928"], "binding-get": None, "binding-add": None, "binding-remove": None,
         "release": None, "provision-refresh": None, "provision-forget": None, "shutdown": None}


def run(*args):
    done = subprocess.run([CTL, *args], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout, done.stderr


def typed(name):
    return ["show", name[:-len("-get")]] if name.endswith("-get") else [name]


def complete(*words):
    code, out, _ = run("complete", *words)
    assert code == 0
    return out.splitlines()


def commands():
    return answer("list-commands")["commands"]


def helped():
    code, usage, _ = run("help")
    assert code == 0
    assert run("--help")[1] == usage
    for command in commands():
        name = " ".join(typed(command["name"]))
        assert f" {name} " in usage and command["help"] in usage, name
        code, text, _ = run("help", *typed(command["name"]))
        assert code == 0 and command["help"] in text, name
        for argument in command["arguments"]:
            assert argument["name"] in text and argument["help"] in text, (name, argument)


def helped_alone():
    """Those that need no daemon have a help of their own, and are completed."""
    listed = run("help")[1].split("Of its own:\n")[1].split("\n\n")[0]
    names = re.findall(r"^  (\w+) ", listed, re.MULTILINE)
    assert {"bindings", "calc", "capture", "export", "lookup", "monitor", "techinfo", "top", "trace"} <= set(names), names
    for name in names:
        code, text, err = run(name, "--help")
        assert code == 0 and f"mapedgectl {name}" in text and not err, (name, text, err)
        assert name == "lookup" or run("help", name)[1] == text, name    # lookup is the daemon's, too
        assert complete(name).count(name) == 1, name
        code, _, err = run(name, "--no-such-option")
        assert code == 2 and "Usage" in err, (name, err)


def completed():
    first = complete("")
    for command in commands():
        words = typed(command["name"])
        assert words[0] in first, words
        if len(words) == 2:
            assert complete("show", words[1][:3]).count(words[1]) == 1, words
        offered = complete(*words, "")
        for argument in command["arguments"]:
            name = argument["name"] + ("" if argument["type"] == "bool" else "=")
            assert name in offered, (words, name)
            assert name not in complete(*words, name + ("1" if name.endswith("=") else ""), ""), "offered again"
            if argument["type"] == "word":
                values = complete(*words, name)
                assert values == [name + value for value in argument["words"].split("|")], values
        assert len(offered) == len(command["arguments"]), (words, offered)
    assert complete("stat") == ["status"] and complete("show", "stats", "a") == ["all"]
    assert complete("status", "--") == ["--json", "--dump"]
    assert complete("no-such", "") == [] and complete("show", "no-such", "") == []


def flatten(value, path=""):
    if isinstance(value, dict):
        return {key: found for name, child in value.items() for key, found in flatten(child, f"{path}.{name}" if path else name).items()}
    if isinstance(value, list):
        return {key: found for i, child in enumerate(value) for key, found in flatten(child, f"{path}.{i}" if path else str(i)).items()}
    return {path: value}


def answered():
    """The same in three forms: what moves between two questions is numbers."""
    for command in commands():
        words = NEEDS.get(command["name"], [])
        if words is None or command["access"] == "write":
            continue
        asked = typed(command["name"]) + words
        code, text, err = ctl(*asked)
        if code == 1:  # a CE has no `lookup`
            assert err.strip(), asked
            continue
        assert code == 0 and text.strip() and not text.startswith("{"), (asked, text, err)
        document = answer(*asked)
        _, dumped, _ = ctl(*asked, "--dump")
        lines = dict(line.split("\t") for line in dumped.splitlines())
        assert list(lines) == list(flatten(document)), asked
        for path, value in flatten(document).items():
            if isinstance(value, str):
                assert lines[path] == value or command["name"] == "status", (path, lines[path])


def every_command_has_a_schema():
    assert set(SCHEMA["properties"]) == {command["name"] for command in commands()}
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for wrong in ({"hosts-get": {"total": -1, "hosts": []}}, {"hosts-get": {"total": 0}}, {"config-plan": {"changes": [], "sessions": "stop"}},
                  {"no-such": {}}, {"rules-get": {"total": 0, "start": 0, "rules": [], "more": 1}}):
        assert not VALIDATOR.is_valid(wrong), wrong


def refused():
    for words, status, says in (
            (["plan", "--nonsense"], 2, 'no option "--nonsense"'),
            (["apply", "--confirm-within"], 2, "needs a value"),
            (["apply", "--confirm-within", "a minute"], 2, "must be an integer 0..86400"),
            (["show", "events", "--c", "1", "--count=2"], 2, "given twice"),
            (["check", "mapedge.conf"], 1, "no whole path"),
            (["diagnose", "ports", "192.168.1.20"], 1, "about the box"),
            (["no-such"], 2, 'there is no command "no-such"'),
            (["statu"], 2, 'did you mean "status"?'),
            (["show", "rule"], 2, 'did you mean "show rules"?'),
            (["show"], 2, "there is no command"),
            (["stats-get", "all=maybe"], 2, '"all" must be true or false'),
            (["show", "rules", "count=99999"], 2, '"count" must be an integer 0..1000'),
            (["show", "rules", "0", "1", "2"], 2, 'no place for "2"'),
            (["show", "rules", "start=0", "start=0"], 2, '"start" is given twice'),
            (["show", "rules", "begin=0"], 2, 'no place for "begin=0"'),
            (["lookup"], 2, '"address" is missing'),
            (["binding-get", "ipv4=1.2.3"], 2, '"ipv4" must be an IPv4 address')):
        code, out, err = ctl(*words)
        assert code == status and says in err and not out, (words, code, err)
    code, _, err = run("-s", str(DIR / "nobody"), "status")
    assert code == 4 and "no daemon" in err
    code, _, err = run("--no-such-option")
    assert code == 2 and "Usage" in err


def in_short():
    """The words that people know from elsewhere, and arguments as options."""
    for name in ("check", "plan", "apply", "confirm", "rollback", "reload"):
        assert f"config-{name}" in (command["name"] for command in commands()) and name in complete(name[:2]), name
        assert run("help", name) == run("help", f"config-{name}") == run("help", "config", name) and run("help", name)[0] == 0, name
    assert answer("plan")["changes"] == [] and answer("check")["file"] == str(CONFIG)
    assert answer("apply", "--confirm-within", "3600")["confirm_within_s"] == 3600 and ctl("confirm")[0] == 0
    assert answer("apply", "--confirm-within=3600") and answer("rollback") and answer("reload")
    assert answer("show", "drops", "--explain", "--all") == answer("show", "drops", "explain", "all")
    assert answer("show", "rules", "--start", "0", "--count=1") == answer("show", "rules", "0", "1")
    assert ctl("show", "rules", "dump") == ctl("show", "rules", "--dump") and "rules.0.ipv6\t2001:db8::/40" in ctl("show", "rules", "dump")[1]


def by_position():
    assert answer("show", "rules", "0", "1") == answer("rules-get", "start=0", "count=1")
    assert answer("show", "stats", "all")["drops"]["spoof_v4"] == 0
    assert answer("lookup", "192.0.2.18", "4928")["answer"] == "ce"


def overview(*says):
    def look():
        code, out, err = ctl()
        assert code == 0, err
        for text in says:
            assert text in out, f"no {text!r} in:\n{out}"
        assert max(map(len, out.splitlines())) < 120, out
    return look


def batch():
    """Lines of a file, comments and all; the first that fails ends it."""
    code, out, _ = ctl("shell", stdin="# a comment\n\nshow rules count=1\nstatus # another\n")
    assert code == 0 and "2001:db8::/40" in out and "version" in out
    code, out, err = ctl("shell", stdin="no-such\nstatus\n")
    assert code == 2 and not out and "no-such" in err
    code, out, _ = ctl("shell", stdin="exit\nno-such\n")
    assert code == 0 and not out


def terminal():
    """TAB completes, ? lists, and the line runs."""
    process, fd = pty.fork()
    if process == 0:
        os.environ["TERM"] = "vt100"
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"    # libedit's history leaks lines of its own
        os.execv(CTL, [str(CTL), "-s", str(SOCKET), "shell"])
    seen = b""

    def until(text):
        nonlocal seen
        end = time.monotonic() + DEADLINE
        while text not in seen:
            assert time.monotonic() < end, seen
            if select.select([fd], [], [], 0.2)[0]:
                seen += os.read(fd, 65536)

    try:
        until(b"mapedge> ")
        os.write(fd, b"show ru\t")
        until(b"les ")  # what was typed is not written again
        os.write(fd, b"?")
        until(b"index of the first rule")
        os.write(fd, b"co\t1\n")
        until(b"2001:db8::/40")
        seen = b""
        os.write(fd, b"exit\n")
        assert os.waitpid(process, 0)[1] == 0
    finally:
        os.close(fd)


def explained():
    """Which rule, and of no rule where it differs first; without a prefix, the CE's own."""
    fits = answer("explain", "prefix")
    assert fits["prefix"] == "2001:db8:12:3400::/56" and fits["ce"]["ipv4"] == "192.0.2.18/32" and fits["ce"]["psid"] == 0x34, fits
    assert [rule["fits"] for rule in fits["rules"]] == [True], fits
    other = answer("explain", "prefix", "240d:1a:8:3400::/56")
    assert other["ce"] is None and "no rule fits" in other["verdict"], other
    assert other["rules"][0]["why"] == "bit 6 is 1, the rule has 0; 5 bits before it are the same", other
    code, text, _ = ctl("explain", "prefix", "2001:db8:12::/48")
    assert code == 0 and "needs a prefix of 56" in text, text
    code, _, err = ctl("explain", "prefix", "nonsense")
    assert code == 1 and "must be like" in err, err


def packet_explained():
    """What mapedge explain says of the same configuration; as a request, the packets of one box stand between semicolons."""
    host, server = "192.168.1.10", "198.51.100.9"
    for packets in ([f"udp {host}:5000 > {server}:53 len 1461"], [f"tcp {host}:5000 > {server}:443 df", "reply"], [f"softwire udp {server}:9 > 192.0.2.18:4928"],
                    [f"icmp {host} > {server} id 77 ttl 1"]):
        told = subprocess.run([MAPEDGE, "explain", "-c", CONFIG, *packets], capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
        code, out, err = ctl("explain", "packet", "; ".join(packets))
        chosen = re.compile(r"192\.0\.2\.18:\d+|id \d+|ident\w+ \d+")
        assert code == 0 and chosen.sub("", out) == chosen.sub("", told) and "  this CE: " in out, (out, told, err)
        found = answer("explain", "packet", "; ".join(packets))["packets"]
        assert len(found) == len(packets) and " comes in on " in found[0][0], found
    assert answer("show", "stats")["conservation"]["balanced"] and "spoof_v4" not in answer("show", "stats")["drops"], "nothing of it was counted"
    chance, words = random.Random(7597), f"udp tcp icmp protocol 47 0 65536 {host}:5000 {server}:53 > | ; softwire reply len 28 1461 9000 df ttl 1 syn rst 2001:db8::1 , -1".split()
    for _ in range(400):                                 # whatever is written, the box goes on; what it says is as the schema has it
        text = " ".join(chance.choice(words) for _ in range(chance.randrange(1, 12)))
        reply = json.loads(send(json.dumps({"command": "explain-packet", "arguments": {"packet": text}}).encode() + b"\n"))
        assert reply["result"] in (0, 1) and (reply["text"] if reply["result"] else reply["arguments"]["packets"]), (text, reply)
    for packet, says in (("nonsense", "is no part of a packet"), ("", "1 to 16 packets"), (";".join(["reply"] * 17), "1 to 16 packets"), ("reply", "nothing to reply to")):
        code, _, err = ctl("explain", "packet", f"packet={packet}")
        assert code == 1 and says in err, (packet, err)


def packet_explained_without_softwire():
    """As the box is, not as the file has it."""
    assert ctl("softwire-disable")[0] == 0
    told = answer("explain", "packet", "udp 192.168.1.10:5000 > 198.51.100.9:53")["packets"][0]
    assert "  this CE has no softwire: it was taken out of service by command" in told and any(line.startswith("  dropped as ") for line in told), told
    assert ctl("softwire-enable")[0] == 0
    told = answer("explain", "packet", "udp 192.168.1.10:5000 > 198.51.100.9:53")["packets"][0]
    assert any(line.startswith("  sent on wan: ") for line in told), told


def diagnosed():
    for topic, text in (("provision", "the configuration says it all"), ("softwire", "nothing is known of the other end"),
                        ("ports", "0 of 240 TCP ports are in use"), ("vpn", "UDP 4500"), ("mtu", "up to 1460 bytes")):
        found = answer("diagnose", topic)
        assert any(text in finding["text"] for finding in found["findings"]), (topic, found)
        assert found["problems"] == sum(finding["level"] == "problem" for finding in found["findings"])
    found = answer("diagnose", "host", "192.168.1.20")["findings"]
    assert any("nobody on the links has the address 192.168.1.20" in finding["text"] for finding in found), found
    assert any("there is no limit for one host" in finding["text"] for finding in found), found
    assert not any("no subnet of the LAN" in finding["text"] for finding in found), found
    assert any("no subnet of the LAN" in finding["text"] for finding in answer("diagnose", "host", "10.0.0.1")["findings"])
    code, _, err = ctl("diagnose", "host")
    assert code == 1 and "which host?" in err, err


def drained():
    """Nothing new is taken, and everybody who asks is told so; a reload changes nothing of that."""
    assert "drain" not in answer("status") and answer("health")["healthy"]
    assert ctl("drain")[0] == 0
    for _ in range(2):
        assert answer("status")["drain"]["sessions"] == 0
        code, out, _ = ctl("health")
        assert code == 1 and "the box is being drained: mapedgectl drain off" in out
        assert [alarm["alarm"] for alarm in answer("show", "alarms")["alarms"]] == ["drained"]
        code, out, _ = ctl()
        assert code == 0 and "! drained since" in out and "0 sessions go on" in out, out
        answer("config-reload")
    assert ctl("drain", "off")[0] == 0
    assert "drain" not in answer("status") and answer("health")["healthy"] and answer("show", "alarms")["raised"] == 0
    times = {alarm["alarm"]: alarm["times"] for alarm in answer("show", "alarms", "all")["alarms"]}
    assert times["drained"] == 1 and not any(count for name, count in times.items() if name != "drained"), times
    assert ctl("drain", "maybe")[0] == 2


def logged():
    """More of one part, for a while; less; and as it was."""
    def texts():
        return [event["text"] for event in answer("show", "events", "count=512")["events"]]

    def levels():
        return {level["part"]: level["level"] for level in answer("show", "log")["levels"]}

    assert set(levels().values()) == {"notice"} and answer("show", "log")["left_s"] is None
    assert not any(text.startswith("control: answered") for text in texts())
    assert answer("log", "set", "debug", "control")["levels"]
    assert {part for part, level in levels().items() if level == "debug"} == {"control"}
    assert any(re.match(r"control: answered bytes=\d+ result=0 us=\d+$", text) for text in texts())
    answer("log", "set", "error", "config")
    before = len([text for text in texts() if text.startswith("config: ")])
    answer("config-reload")
    assert len([text for text in texts() if text.startswith("config: ")]) == before
    assert 0 < answer("log", "set", "debug", "for_s=1")["left_s"] <= 1
    end = time.monotonic() + DEADLINE
    while set(levels().values()) != {"notice"}:
        assert time.monotonic() < end, levels()
        time.sleep(0.05)
    answer("config-reload")
    assert any(text.startswith("config: reloaded") for text in texts())
    for words in (["loud"], ["debug", "no-such-part"], []):
        assert ctl("log", "set", *words)[0] == 2, words


def techinfo():
    """All of it in one text; masked, no address is left, and what was the same is the same still."""
    code, out, err = run("techinfo", "-s", str(SOCKET))
    assert code == 0, err
    for part in ("==== status", "==== drops-get", "==== events-get", "192.0.2.18", "2001:db8:ffff::1", "ready: role=ce"):
        assert part in out, part
    file = DIR / "techinfo.txt"
    assert run("techinfo", "-s", str(SOCKET), "--mask", "-w", str(file))[0] == 0
    masked = file.read_text()
    assert "==== status" in masked and "ready: role=ce" in masked
    for hidden in ("192.0.2", "2001:db8", "02:00:00:00:0c", "c000:212"):
        assert hidden not in masked, hidden
    for line in ("remote ", "2001:db8:ffff::1"):
        assert line in out
    names = set(re.findall(r"<v6-\d+>", "\n".join(masked.splitlines()[i] for i, line in enumerate(out.splitlines())
                                                  if re.search(r"(?<![0-9a-f:])2001:db8:ffff::1(?![0-9a-f:])", line) and
                                                  len(re.findall(r"2001:db8|fe80", line)) == 1)))
    assert len(names) == 1, names
    assert "up 0." not in masked and re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", masked), "a time is no address"


def monitored():
    """The last events, and a new one when it comes; the end of the daemon is the end of it."""
    with subprocess.Popen([CTL, "monitor", "-s", SOCKET, "-n", "1"], stdout=subprocess.PIPE, text=True) as monitor:
        first = monitor.stdout.readline()
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z notice .", first), first
        answer("config-reload")
        seen = ""
        while "reload" not in seen:
            seen = monitor.stdout.readline()
            assert seen, "it has ended"
        monitor.terminate()
    events = answer("show", "events")
    assert [event["number"] for event in events["events"]] == list(range(1, events["next"])), events
    assert any(event["text"].startswith("ready: ") for event in events["events"])
    assert answer("show", "events", f"since={events['next']}")["events"] == []


def pages():
    """docs/commands.md is what `mapedgectl manual markdown` says; the manual page is clean; bash takes the completion."""
    assert (ROOT / "docs" / "commands.md").read_text() == run("manual", "markdown")[1], \
        "renew it: build/app/mapedgectl/mapedgectl manual markdown > docs/commands.md"
    page = run("manual", "man")[1]
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "show rules" in re.sub(r"\x1b\[\d*m|.\x08", "", done.stdout)
    hand = ROOT / "app" / "mapedge" / "mapedge.8"
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", hand], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    usage = subprocess.run([MAPEDGE, "--help"], capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
    for word in re.findall(r"(?<!\w)--?[\w-]+|mapedge (?!\[)[a-z]+", usage):
        assert word in hand.read_text().replace("\\-", "-").replace(".B mapedge\n-", "mapedge -"), f"mapedge.8 lacks {word}"
    script = DIR / "completion"
    script.write_text(run("manual", "bash")[1])
    probe = f'compopt() {{ :; }}; source {script}; COMP_WORDS=({CTL} show rul); COMP_CWORD=2; _mapedgectl; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", probe], capture_output=True, text=True, timeout=DEADLINE, check=True)
    assert done.stdout.split() == ["rules"], done
    assert run("manual", "nothing")[0] == 2


for role, config in (("BR", RELAY), ("CE", CE)):
    add(f"{role}: help of every command", with_daemon(config, helped))
    add(f"{role}: completion of every command", with_daemon(config, completed))
    add(f"{role}: text, JSON, dump", with_daemon(config, answered))
add("every command has a schema", with_daemon(RELAY, every_command_has_a_schema))
add("what is refused", with_daemon(RELAY, refused))
add("short words and options", with_daemon(RELAY, in_short))
add("arguments by position", with_daemon(RELAY, by_position))
add("how a BR is", with_daemon(RELAY, overview("a BR", "lab: 0 packets to CEs", "drops     none")))
add("how a CE is", with_daemon(CE, overview("a CE", "map0, map-e from static", "192.0.2.18/32, PSID 0x34 of 8 bits, 240 ports: 15 ranges 4928-4943 9024-9039 13120-13135 …",
                                            "tcp 0/240, udp 0/240, icmp 0/240\n", "sessions 0, hosts 0\n", "refused 0 for want of ports, 0 by a host's limit", "configuration of 0s ago", "drops     none")))
add("commands from a file", with_daemon(RELAY, batch))
add("commands on a terminal", with_daemon(RELAY, terminal))
add("help of those without a daemon", helped_alone)
add("drain", with_daemon(CE, drained))
add("log set", with_daemon(RELAY, logged))
add("techinfo, masked", with_daemon(CE, techinfo))
add("events and monitor", with_daemon(RELAY, monitored))
add("explain prefix", with_daemon(CE, explained))
add("explain packet", with_daemon(CE, packet_explained))
add("explain packet: no softwire", with_daemon(CE, packet_explained_without_softwire))
add("diagnose", with_daemon(CE, diagnosed))
add("manual page, reference, completion", pages)
main()
