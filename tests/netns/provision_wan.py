# SPDX-License-Identifier: BSD-3-Clause
"""Cases: the WAN's own address by DHCPv6 (IA_NA), and what a CE asks for when its line's routers say M, O, or neither.

The lab is that of provision.py; Kea has addresses, too. Who has which address is Linux's to say.
"""
import contextlib
import ipaddress
import json
import subprocess
import time

from daemon import wait_until
from hostside import is_icmp6
from lan import MAP_END, SHARED, SharedLab
from provision import (AN_HOUR, PATIENCE, PREFIX, REBIND, RENEW, REQUEST, SHORT, SOLICIT, Line, LineLab, container,
                       kea_config)

LINK, OTHER_LINK = "2001:db8:66::", "2001:db8:67::"
FAR = "2001:db8:f::a"
FIRST, OTHER_FIRST = LINK + "1000", OTHER_LINK + "1000"
DECLINE, IA_NA, IA_PD = 9, 3, 25
NS = 135
M, O, NEITHER = "AdvManagedFlag on;", "AdvOtherConfigFlag on;", ""


class WanLab(LineLab):
    """Routers that say what they are told to, and a server with addresses."""

    def plug_in(self):
        super().plug_in()
        self.ns["core"].run(f"ip address replace {FAR}/128 dev lo")
        for link in LINK, OTHER_LINK:
            self.ns["core"].run(f"ip -6 route replace {link}/64 dev line proto static")

    def lend(self, link=LINK, size=16, times=AN_HOUR, delegates=True):
        """(Re)starts Kea with `size` addresses of the link, and the prefix unless it `delegates` none."""
        self.silence()
        self.plug_in()
        config = kea_config(self.directory, PREFIX, {94: container()}, times)
        last = ipaddress.IPv6Address(link + "1000") + size - 1
        config["Dhcp6"]["subnet6"][0].update({"subnet": f"{link}/64", "pools": [{"pool": f"{link}1000-{last}"}]})
        if not delegates:
            del config["Dhcp6"]["subnet6"][0]["pd-pools"]
        file = self.directory / "kea.conf"
        file.write_text(json.dumps(config), encoding="utf-8")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEA_PIDFILE_DIR": str(self.directory), "KEA_LOCKFILE_DIR": "none"}
        self.kea = self.start("core", ["kea-dhcp6", "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)

    def addresses(self):
        """{address: what Linux says of it} of the WAN's device, but link-local ones."""
        said = json.loads(self.ns["ce"].run("ip -j -6 address show dev wan scope global").stdout)
        return {one["local"]: one for one in said[0].get("addr_info", []) if "local" in one} if said else {}

    def wait_lent(self, text=""):
        """The one address that is in use, as `status` and Linux have it; it begins with the text."""
        def is_so():
            lent = self.status()["dhcpv6"]["addresses"]
            if len(lent) != 1 or lent[0]["state"] != "in-use" or not lent[0]["address"].startswith(text):
                return None
            return lent[0] if set(self.addresses()) == {lent[0]["address"]} else None

        try:
            return wait_until("an address by DHCPv6", is_so, PATIENCE)
        except AssertionError as error:
            error.add_note(f"{self.addresses()}\n{json.dumps(self.status(), indent=1)}")
            raise


def asked_neighbours(frames):
    """(who asks, whom) of neighbour solicitations."""
    return [(str(ipaddress.IPv6Address(frame[22:38])), str(ipaddress.IPv6Address(frame[62:78]))) for frame in frames if is_icmp6(frame, NS)]


def lent_and_used(build):
    """DHC-44 DHC-47 ND-13: M: IA_NA and IA_PD in one Solicit; the address is tested, a /128, and used; Linux knows its lifetimes."""
    with WanLab(build) as lab, lab.web_server():
        lab.lend()
        with Line(lab) as line:
            lab.switch_on()
            lent = lab.wait_lent(FIRST)
            lab.wait_softwire(configured=True)
            first = next(options for kind, options in line.messages if kind == SOLICIT)
            assert IA_NA in first and IA_PD in first, first
            tests = [asked for asked in asked_neighbours(line.came) if asked == ("::", lent["address"])]
            assert tests, "no test for duplicates"
            has = lab.addresses()[lent["address"]]
            assert has["prefixlen"] == 128 and 3500 < has["valid_life_time"] <= 3600, has
            assert 2900 < has["preferred_life_time"] <= 3000 and 2900 < lent["preferred_s"] <= 3000, (has, lent)
            # Whoever else is on that link is not a neighbour: there is only the router.
            lab.ns["ce"].run(f"ping -n -6 -c 1 -W 1 {LINK}77", check=False)
            assert not [asked for asked in asked_neighbours(line.came) if asked[1] == LINK + "77"], "a guess about the link"
        said = lab.ns["ce"].run(f"ping -n -6 -c 3 -I {lent['address']} {FAR}", check=False).stdout
        assert " 3 received" in said, said
        lab.fetch()
        lab.assert_balanced()


def renewed_and_replaced(build):
    """DHC-24 DHC-44: a Renew refreshes it; another one takes its place; it goes with its lifetime, and the softwire stays."""
    with WanLab(build) as lab, lab.web_server():
        lab.lend(times=SHORT)
        lab.switch_on()
        lab.wait_lent(FIRST)
        received = lab.status()["dhcpv6"]["received"]["Reply"]
        wait_until("two Renews", lambda: lab.status()["dhcpv6"]["received"]["Reply"] >= received + 2, PATIENCE)
        has = lab.addresses()[FIRST]
        assert has["valid_life_time"] > 12 - 4, has
        lab.wait_softwire(configured=True)
        assert lab.ce.log().count("softwire: up") == 1, "an address is no news for the softwire"
        lab.lend(link=OTHER_LINK, times=SHORT)
        lab.wait_lent(OTHER_FIRST)                       # the first one has ended, or the server has ended it
        assert lab.status()["softwire"]["configured"], lab.status()
        assert lab.ce.log().count("softwire: up") == 1, "an address is no news for the softwire"
        lab.silence()
        wait_until("the address to end", lambda: not lab.addresses() and not lab.status()["dhcpv6"]["addresses"], PATIENCE)
        lab.assert_balanced()


def somebody_has_it(build):
    """DHC-35 DHC-44 ND-15: two of the server's addresses are somebody else's: each is declined, without the prefix, until one is free."""
    with WanLab(build) as lab, lab.web_server():
        core = lab.ns["core"]
        core.run(f"ip address add {FIRST}/128 dev line nodad")
        lab.lend(size=2)
        with Line(lab) as line:
            lab.switch_on()
            declined = line.wait_message(DECLINE)
            assert IA_NA in declined and IA_PD not in declined, declined
            assert declined[IA_NA][16:32] == ipaddress.IPv6Address(FIRST).packed, declined
            lent = lab.wait_lent(LINK + "1001")
            assert lent["address"] == LINK + "1001" and FIRST not in lab.addresses(), lent
            lab.wait_softwire(configured=True)
        assert line.types.index(DECLINE) < line.types.index(RENEW), line.types
        assert f"address={FIRST} is declined" in lab.ce.log(), lab.ce.log()
        lab.fetch()
        lab.assert_balanced()


def remembered(build):
    """DHC-29 DHC-44: after SIGKILL the address is there again before anybody has answered, and a Rebind names it."""
    with WanLab(build) as lab:
        lab.lend()
        lab.switch_on()
        lab.wait_lent(FIRST)
        lab.silence()
        lab.ce.kill()
        with Line(lab) as line:
            lab.switch_on()
            lab.wait_lent(FIRST)
            rebind = line.wait_message(REBIND)
            assert rebind[IA_NA][16:32] == ipaddress.IPv6Address(FIRST).packed and IA_PD in rebind, rebind
            assert ("::", FIRST) in asked_neighbours(line.came), "no test for duplicates"
        assert SOLICIT not in line.types, line.types
        lab.assert_balanced()


def address_without_prefix(build):
    """DHC-46: a server with addresses only: the address is used, and the status says what is missing."""
    with WanLab(build) as lab:
        lab.lend(delegates=False)
        lab.switch_on()
        lab.wait_lent(FIRST)
        status = lab.status()
        assert "NoPrefixAvail" in status["dhcpv6"]["reason"], status
        assert "no prefix" in status["softwire"]["reason"], status
        lab.assert_balanced()


@contextlib.contextmanager
def line_whose_routers_say(build, flags, changes=()):
    class This(WanLab):
        pass

    This.flags = flags
    with This(build, changes=changes) as lab:
        lab.lend()
        with Line(lab) as line:
            lab.switch_on()
            yield lab, line


def asked_as_routers_say(build):
    """DHC-47: O: a prefix and no address; then M: an address, too, by a Renew."""
    with line_whose_routers_say(build, O) as (lab, line):
        lab.wait_softwire(configured=True)
        first = next(options for kind, options in line.messages if kind == SOLICIT)
        assert IA_PD in first and IA_NA not in first, first
        assert lab.addresses() == {}, lab.addresses()
        lab.routers_say(M)
        renew = line.wait_message(RENEW)
        assert len(renew[IA_NA]) == 12 and len(renew[IA_PD]) > 12, renew
        lab.wait_lent(FIRST)
        assert line.types.count(SOLICIT) == 1 and line.types.count(REQUEST) == 1, line.types
        lab.assert_balanced()


def asked_nothing(build):
    """DHC-47: neither M nor O: nothing is sent, and the status says why; with O all comes up. The same with kind = "pd" asks at once."""
    with line_whose_routers_say(build, NEITHER) as (lab, line):
        status = wait_until("a router", lambda: (status := lab.status())["routers"]["heard"] and status, PATIENCE)
        assert status["dhcpv6"]["state"] == "idle" and "M = 0, O = 0" in status["dhcpv6"]["reason"], status
        time.sleep(16)                                   # longer than a line without routers is waited for
        assert line.types == [] and lab.status()["dhcpv6"]["state"] == "idle", line.types
        lab.routers_say(O)
        lab.wait_softwire(configured=True)
        lab.assert_balanced()
    with line_whose_routers_say(build, NEITHER, changes=[("access = {", 'access = { kind = "pd";')]) as (lab, line):
        lab.wait_softwire(configured=True)
        assert all(IA_NA not in options for _, options in line.messages), line.messages
        lab.assert_balanced()


def without_routers(build):
    """DHC-47: a line whose routers are silent is asked for a prefix all the same, after 15 seconds."""
    with line_whose_routers_say(build, M) as (lab, line):
        lab.radvd.kill()
        lab.radvd.wait()
        lab.ce.kill()
        line.came.clear()
        (lab.directory / "state" / "dhcpv6").unlink(missing_ok=True)
        lab.lend()
        lab.switch_on()
        assert "waits for a router" in lab.status()["dhcpv6"]["reason"], lab.status()
        lab.wait_softwire(configured=True)
        assert lab.status()["routers"]["heard"] is False, lab.status()


STRANGE = "2001:db9:1:2::/64"
FOR_LONG = "{ AdvPreferredLifetime 9000; AdvValidLifetime 9000; };"
FOR_SHORT = "{ AdvPreferredLifetime 8000; AdvValidLifetime 8000; };"


class TwoPrefixLab(SharedLab):
    """The routers advertise two /64s: the rules match the one that lasts less long."""

    flags = f"{O} prefix {STRANGE} {FOR_LONG} prefix {SHARED} {FOR_SHORT}"


def one_of_two_prefixes(build):
    """MAPE-09 S46-05: of several prefixes the one that the rules match, for softwire and LAN; which of them lasts longest changes nothing."""
    with TwoPrefixLab(build, changes=[("access = {", 'access = { kind = "ra";')]) as lab, lab.web_server():
        lab.serve()
        lab.switch_on()
        status = lab.wait_softwire(configured=True, local=MAP_END)
        both = [one["prefix"] for one in status["routers"]["prefixes"]]
        assert sorted(both) == [SHARED, STRANGE], status
        lab.wait_address(SHARED)
        lab.configure_ipv4()
        lab.fetch()
        # The other one ends, comes back, and lasts longer again.
        for text in f"{O} prefix {SHARED} {FOR_LONG}", TwoPrefixLab.flags:
            lab.routers_say(text)
            wait_until("what routers say", lambda: lab.status()["routers"]["prefixes"], PATIENCE)
        lab.fetch()
        assert lab.ce.log().count("softwire: up") == 1 and "softwire: down" not in lab.ce.log().split("softwire: up", 1)[1], lab.ce.log()
        lab.assert_balanced()


CASES = [("the WAN has an address by DHCPv6 (DHC-44)", lent_and_used),
         ("the WAN's address is renewed, replaced, over", renewed_and_replaced),
         ("the WAN's address is somebody else's (DHC-35)", somebody_has_it),
         ("the WAN's address outlives SIGKILL (DHC-29)", remembered),
         ("the WAN has an address and no prefix (DHC-46)", address_without_prefix),
         ("the line is asked for what its routers say (DHC-47)", asked_as_routers_say),
         ("the line's routers say that there is nothing (DHC-47)", asked_nothing),
         ("the line's routers are silent (DHC-47)", without_routers),
         ("a line with two prefixes, one for the rules", one_of_two_prefixes)]
