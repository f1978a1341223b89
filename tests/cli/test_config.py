# SPDX-License-Identifier: BSD-3-Clause
"""Changes of a running daemon's configuration: planned, confirmed, taken back. usage: test_config.py MAPEDGE MAPEDGECTL"""
import subprocess

from started import BR, CE, CONFIG, DIR, LOG, MAPEDGE, answer, ctl, wait_for, with_daemon
from tap import add, main

FORWARD = '{ protocol = "tcp"; ports = "%s"; to = "192.168.1.%d"; }'
ONE, OTHER = FORWARD % ("4928-4931", 10), FORWARD % ("4940-4950", 11)
GOOD = CE + f"nat = {{ forwards = ( {ONE} ); }};\n"
CHANGED = CE + f"nat = {{ port_reuse = \"on_exhaustion\"; forwards = ( {OTHER} ); }};\n"
MOVED = GOOD.replace("2001:db8:12:3400::/56", "2001:db8:12:3500::/56").replace("4928-4931", "4944-4947")

NONE = {"added": 0, "removed": 0, "modified": 0}
RULE = '{ ipv6 = "2001:db8::/40"; ipv4 = "192.0.2.0/24"; ea = 16; offset = 4; }'
RELAY = BR + 'domains = ( { name = "lab"; br = "2001:db8:ffff::1"; rules = ( %s ); } );\n'


def reuse():
    return answer("show", "stats")["nat"]["port_reuse"]


def generation():
    return answer("status")["box"]["generation"]


def checked():
    """As mapedge -t, of the file in use and of another one; what would need a restart is said, not refused."""
    told = subprocess.run([MAPEDGE, "-t", "-c", CONFIG], capture_output=True, text=True, timeout=30, check=True).stdout
    found = answer("check")
    assert told == f"{CONFIG}: good, {found['rules']} rules, {found['bindings']} bindings\n", (told, found)
    assert found == {"file": str(CONFIG), "rules": found["rules"], "bindings": 0, "notes": [], "needs_restart": None}
    other = DIR / "other.conf"
    for text, says in ((GOOD.replace("ea = 16", "ea = 99"), "other.conf:"), ("role =", "other.conf:"), (None, "other.conf")):
        other.unlink(missing_ok=True)
        if text is not None:
            other.write_text(text)
        code, _, err = ctl("check", str(other))
        told = subprocess.run([MAPEDGE, "-t", "-c", other], capture_output=True, text=True, timeout=30, check=False)
        assert code == told.returncode == 1 and says in err and told.stderr.splitlines()[0] in err, (err, told.stderr)
    other.write_text(CHANGED.replace("workers = 2", "workers = 1"))
    found = answer("check", str(other))
    assert found["needs_restart"] == "dpdk.workers" and len(found["notes"]) == 1 and "other.conf:" in found["notes"][0], found
    assert generation() == 1 and reuse() == "off"


def planned():
    """What would change, and that nothing has."""
    before = generation()
    assert answer("config", "plan") == {"changes": [], "rules": NONE, "sessions": "stay", "cut": {"sessions": 0, "hosts": 0, "complete": True}}
    CONFIG.write_text(CHANGED)
    plan = answer("config", "plan")
    assert plan["sessions"] == "stay", plan
    assert {(change["what"], change["change"]) for change in plan["changes"]} == {
        ("forward tcp 4940-4950 to 192.168.1.11:4940", "added"), ("forward tcp 4928-4931 to 192.168.1.10:4928", "removed"),
        ("nat", "modified")}, plan
    assert any("only 4 of its 11 ports" in change["effect"] for change in plan["changes"]), plan
    CONFIG.write_text(MOVED)
    plan = answer("config", "plan")
    assert plan["sessions"] == "end" and ("softwire map0", "modified") in {(c["what"], c["change"]) for c in plan["changes"]}, plan
    CONFIG.write_text(GOOD.replace('"192.168.1.1/24"', '"192.168.1.1/24", "192.168.2.1/24"'))
    assert ("interface lan", "modified") in {(c["what"], c["change"]) for c in answer("config", "plan")["changes"]}
    for broken, says in ((GOOD.replace("ea = 16", "ea = 99"), "mapedge.conf:"), (GOOD.replace("workers = 2", "workers = 1"), "dpdk.workers cannot change")):
        CONFIG.write_text(broken)
        code, _, err = ctl("config", "plan")
        assert code == 1 and says in err and "hint" in err, err
    CONFIG.write_text(GOOD.replace("nat = { ", "nat = { udp_timeout = 121; "))
    assert ["those idle for longer" in change["effect"] for change in answer("config", "plan")["changes"]] == [True]
    assert generation() == before and reuse() == "off" and "reload failed" not in LOG.read_text()


def rules():
    """Of a BR: which rules come, go, and mean something else for CEs that there are."""
    def plan(text):
        CONFIG.write_text(RELAY % text)
        found = answer("config", "plan")
        return found["rules"], {change["what"]: (change["change"], change["effect"]) for change in found["changes"]}

    assert plan(RULE) == (NONE, {})
    counts, changes = plan(RULE.replace("192.0.2.0", "198.51.100.0"))
    assert counts == {**NONE, "modified": 1} and changes["rule 2001:db8::/40 of lab"][0] == "modified", changes
    assert "up to 65536 CEs have other addresses or ports" in changes["rule 2001:db8::/40 of lab"][1], changes
    counts, changes = plan(RULE + ", " + RULE.replace("2001:db8::/40", "2001:db8:100::/40").replace("192.0.2.0", "198.51.100.0"))
    assert counts == {**NONE, "added": 1} and changes["rule 2001:db8:100::/40 of lab"] == ("added", "up to 65536 CEs more"), changes
    counts, changes = plan(RULE.replace("2001:db8::/40", "2001:db8:100::/40"))
    assert counts == {**NONE, "added": 1, "removed": 1} and changes["rule 2001:db8::/40 of lab"] == ("removed", "up to 65536 CEs lose their IPv4"), changes
    many = ", ".join(f'{{ ipv6 = "2001:db8:{i:x}00::/48"; ipv4 = "10.0.{i}.0/24"; ea = 8; offset = 4; }}' for i in range(1, 81))
    counts, changes = plan(RULE + ", " + many)
    assert counts == {**NONE, "added": 80} and sum(what.startswith("rule ") for what in changes) == 50, counts


def confirmed():
    CONFIG.write_text(CHANGED)
    assert answer("config", "apply", "confirm_within_s=3600")["confirm_within_s"] == 3600
    assert reuse() == "on_exhaustion"
    assert answer("config", "confirm") == {}
    code, _, err = ctl("config", "confirm")
    assert code == 1 and "nothing waits" in err, err


def not_confirmed():
    """Nobody says that it is good: what was before is in use again, and the log says so."""
    CONFIG.write_text(CHANGED)
    answer("config", "apply", "confirm_within_s=1")
    assert reuse() == "on_exhaustion"
    wait_for(lambda: reuse() == "off", "it was not taken back")
    assert "nobody has confirmed it in time" in LOG.read_text() and "config: rolled back" in LOG.read_text()
    assert ctl("config", "confirm")[0] == 1


def rolled_back():
    code, _, err = ctl("config", "rollback")
    assert code == 1 and "no configuration before this one" in err, err
    CONFIG.write_text(CHANGED)
    before = generation()
    answer("config", "apply")
    CONFIG.unlink()  # what was is in memory
    assert answer("config", "rollback")["generation"] == before + 2 and reuse() == "off"
    assert answer("config", "rollback")["generation"] == before + 3 and reuse() == "on_exhaustion"


def refused():
    """A change that fails leaves everything as it is, what waits to be confirmed, too."""
    CONFIG.write_text(CHANGED)
    answer("config", "apply", "confirm_within_s=3600")
    CONFIG.write_text("role = ")
    for command in ("apply", "reload"):
        code, _, err = ctl("config", command)
        assert code == 1 and "mapedge.conf:1: error" in err, err
    assert reuse() == "on_exhaustion" and answer("config", "confirm") == {}


for name, function in (("plan", planned), ("confirmed", confirmed), ("not confirmed", not_confirmed), ("rollback", rolled_back), ("refused", refused)):
    add(name, with_daemon(GOOD, function))
add("a file is checked", with_daemon(GOOD, checked))
add("rules", with_daemon(RELAY % RULE, rules))
main()
