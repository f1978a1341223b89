# SPDX-License-Identifier: BSD-3-Clause
"""Reconfigure messages; their digests are made by Python's hmac."""
import hmac

from make import *
from scapy.layers.dhcp6 import DHCP6_Reconf, DHCP6OptAuth, DHCP6OptReconfMsg

KEY = bytes(range(16))
RENEW, REBIND, INFORM = 5, 6, 11


def auth(kind, value, replay):
    return DHCP6OptAuth(proto=3, alg=1, rdm=0, replay=replay.to_bytes(8, "big"), authinfo=bytes([kind]) + value)


def reconfigure(what, replay, key=KEY, **more):
    """The digest is over the message with zeros in its place."""
    options = [DHCP6OptReconfMsg(msgtype=what)] if what is not None else []
    blank = answer(DHCP6_Reconf, auth(2, bytes(16), replay), *options, xid="000000", **more)[1]
    digest = hmac.new(key, bytes.fromhex(blank), "md5").digest()
    return answer(DHCP6_Reconf, auth(2, digest, replay), *options, xid="000000", **more)


def started(*more, accept=True, key=True):
    given = pd(prefix(P, 3000, 4000), t1=1000, t2=1600)
    last = [auth(1, KEY, 100)] if key else []
    return do("start") + out("0..1000", solicit(pd(), accept=accept)) + into(10, advertise(given, *more)) \
        + out("990..1100", request(pd(prefix(P)), accept=accept)) + into(10, reply(given, *last, *more)) + expect("state bound")


def write():
    good = reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600))
    case("reconfigured", "DHC-41 DHC-42 DHC-43: one Renew for it; Reconfigure Accept is in what we send.", "pd reconfigure",
         started(), into(1000, reconfigure(RENEW, 101)), out(0, renew(pd(prefix(P)), accept=True)),
         *[into(10, reconfigure(RENEW, 102 + i)) for i in range(10)], expect("bad rate 10", "sent Renew 1"),
         into(10, good), expect("state bound", f"lease {P} preferred 3000 valid 4000"),
         "# and again, with a Rebind\n", into(1000, reconfigure(REBIND, 200)), out(0, rebind(pd(prefix(P)), accept=True)),
         into(10, good), expect("state bound", "received Reconfigure 12"))
    case("reconfigured-to-inform", "DHC-41 DHC-43: an Information-request, and the lease lives on.", "pd reconfigure",
         started(mape()), into(1000, reconfigure(INFORM, 101)), out(0, inform(accept=True)),
         into(10, reply(DHCP6OptDNSServers(dnsservers=[DNS]), mape())),
         expect("state bound", f"dns {DNS}", "softwire map-e", f"lease {P} preferred 2998 valid 3998"),
         "# when nobody answers the Renew comes in its time\n", into(1000, reconfigure(INFORM, 102)), out(0, inform(accept=True)),
         *[out("900..600000", inform(accept=True, again=True)) for _ in range(9)],
         out("0..600000", renew(pd(prefix(P)), accept=True)))
    case("reconfigured-stateless", "DHC-31 DHC-41: without a lease only an Information-request can be asked for.",
         "stateless reconfigure", do("start"), out("0..1000", inform(accept=True)), into(10, reply(auth(1, KEY, 1))),
         into(10, reconfigure(RENEW, 2)), expect("bad bad-option 1", "state informed"),
         into(10, reconfigure(INFORM, 3)), out(0, inform(accept=True)))
    right = reconfigure(RENEW, 101)
    case("reconfigure-refused", "DHC-41: multicast, another key, changed, replayed, without authentication, server or client ID, or reason.",
         "pd reconfigure", started(), into(10, right, "multicast "), expect("bad multicast 1"),
         into(10, reconfigure(RENEW, 101, key=bytes(16))), into(10, (right[0], right[1][:-1] + "6")),
         into(10, answer(DHCP6_Reconf, DHCP6OptReconfMsg(msgtype=RENEW), xid="000000")), expect("bad not-authentic 3"),
         into(10, answer(DHCP6_Reconf, auth(1, KEY, 101), DHCP6OptReconfMsg(msgtype=RENEW), xid="000000")),
         expect("bad not-authentic 4"),
         into(10, reconfigure(RENEW, 100)), into(10, reconfigure(RENEW, 99)), expect("bad replayed 2"),
         into(10, reconfigure(RENEW, 101, server=None)), expect("bad no-server-id 1"),
         into(10, reconfigure(RENEW, 101, client=None)), expect("bad other-client-id 1"),
         into(10, reconfigure(RENEW, 101, server=SERVER2)), expect("bad other-server 1"),
         into(10, reconfigure(7, 101)), into(10, reconfigure(None, 102)), expect("bad bad-option 2", "state bound"),
         into(10, reconfigure(RENEW, 103)), out(0, renew(pd(prefix(P)), accept=True)))
    case("reconfigure-off", "DHC-42: not configured: neither offered nor accepted, key or not.", "pd",
         started(accept=False), into(10, reconfigure(RENEW, 101)), expect("bad not-authentic 1", "state bound"))
    case("reconfigure-without-key", "DHC-42: no key, nothing to believe.", "pd reconfigure",
         started(key=False), into(10, reconfigure(RENEW, 101)), expect("bad not-authentic 1", "state bound"))
    case("reconfigure-key-of-another", "DHC-42: a key belongs to its server.", "pd reconfigure",
         started(), do("link-up", 100), out("0..1000", rebind(pd(prefix(P)), accept=True)),
         into(10, reply(pd(prefix(P, 3000, 4000), t1=1000, t2=1600), server=SERVER2)),
         into(10, reconfigure(RENEW, 101, server=SERVER2)), expect("bad not-authentic 1"))
