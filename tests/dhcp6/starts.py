# SPDX-License-Identifier: BSD-3-Clause
"""Solicit, Advertise, Request: how a lease begins."""
from make import *
from scapy.layers.dhcp6 import DUID_LLT

# What Kea 2.2.0 answered to this client, as it came; only the transaction IDs are not there. It was to delegate out of
# 2001:db8:1200::/40 and to send an S46 container.
KEA = DUID_LLT(timeval=0x329578d3, lladdr="32:6a:fb:ca:ea:66")
KEA_IDS = "0001000a000300010200000000010002000e00010001329578d3326afbcaea66"
KEA_NA = "0003002800000002000000050000000800050018{}0000000c0000000f"
KEA_SETTINGS = "0017001020010db8ffff000000000000000000530018001a076578616d706c6503636f6d00076578616d706c65036e657400"
KEA_PD = "0019002900000001000000050000000800 1a00190000000c0000000f38{}".replace(" ", "")
KEA_MAPE = "005e002d00590015011018c00002002820010db812005d000406080000005a001020010db8ffff00000000000000000001"
KEA_GIVES = KEA_NA.format("20010db8000000010000000000001000") + KEA_SETTINGS + KEA_PD.format("20010db8120000000000000000000000") + KEA_MAPE
KEA_THANKS = "000d002f00004c656173652072656c65617365642e205468616e6b20796f752c20706c6561736520636f6d6520616761696e2e"
KEA_RELEASED = "0003003f000000020000000000000000" + KEA_THANKS \
    + "000d0029000053756d6d6172792073746174757320666f7220616c6c2070726f6365737365642049415f4e4173" \
    + "0019003f000000010000000000000000" + KEA_THANKS

# The same of dnsmasq 2.90.
DNSMASQ = DUID_LLT(timeval=0x32958205, lladdr="1e:0a:a0:39:1a:44")
DNSMASQ_IDS = "0001000a000300010200000000010002000e000100013295820{}1e0aa0391a44"
DNSMASQ_INFORMS = "0018000d076578616d706c6503636f6d00003800140001001020010db8000000000000000000000123" \
    "0017001020010db80000000000000000000000530020000400000258"
DNSMASQ_GIVES = "00030028000000020000003c000000690005001820010db80000000100000000000016050000007800000078000d0009000073756363657373" \
    "{}0017001020010db8000000000000000000000053"


def write():
    informs = ("Reply", "07xxxxxx" + DNSMASQ_IDS.format("0") + DNSMASQ_INFORMS)
    case("dnsmasq-stateless", "DHC-31 DHC-32: the words of dnsmasq 2.90.", "stateless",
         do("start"), out("0..1000", inform()), into(1, informs),
         expect("state informed", "dns 2001:db8::53", "domain example.com", "time 2001:db8::123", "reason asks again in 600 s"),
         out("600000..601000", inform()), into(1, informs), expect("settings same"))
    a = na(address("2001:db8:0:1::1605"))
    gives = DNSMASQ_IDS.format("5") + DNSMASQ_GIVES
    case("dnsmasq", "DHC-13 DHC-33: the same with addresses.", "na",
         do("start"), out("0..1000", solicit(na(), oro=ORO_NA)),
         into(0, ("Advertise", "02xxxxxx" + gives.format("0007000100"))), out("1001..1100", request(a, oro=ORO_NA, server=DNSMASQ)),
         into(1, ("Reply", "07xxxxxx" + gives.format(""))),
         expect("state bound", "lease 2001:db8:0:1::1605/128 preferred 120 valid 120", "dns 2001:db8::53", "reason Renew in 60 s"),
         do("release", 2000), out(0, ask(DHCP6_Release, None, a, server=DNSMASQ)),
         into(1, ("Reply", "07xxxxxx" + DNSMASQ_IDS.format("5") + "000d0012000072656c65617365207265636569766564")), expect("state off"))
    p, a = pd(prefix("2001:db8:1200::/56")), na(address("2001:db8:0:1::1000"))
    advertised, replied = ("Advertise", "02xxxxxx" + KEA_IDS + KEA_GIVES), ("Reply", "07xxxxxx" + KEA_IDS + KEA_GIVES)
    case("kea", "DHC-13 DHC-18 DHC-22 DHC-33 S46-14: the words of Kea 2.2.0, from the first to the last.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())), into(0, advertised), out("1000..1100", request(p, a, server=KEA)),
         into(1, replied),
         expect("state bound", "lease 2001:db8:1200::/56 preferred 12 valid 15", "lease 2001:db8:0:1::1000/128 preferred 12 valid 15",
                "dns 2001:db8:ffff::53", "domain example.com example.net", "softwire map-e"),
         out(5000, renew(p, a, server=KEA)), into(1, replied), expect("state bound", "changes 2"), do("release", 3603),
         out(0, ask(DHCP6_Release, None, p, a, server=KEA)), into(1, ("Reply", "07xxxxxx" + KEA_IDS + KEA_RELEASED)),
         expect("state off"))
    case("kea-rapid-commit", "DHC-15: the same server in two messages.", "pd na rapid-commit",
         do("start"), out("0..1000", solicit(pd(), na(), rapid=True)),
         into(0, ("Reply", "07xxxxxx" + KEA_IDS + KEA_NA.format("20010db8000000010000000000001001") + "000e0000" + KEA_SETTINGS
                  + KEA_PD.format("20010db8120001000000000000000000") + KEA_MAPE)),
         expect("state bound", "lease 2001:db8:1200:100::/56 preferred 12 valid 15", "softwire map-e"))
    case("four-messages",
         "DHC-02 DHC-03 DHC-04 DHC-13 DHC-49 DHC-50 S46-01 S46-10: Solicit and Request hold what they must,\n"
         "and no hint about a softwire that a server could differ from; the first leaves within a second.", "pd",
         bound(mape(), DHCP6OptDNSServers(dnsservers=[DNS]), DHCP6OptDNSDomains(dnsdomains=["example.com", "example.net"]),
               DHCP6OptSNTPServers(sntpservers=["2001:db8:123::1", "2001:db8:123::1"]), option(60000, b"?")),
         expect(f"lease {P} preferred 3000 valid 4000", f"change prefix-new {P}", "softwire changed", "settings changed",
                f"dns {DNS}", "domain example.com example.net", "time 2001:db8:123::1", "softwire map-e",
                "sent Solicit 1", "sent Request 1", "received Advertise 1", "received Reply 1", "reason Renew in 1000 s"))
    case("address-and-prefix", "DHC-02 DHC-13 DHC-44 DHC-46: both are asked for; the address is a /128 and nothing more.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(address("2001:db8:1::5", 300, 400)))),
         out("990..1100", request(pd(prefix(P)), na(address("2001:db8:1::5")))),
         into(10, reply(pd(prefix(P, 300, 400), t1=100, t2=160), na(address("2001:db8:1::5", 300, 400), t1=50, t2=80))),
         expect("state bound", f"lease {P} preferred 300 valid 400", "lease 2001:db8:1::5/128 preferred 300 valid 400",
                "change address-new 2001:db8:1::5/128"),
         "# DHC-19 DHC-22: one Renew for both when the first wants it, with what is held and times of zero\n",
         out("50000", renew(pd(prefix(P)), na(address("2001:db8:1::5")))))
    case("prefix-without-address", "DHC-46: a server that gives no address is good for its prefix.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(pd(prefix(P, 300, 400)), na(status(2, b"no more")))),
         out("990..1100", request(pd(prefix(P)), na())),
         into(10, reply(pd(prefix(P, 300, 400)), na(status(2, b"no more")))),
         expect("state bound", "changes 1", 'reason Renew in 150 s; the server says NoAddrsAvail "no more"'))
    case("silent-then-there", "DHC-04 DHC-06: after the first wait any Advertise will do, at once.", "pd",
         do("start"), expect("reason is about to ask; Solicit in 1 s"), out("0..1000", solicit(pd())),
         expect("reason waits for an Advertise, Solicit number 1 is out; again in 2 s"), out("1001..1100", solicit(pd(), again=True)),
         out("1901..2310", solicit(pd(), again=True)), into(100, advertise(pd(prefix(P, 300, 400)))),
         out(0, request(pd(prefix(P)))))
    case("two-servers", "DHC-06 DHC-07: the first wait is for all; the higher preference wins.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)), DHCP6OptPref(prefval=10))),
         expect("reason has an Advertise and waits for others"),
         into(10, advertise(pd(prefix(Q, 300, 400)), DHCP6OptPref(prefval=20), server=SERVER2)),
         out("981..1080", request(pd(prefix(Q)), server=SERVER2)))
    case("twice-the-same", "DHC-14: a server that advertises twice is still one.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)))),
         into(10, advertise(pd(prefix(P, 300, 400)))), out("981..1080", request(pd(prefix(P)))), into(10, reply(pd(status(6)))),
         out("0..1000", solicit(pd())))
    case("preference-255", "DHC-06: preference 255 ends the wait.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)), DHCP6OptPref(prefval=254))),
         into(10, advertise(pd(prefix(Q, 300, 400)), DHCP6OptPref(prefval=255), server=SERVER2)),
         out(0, request(pd(prefix(Q)), server=SERVER2)))
    case("prefix-before-preference", "DHC-07: a prefix is worth more than a preference, a softwire more than nothing.", "pd na",
         do("start"), out("0..1000", solicit(pd(), na())),
         into(10, advertise(na(address("2001:db8:1::5", 300, 400)), DHCP6OptPref(prefval=20))),
         into(10, advertise(pd(prefix(P, 300, 400)), DHCP6OptPref(prefval=10), server=SERVER2)),
         out("981..1080", request(pd(prefix(P)), na(), server=SERVER2)))
    case("softwire-before-preference", "DHC-07", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)), DHCP6OptPref(prefval=20))),
         into(10, advertise(pd(prefix(Q, 300, 400)), mape(), server=SERVER2)),
         out("981..1080", request(pd(prefix(Q)), server=SERVER2)))
    case("nothing-to-give", "DHC-08 DHC-09: an Advertise without prefix is passed over, but its SOL_MAX_RT counts.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(pd(status(6, b"none \x1b[2J left")), max_rt(82, 60))),
         expect("bad nothing-offered 1", "reason NoPrefixAvail"),
         "# the timer has not started anew\n", out("991..1090", solicit(pd(), again=True)),
         *[out("0..66000", solicit(pd(), again=True)) for _ in range(6)],
         "# 60 s at most, more or less a tenth\n", *[out("54000..66000", solicit(pd(), again=True)) for _ in range(5)])
    case("max-rt-out-of-range", "DHC-09: 59 and 86401 are ignored.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(status(6)), max_rt(82, 59))),
         into(10, advertise(pd(status(6)), max_rt(82, 86401))),
         *[out("0..3960000", solicit(pd(), again=True)) for _ in range(13)],
         out("3240000..3960000", solicit(pd(), again=True)))
    case("more-options", "S46-01: what else is configured is asked for, too.", "pd extra=17 extra=103",
         do("start"), out("0..1000", solicit(pd(), oro=ORO_PD + [17, 103])))
    case("hint", "DHC-39: a hint is ::/n; another length is taken.", "pd hint=56",
         do("start"), out("0..1000", solicit(pd(prefix("::/56")))), into(10, advertise(pd(prefix("2001:db8:0:10::/60", 300, 400)))),
         out("990..1100", request(pd(prefix("2001:db8:0:10::/60")))),
         into(10, reply(pd(prefix("2001:db8:0:10::/60", 300, 400)))),
         expect("state bound", "lease 2001:db8:0:10::/60 preferred 300 valid 400"))
    case("rapid-commit", "DHC-15: two messages.", "pd rapid-commit",
         do("start"), out("0..1000", solicit(pd(), rapid=True)),
         into(10, reply(pd(prefix(P, 300, 400)))), expect("state soliciting", "bad no-rapid-commit 1"),
         into(10, reply(pd(prefix(P, 300, 400)), DHCP6OptRapidCommit())), expect("state bound"))
    case("rapid-commit-unasked", "DHC-15: a Reply that was not asked for is no Reply.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, reply(pd(prefix(P, 300, 400)), DHCP6OptRapidCommit())), expect("state soliciting", "bad no-rapid-commit 1"))
    first = reply(pd(prefix(P, 300, 400)), DHCP6OptRapidCommit())
    case("rapid-commit-late", "DHC-16: with the Request under way, the Reply to the Solicit is dropped.", "pd rapid-commit",
         do("start"), out("0..1000", solicit(pd(), rapid=True)), into(10, advertise(pd(prefix(P, 300, 400)))),
         out("990..1100", request(pd(prefix(P)))),
         into(10, (first[0], first[1].replace("xxxxxx", "000000"))), expect("state requesting", "bad other-xid 1"),
         into(10, reply(pd(prefix(P, 300, 400)))), expect("state bound"))
    case("silent-after-advertise", "DHC-14: ten Requests to one, ten to the next, then Solicit again.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)))),
         into(10, advertise(pd(prefix(Q, 300, 400)), server=SERVER2)), out("981..1080", request(pd(prefix(P)))),
         *[out("900..33000", request(pd(prefix(P)), again=True)) for _ in range(9)],
         out("27000..33000", request(pd(prefix(Q)), server=SERVER2)),
         *[out("900..33000", request(pd(prefix(Q)), server=SERVER2, again=True)) for _ in range(9)],
         out("27000..34000", solicit(pd())))
    case("stateless", "DHC-31: Information-request with options 32 and 83, which no other message has.", "stateless",
         do("start"), out("0..1000", inform()), out("900..1100", inform(again=True)),
         into(10, reply(DHCP6OptDNSServers(dnsservers=[DNS]), mape())),
         expect("state informed", f"dns {DNS}", "softwire map-e", "reason asks again in 86400 s"),
         "# DHC-32: a day later if nothing is said\n", out("86400000..86401000", inform()),
         into(10, reply(DHCP6OptInfoRefreshTime(reftime=10))), expect("settings changed", "softwire none"),
         "# ten minutes at least\n", out("600000..601000", inform()),
         into(10, reply(DHCP6OptInfoRefreshTime(reftime=FOREVER))), wait(1000000000), expect("state informed"))
    case("inf-max-rt", "DHC-09 DHC-31: INF_MAX_RT.", "stateless",
         do("start"), out("0..1000", inform()), into(10, reply(max_rt(83, 60), DHCP6OptInfoRefreshTime(reftime=600))),
         out("600000..601000", inform()), *[out("0..66000", inform(again=True)) for _ in range(7)],
         *[out("54000..66000", inform(again=True)) for _ in range(3)])
