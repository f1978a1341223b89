# SPDX-License-Identifier: BSD-3-Clause
"""What happens to a lease."""
from make import *


def write():
    case("renewed", "DHC-22 DHC-24: T1; the Renew names what is held; what is known is refreshed.", "pd",
         bound(mape()), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), mape())),
         expect("state bound", f"lease {P} preferred 3000 valid 4000", f"change prefix-lifetime {P}", "changes 1"),
         out(1000000, renew(pd(prefix(P)))))
    case("renumbered", "DHC-24: the old prefix ends at once, the new one begins.", "pd",
         bound(mape()), out(1000000, renew(pd(prefix(P)))),
         into(10, reply(pd(prefix(P, 0, 0), prefix(Q, 3000, 4000), t1=1000, t2=1600), mape())),
         expect("state bound", f"change prefix-withdrawn {P}", f"change prefix-new {Q}", "changes 2"),
         out(1000000, renew(pd(prefix(Q)))))
    case("added", "DHC-24: what is not mentioned stays.", "pd",
         bound(), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(Q, 3000, 4000), t1=1000, t2=1600))),
         expect("changes 1", f"lease {P} preferred 1999 valid 2999", f"lease {Q} preferred 3000 valid 4000"),
         out(1000000, renew(pd(prefix(P), prefix(Q)))))
    case("one-of-two-taken-away", "DHC-18 DHC-24: the times left to us are those of what is left.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400), prefix(Q, 300, 400)))),
         out("990..1100", request(pd(prefix(P), prefix(Q)))),
         into(10, reply(pd(prefix(P, 1000, 2000), prefix(Q, 500, 600)))), out("250000", renew(pd(prefix(P), prefix(Q)))),
         into(0, reply(pd(prefix(Q, 0, 0)))), expect("state bound", "changes 1"), out("375000", renew(pd(prefix(P)))))
    case("released-settings", "DHC-33: nothing that the lease brought is used any more.", "pd",
         bound(mape(), DHCP6OptDNSServers(dnsservers=[DNS])), do("release", 1000), expect("dns ", "softwire none", "settings changed"),
         out(0, ask(DHCP6_Release, None, pd(prefix(P)), server=SERVER)))
    case("taken-away", "DHC-24 S46-19: with the last prefix the softwire goes and everything begins anew.", "pd",
         bound(mape()), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(P, 0, 0)), mape())),
         expect("state soliciting", "softwire changed", "softwire none", "nothing leased", f"change prefix-withdrawn {P}"),
         out("0..1000", solicit(pd())))
    case("softwire-gone", "S46-20: a Renew Reply without option 94: there is no softwire any more.", "pd",
         bound(mape()), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600))),
         expect("state bound", "softwire changed", "softwire none", "changes 1"))
    other = bytes.fromhex("0059001501101 8c00002002820010db800005d000406000000005a001020010db8ffff00000000000000000002".replace(" ", ""))
    case("softwire-moved", "S46-20: another BR counts at once.", "pd",
         bound(mape()), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), mape(other))),
         expect("softwire changed", "softwire map-e", "changes 1"))
    case("nothing-new", "S46-20: the same once more is no change.", "pd",
         bound(mape(), DHCP6OptDNSServers(dnsservers=[DNS])), out(1000000, renew(pd(prefix(P)))),
         into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), mape(), DHCP6OptDNSServers(dnsservers=[DNS]))),
         expect("softwire same", "settings same"))
    case("silent-server", "DHC-05 DHC-23 S46-19: Renew until T2, Rebind until nothing is valid, then Solicit.", "pd",
         bound(mape(), t1=100, t2=160, preferred=200, valid=300), out(100000, renew(pd(prefix(P)))),
         out("9000..11000", renew(pd(prefix(P)), again=True)), out("17100..23100", renew(pd(prefix(P)), again=True)),
         out("20000..35000", rebind(pd(prefix(P)))), out("9000..11000", rebind(pd(prefix(P)), again=True)),
         out("17100..23100", rebind(pd(prefix(P)), again=True)), out("32400..48510", rebind(pd(prefix(P)), again=True)),
         out("50000..90000", solicit(pd())),
         expect("nothing leased", "softwire changed", "softwire none", f"change prefix-expired {P}"))
    case("rebound", "DHC-23: any server may answer a Rebind.", "pd",
         bound(t1=100, t2=105, preferred=200, valid=300), out(100000, renew(pd(prefix(P)))), out(5000, rebind(pd(prefix(P)))),
         into(10, reply(pd(prefix(P, 200, 300), t1=100, t2=160), server=SERVER2)), expect("state bound"),
         out(100000, renew(pd(prefix(P)), server=SERVER2)))
    case("no-binding", "DHC-25: the server has forgotten us: Request to it, with everything.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::5", 300, 400)))),
         out(100000, renew(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(status(3, b"who?")), na(address("2001:db8:1::5", 300, 400)))),
         out(0, request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 300, 400)))), expect("state bound"))
    case("one-ia-left-out", "DHC-26: the binding is kept, the other one refreshed, the exchange goes on at its pace.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 150, 150)))),
         out("990..1100", request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::5", 150, 150), t1=100, t2=160))),
         out(100000, renew(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160))),
         expect("state renewing", f"lease {P} preferred 300 valid 400"),
         out("8990..10990", renew(pd(prefix(P)), na(address("2001:db8:1::5")), again=True)),
         out("17100..23100", renew(pd(prefix(P)), na(address("2001:db8:1::5")), again=True)),
         "# when the address is over there is nothing to ask for\n", wait(30000),
         expect("state bound"))
    case("link-flap", "DHC-29: Rebind with the times of Confirm, not Solicit.", "pd",
         bound(mape()), do("link-up", 5000), out("0..1000", rebind(pd(prefix(P)))), out("900..1100", rebind(pd(prefix(P)), again=True)),
         out("1710..2310", rebind(pd(prefix(P)), again=True)), out("3249..4400", rebind(pd(prefix(P)), again=True)),
         "# ten seconds, then the lease counts as it is\n", wait(9999), expect("state bound", "softwire map-e"))
    case("link-flap-answered", "DHC-29: another network: the prefix is not valid here.", "pd",
         bound(mape()), do("link-up", 5000), out("0..1000", rebind(pd(prefix(P)))),
         into(10, reply(pd(prefix(P, 0, 0), prefix(Q, 300, 400)), mape(), server=SERVER2)),
         expect("state bound", f"change prefix-withdrawn {P}", f"change prefix-new {Q}"))
    case("restarted", "DHC-29 DHC-34 DHC-36 DHC-38: no Release; what was kept is used at once and checked by a Rebind.", "pd",
         bound(mape()), do("keep"), do("stop", 1000), expect("state off"), wait(60000), do("start-again"),
         expect("state confirming", f"change prefix-new {P}", "softwire changed", "softwire map-e"),
         out("0..1000", rebind(pd(prefix(P)))), into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), mape())),
         expect("state bound"))
    case("restarted-otherwise", "DHC-29: what is no longer asked for is not kept.", "na",
         do("stored-prefix"), do("start-again"), expect("changes 0", "nothing leased"), out("0..1000", solicit(na(), oro=ORO_NA)))
    case("restarted-after-t2", "DHC-23 DHC-29: nobody answers within ten seconds, and T2 is over: Rebind with its own times.", "pd",
         bound(mape()), do("keep"), do("stop"), wait(1700000), do("start-again"), out("0..1000", rebind(pd(prefix(P)))),
         *[out("800..4400", rebind(pd(prefix(P)), again=True)) for _ in range(3)], out("1..4400", rebind(pd(prefix(P)))),
         expect("state rebinding"), out("9000..11000", rebind(pd(prefix(P)), again=True)))
    case("restarted-with-address", "DHC-29 DHC-44: an address is probed anew.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())), into(10, advertise(na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(), na(address("2001:db8:1::5")))), into(10, reply(na(address("2001:db8:1::5", 300, 400)))),
         do("keep"), do("stop", 5), do("start-again"), expect("change address-new 2001:db8:1::5/128"),
         out("0..1000", rebind(pd(), na(address("2001:db8:1::5")))))
    case("off", "DHC-34: a client that is off does nothing, whatever happens.", "pd",
         bound(), do("decline-unknown 2001:db8:1::5"), do("stop"), do("link-up"), do("prefixes-moved"), do("release"),
         into(1, reply(pd(prefix(P, 3000, 4000)))), expect("bad unexpected 1", "reason not running"), wait(10000000),
         expect("state off"))
    case("domain-moved", "DHC-49: another domain is another setting.", "pd",
         bound(DHCP6OptDNSDomains(dnsdomains=["example.com"])), out(1000000, renew(pd(prefix(P)))),
         into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), DHCP6OptDNSDomains(dnsdomains=["example.net"]))),
         expect("settings changed", "softwire same", "domain example.net"))
    case("restarted-too-late", "DHC-29: what was kept is over.", "pd",
         bound(), do("keep"), do("stop"), wait(4000000), do("start-again"), expect("changes 0", "nothing leased"),
         out("0..1000", solicit(pd())))
    case("prefixes-moved", "DHC-30: one Renew, and not again within 30 s.", "pd",
         bound(t1=5000, t2=8000, preferred=10000, valid=20000), do("prefixes-moved", 5000), out(0, renew(pd(prefix(P)))),
         do("prefixes-moved", 10), into(10, reply(pd(prefix(P, 10000, 20000), t1=5000, t2=8000))), do("prefixes-moved", 10),
         do("prefixes-moved", 10), out(29960, renew(pd(prefix(P)))))
    case("released", "DHC-33: out of use first; four times; nobody needs to answer.", "pd",
         bound(mape()), do("release", 1000), expect(f"change prefix-withdrawn {P}", "softwire changed", "nothing leased"),
         out(0, ask(DHCP6_Release, None, pd(prefix(P)), server=SERVER)),
         *[out(span, ask(DHCP6_Release, None, pd(prefix(P)), server=SERVER, again=True))
           for span in ("900..1100", "1710..2310", "3249..4851")],
         wait(11000), expect("state off"), wait(100000))
    case("released-answered", "DHC-33: NoBinding is as good as any other answer.", "pd",
         bound(), do("release", 1000), out(0, ask(DHCP6_Release, None, pd(prefix(P)), server=SERVER)),
         into(10, reply(status(3))), expect("state off"))
    case("released-address", "DHC-33: what is not held is not given back.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())), into(10, advertise(pd(status(6)), na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(), na(address("2001:db8:1::5")))),
         into(10, reply(pd(status(6)), na(address("2001:db8:1::5", 300, 400)))), do("release", 1000),
         out(0, ask(DHCP6_Release, None, na(address("2001:db8:1::5")), server=SERVER)))
    case("declined", "DHC-35 DHC-44: an address that somebody else has; the Decline holds no prefix.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::5", 300, 400)))),
         do("decline 2001:db8:1::5", 500), expect("change address-withdrawn 2001:db8:1::5/128", "state declining"),
         out(0, ask(DHCP6_Decline, None, na(address("2001:db8:1::5")), server=SERVER)),
         *[out(span, ask(DHCP6_Decline, None, na(address("2001:db8:1::5")), server=SERVER, again=True))
           for span in ("900..1100", "1710..2310")],
         into(10, reply(status(0))), "# section 18.2.8: another one at once\n", out(0, renew(pd(prefix(P)), na())),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::6", 300, 400)))), expect("state bound"),
         "# a server that gives what is taken: not again within 30 s\n", do("decline 2001:db8:1::6", 1000),
         out(0, ask(DHCP6_Decline, None, na(address("2001:db8:1::6")), server=SERVER)), into(10, reply(status(0))),
         expect("state bound"), out(28980, renew(pd(prefix(P)), na())))
    case("declined-unheard", "DHC-44: nobody answers the Decline: four times, then the client goes on.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::5", 300, 400)))),
         do("decline 2001:db8:1::5", 500), out(0, ask(DHCP6_Decline, None, na(address("2001:db8:1::5")), server=SERVER)),
         *[out(span, ask(DHCP6_Decline, None, na(address("2001:db8:1::5")), server=SERVER, again=True))
           for span in ("900..1100", "1710..2310", "3249..4851")],
         out("6173..10187", renew(pd(prefix(P)), na())), expect("state renewing", "sent Decline 4"))
    case("declined-alone", "DHC-44: without another lease everything begins anew.", "na",
         do("start"), out("0..1000", solicit(na(), oro=ORO_NA)), into(10, advertise(na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(na(address("2001:db8:1::5")), oro=ORO_NA)),
         into(10, reply(na(address("2001:db8:1::5", 300, 400)))), do("decline 2001:db8:1::5", 500),
         out(0, ask(DHCP6_Decline, None, na(address("2001:db8:1::5")), server=SERVER)), into(10, reply(status(0))),
         expect("state soliciting"), out("0..1000", solicit(na(), oro=ORO_NA)))
    managed()


def managed():
    """What router advertisements say is asked for (RFC 7084 WPD-4, WAA-6)."""
    case("nothing-wanted", "DHC-47: M = 0, O = 0: nothing is asked for, until a router says O.", "nothing",
         do("start"), expect("state idle", "reason has nothing to ask for"), wait(100000), do("link-up"), do("prefixes-moved"),
         wait(100000), do("want pd"), expect("state soliciting"),
         out("0..1000", solicit(pd())))
    case("managed-from-the-start", "DHC-47: M = 1: both are asked for.", "nothing",
         do("start"), do("want pd na", 1000), out("0..1000", solicit(pd(), na())))
    case("managed-while-soliciting", "DHC-47: the first router says O, the second M: a new Solicit asks for both.", "nothing",
         do("start"), do("want pd", 1000), out("0..1000", solicit(pd())), do("want pd", 10), do("want pd na", 10),
         out("0..1000", solicit(pd(), na())), do("want na", 10), out("991..1090", solicit(pd(), na(), again=True)))
    case("managed-later", "DHC-47: a prefix is held when M is heard: a Renew asks for the address.", "pd",
         bound(), do("want na", 5000), out(0, renew(pd(prefix(P)), na())),
         into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), na(address("2001:db8:1::5", 300, 400), t1=100, t2=160))),
         expect("state bound", "change address-new 2001:db8:1::5/128"), do("want na", 10),
         out(99990, renew(pd(prefix(P)), na(address("2001:db8:1::5")))))
    case("managed-while-requesting", "DHC-47: M is heard between Request and Reply.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)))),
         out("990..1100", request(pd(prefix(P)))), do("want na", 5), into(5, reply(pd(prefix(P, 300, 400)))),
         out(0, renew(pd(prefix(P)), na())))
    case("managed-while-confirming", "DHC-47: M is heard between two Rebinds: the second one asks for both, and its Reply needs no Renew.", "pd",
         bound(), do("keep"), do("stop", 1000), do("start-again", 1000), out("0..1000", rebind(pd(prefix(P)))), do("want na", 5),
         out("895..1095", rebind(pd(prefix(P)), na(), again=True)),
         into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), na(status(2)))), expect("state bound"), wait(100000),
         expect("state bound", "sent Renew 0"))
    case("managed-and-stateless", "DHC-47: whoever is told to ask for settings only does so.", "stateless",
         do("start"), do("want pd na"), out("0..1000", inform()), do("want pd na", 5), into(5, reply(mape())), expect("state informed"),
         do("want pd na", 5), wait(100000), expect("state informed"))
