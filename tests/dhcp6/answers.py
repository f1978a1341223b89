# SPDX-License-Identifier: BSD-3-Clause
"""Answers that are wrong, or strange, or say no."""
from make import *
from scapy.layers.dhcp6 import DHCP6_Confirm, DHCP6_RelayForward, DHCP6_RelayReply


def write():
    good = pd(prefix(P, 300, 400))
    case("not-for-us", "DHC-10: no server ID, wrong or missing client ID, another transaction ID.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(1, advertise(good, server=None)), into(1, advertise(good, client=None)),
         into(1, advertise(good, client=DUID_LL(lladdr="02:00:00:00:00:02"))),
         into(1, advertise(good, client=DUID_EN(enterprisenum=1, id=b""))), into(1, advertise(good, xid="000000")),
         expect("bad no-server-id 1", "bad other-client-id 3", "bad other-xid 1"),
         out("990..1100", solicit(pd(), again=True)))
    cut = advertise(good)
    case("cut-off", "DHC-10 DHC-51: messages that end too early.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(1, (cut[0], cut[1][:-2])), into(1, (cut[0], cut[1][:6])),
         into(1, (cut[0], cut[1] + "0001")), expect("bad truncated 3"), out("990..1100", solicit(pd(), again=True)))
    kinds = [(kind.__name__[6:], answer(kind, good)[1]) for kind in
             (DHCP6_Solicit, DHCP6_Request, DHCP6_Confirm, DHCP6_Renew, DHCP6_Rebind, DHCP6_Release, DHCP6_Decline,
              DHCP6_InfoRequest)]
    kinds += [(kind.__name__[6:], bytes(kind()).hex()) for kind in (DHCP6_RelayForward, DHCP6_RelayReply)]
    kinds += [(f"type {number}", f"{number:02x}" + advertise(good)[1][2:]) for number in (0, 14, 36, 255)]
    case("not-for-clients", "DHC-11: types that no client receives.", "pd",
         do("start"), out("0..1000", solicit(pd())), *[into(1, kind) for kind in kinds],
         expect(f"bad unwanted-type {len(kinds)}", "changes 0", "state soliciting"), out("900..1100", solicit(pd(), again=True)))
    case("unexpected", "DHC-10: an answer to nothing.", "pd",
         bound(), into(10, advertise(good)), into(10, reply(good)), expect("bad unexpected 2", "changes 0"))
    case("another-server", "DHC-10: what one server was asked, another does not answer.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(good)), out("990..1100", request(pd(prefix(P)))),
         into(10, reply(good, server=SERVER2)), expect("bad other-server 1", "state requesting"))
    case("unknown-options", "DHC-12: they are passed over, at every level.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(option(60000, b"abc"), pd(option(60001), prefix(P, 300, 400, option(60002, b"x"))), option(60003))),
         out("990..1100", request(pd(prefix(P)))), into(10, reply(option(60000), good)), expect("state bound"))
    case("server-unicast", "DHC-12 DHC-48: option 12 of the old RFC changes nothing; there is but one way to send.", "pd",
         bound(option(12, bytes.fromhex("20010db8000000000000000000000001"))), out(1000000, renew(pd(prefix(P)))))
    case("t1-after-t2", "DHC-17: such an IA does not exist.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400), t1=200, t2=100))),
         expect("bad nothing-offered 1"), out("990..1100", solicit(pd(), again=True)))
    case("t1-after-t2-renewed", "DHC-17 DHC-26: in a Renew it is an IA that was left out: kept, no burst.", "pd",
         bound(), out(1000000, renew(pd(prefix(P)))), into(10, reply(pd(prefix(P, 300, 400), t1=200, t2=100))),
         expect("state renewing", "lease " + P + " preferred 1999 valid 2999"), out("8990..10990", renew(pd(prefix(P)), again=True)))
    case("times-left-to-us", "DHC-18: half and four fifths of the shortest preferred lifetime.", "pd",
         bound(t1=0, t2=0, preferred=1000, valid=2000), out(500000, renew(pd(prefix(P)))),
         *[out("9000..33000", renew(pd(prefix(P)), again=True)) for _ in range(2)],
         *[out("9000..170000", renew(pd(prefix(P)), again=True)) for _ in range(2)],
         out("1..300000", rebind(pd(prefix(P)))))
    case("one-time-left-to-us", "DHC-18: T2 is 1.6 times T1.", "pd",
         bound(t1=100, t2=0, preferred=1000, valid=2000), out(100000, renew(pd(prefix(P)))),
         *[out("9000..33000", renew(pd(prefix(P)), again=True)) for _ in range(2)], out("20000..50000", rebind(pd(prefix(P)))),
         into(0, reply(pd(prefix(P, 1000, 2000), t1=0, t2=200))), out(124000, renew(pd(prefix(P)))))
    case("infinite", "DHC-20: infinity is no number.", "pd",
         bound(t1=FOREVER, t2=FOREVER, preferred=FOREVER, valid=FOREVER),
         expect(f"lease {P} preferred {FOREVER} valid {FOREVER}"), wait(1000000000000), expect("state bound"))
    case("infinite-chosen", "DHC-18 DHC-20: no times to choose from an infinite lifetime.", "pd",
         bound(t1=0, t2=0, preferred=FOREVER, valid=FOREVER), wait(1000000000000), expect("state bound"))
    case("preferred-over-valid", "DHC-21: such a prefix does not exist.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400)))),
         out("990..1100", request(pd(prefix(P)))), into(10, reply(pd(prefix(Q, 200, 100), prefix(P, 300, 400)))),
         expect("changes 1", f"lease {P} preferred 300 valid 400"))
    case("impossible-prefixes", "DHC-21: nobody can be given multicast, link-local, loopback or everything.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(pd(prefix("ff02::/56", 300, 400), prefix("fe80::/56", 300, 400), prefix("::/0", 300, 400),
                               prefix("::/128", 300, 400), prefix("::1/128", 300, 400), prefix("2001:db8::/200", 300, 400)))),
         expect("bad nothing-offered 1"), out("990..1100", solicit(pd(), again=True)))
    case("host-bits", "DHC-21: bits behind the prefix length are no part of it.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix("2001:db8:12:34ff::1/56", 300, 400)))),
         out("990..1100", request(pd(prefix(P)))))
    case("another-iaid", "DHC-38: an IA of somebody else is none of ours.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(pd(prefix(P, 300, 400), iaid=7))),
         expect("bad nothing-offered 1"))
    case("cannot-serve", "DHC-28 DHC-52: UnspecFail: the Request is repeated ever more slowly, ten times, then another server.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(good)), out("990..1100", request(pd(prefix(P)))),
         into(10, reply(status(1, b"out of \"order\"\n"))), expect("reason UnspecFail \"out of \\x22order\\x22\\x0a\""),
         *[out("800..33000", request(pd(prefix(P)), again=True)) + into(10, reply(status(1))) for _ in range(9)],
         expect("bad failed-status 10"), out("26900..34000", solicit(pd())))
    case("refused-at-request", "DHC-14: a server that takes back what it advertised: the next one, then Solicit.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(good)),
         into(10, advertise(pd(prefix(Q, 300, 400)), server=SERVER2)), out("981..1080", request(pd(prefix(P)))),
         into(10, reply(pd(status(6)))), out(0, request(pd(prefix(Q)), server=SERVER2)),
         into(10, reply(pd(status(6)), server=SERVER2)), expect("state soliciting"), out("0..1000", solicit(pd())))
    rounds = []
    for _ in range(6):
        rounds += [into(0, advertise(good, DHCP6OptPref(prefval=255))), out("0", request(pd(prefix(P)))),
                   into(0, reply(pd(status(6)))), out("0..1000", solicit(pd()))]
    case("refused-for-ever", "DHC-27: the loop of a server that offers and refuses; test_dhcp6_limits counts.", "pd",
         do("start"), out("0..1000", solicit(pd())), *rounds)
    exclude = option(67, bytes.fromhex("4078"))
    case("excluded", "DHC-40: the example of RFC 6603 section 4.2.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(pd(prefix("2001:db8:dead:bee0::/59", 300, 400, exclude)))),
         out("990..1100", request(pd(prefix("2001:db8:dead:bee0::/59")))),
         into(10, reply(pd(prefix("2001:db8:dead:bee0::/59", 300, 400, exclude), t1=100, t2=200))),
         expect("lease 2001:db8:dead:bee0::/59 preferred 300 valid 400 without 2001:db8:dead:beef::/64"),
         "# not longer than the prefix, or of the wrong length: no exclusion\n",
         out(100000, renew(pd(prefix("2001:db8:dead:bee0::/59")))),
         into(10, reply(pd(prefix("2001:db8:dead:bee0::/59", 300, 400, option(67, b"@")), t1=100, t2=200))),
         expect("lease 2001:db8:dead:bee0::/59 preferred 300 valid 400"),
         out(100000, renew(pd(prefix("2001:db8:dead:bee0::/59")))),
         into(10, reply(pd(prefix("2001:db8:dead:bee0::/59", 300, 400, option(67, bytes.fromhex("3b78"))), t1=100, t2=200))),
         expect("lease 2001:db8:dead:bee0::/59 preferred 300 valid 400"), out(100000, renew(pd(prefix("2001:db8:dead:bee0::/59")))),
         into(10, reply(pd(prefix("2001:db8:dead:bee0::/59", 300, 400, option(67, bytes.fromhex("407800"))), t1=100, t2=200))),
         expect("lease 2001:db8:dead:bee0::/59 preferred 300 valid 400"))
    case("said-twice", "DHC-51: what may be there once is what it was the first time.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(good, DHCP6OptServerId(duid=SERVER2), DHCP6OptClientId(duid=SERVER), DHCP6OptPref(prefval=1),
                            DHCP6OptPref(prefval=255))),
         out("990..1100", request(pd(prefix(P)))),
         into(10, reply(good, status(0), status(1), DHCP6OptDNSServers(dnsservers=[DNS]),
                        DHCP6OptDNSServers(dnsservers=["2001:db8:53::2"]), mape(b""), mape())),
         expect("state bound", f"dns {DNS}", "softwire map-e"))
    case("lengths-inside", "DHC-51: an option longer than the one around it; a zero-length IA; bytes left over.", "pd",
         do("start"), out("0..1000", solicit(pd())),
         into(10, advertise(option(25, bytes.fromhex("000000010000000000000000001a00190000012c0000019038")))),
         into(10, advertise(option(25))), into(10, advertise(option(25, bytes.fromhex("00000001000000000000000000")))),
         into(10, advertise(pd(prefix(P, 300, 400), option(67)), option(13), option(7), option(82), option(11))),
         expect("bad nothing-offered 3"), out("960..1070", request(pd(prefix(P)))))
    case("refused-as-a-whole", "DHC-14: the status of the message instead of that of the IA.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(10, advertise(good)), out("990..1100", request(pd(prefix(P)))),
         into(10, reply(status(6))), expect("bad failed-status 1", "state soliciting"), out("0..1000", solicit(pd())))
    case("short-duid", "DHC-10: a server ID of two bytes is none; nor is one of 131.", "pd",
         do("start"), out("0..1000", solicit(pd())), into(1, advertise(good, option(2, b"ab"), server=None)),
         into(1, advertise(good, option(2, bytes(131)), server=None)), expect("bad no-server-id 2"),
         into(1, advertise(good, option(2, bytes(130)), server=None)), expect("bad no-server-id 2", "received Advertise 3"))
    case("bad-settings", "DHC-12 DHC-49 DHC-50 SEC-15: addresses cut off, names with control characters, a time source by multicast.", "pd",
         bound(option(23, bytes.fromhex("20010db8005300000000000000000000")[:15]), option(24, b"\x03a\x1bb\x00"), option(24, b"\xc0\x00"),
               option(56, bytes.fromhex("00020010ff0200000000000000000000000000fb")),
               option(56, bytes.fromhex("0001001020010db8000000000000000000000123") * 2),
               option(56, bytes.fromhex("0001001020010db8000000000000000000000123")),
               option(56, b"\x00\x03\x00\x0e\x04ntp1\x07example\x00")),
         expect("dns ", "domain ", "time 2001:db8::123", "time-name ntp1.example"))
