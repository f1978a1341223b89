#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the conversations *.rpl beside this file: the messages of both sides are built by Scapy. usage: make.py"""
import sys
from pathlib import Path

from scapy.layers.dhcp6 import (DHCP6_Advertise, DHCP6_Decline, DHCP6_InfoRequest, DHCP6_Rebind, DHCP6_Release, DHCP6_Renew,
                                DHCP6_Reply, DHCP6_Request, DHCP6_Solicit, DHCP6OptClientId, DHCP6OptDNSDomains,
                                DHCP6OptDNSServers, DHCP6OptElapsedTime, DHCP6OptIA_NA, DHCP6OptIA_PD, DHCP6OptIAAddress,
                                DHCP6OptIAPrefix, DHCP6OptInfoRefreshTime, DHCP6OptOptReq, DHCP6OptPref, DHCP6OptRapidCommit,
                                DHCP6OptReconfAccept, DHCP6OptServerId, DHCP6OptSNTPServers, DHCP6OptStatusCode,
                                DHCP6OptUnknown, DUID_LL, DUID_EN)
from scapy.packet import Raw

HERE = Path(__file__).resolve().parent
PD_IAID, NA_IAID = 1, 2
CLIENT = DUID_LL(lladdr="02:00:00:00:00:01")
SERVER = DUID_LL(lladdr="02:00:00:00:00:aa")
SERVER2 = DUID_EN(enterprisenum=32473, id=b"\x01\x02\x03\x04\x05")
FOREVER = 0xffffffff
ALWAYS = [23, 24, 31, 56, 64, 94, 96, 111]
ORO_PD, ORO_NA, ORO_INFO = ALWAYS + [67, 82], ALWAYS + [82], ALWAYS + [32, 83]
DNS = "2001:db8:53::1"
# RFC 7598: one rule 2001:db8::/40 with 16 EA bits for 192.0.2.0/24, offset 6, and one BR.
MAPE = bytes.fromhex("005900150110 18 c0000200 28 20010db800 005d0004 06000000 005a0010 20010db8ffff00000000000000000001"
                     .replace(" ", ""))


# ---- options

def prefix(net, preferred=0, valid=0, *inner):
    addr, length = net.split("/")
    return DHCP6OptIAPrefix(prefix=addr, plen=int(length), preflft=preferred, validlft=valid, iaprefopts=list(inner))


def address(addr, preferred=0, valid=0):
    return DHCP6OptIAAddress(addr=addr, preflft=preferred, validlft=valid)


def pd(*prefixes, t1=0, t2=0, iaid=PD_IAID):
    return DHCP6OptIA_PD(iaid=iaid, T1=t1, T2=t2, iapdopt=list(prefixes))


def na(*addresses, t1=0, t2=0, iaid=NA_IAID):
    return DHCP6OptIA_NA(iaid=iaid, T1=t1, T2=t2, ianaopts=list(addresses))


def status(code, text=b""):
    return DHCP6OptStatusCode(statuscode=code, statusmsg=text)


def option(code, data=b""):
    return DHCP6OptUnknown(optcode=code, optlen=len(data), data=data)


def mape(data=MAPE):
    return option(94, data)


def max_rt(code, seconds):
    return option(code, seconds.to_bytes(4, "big"))


# ---- messages

def chain(message, *options):
    for each in options:
        message = message / each
    return message


def digits(message, xid):
    text = bytes(message).hex()
    return text[:2] + xid + text[8:]


def ask(kind, oro, *ias, server=None, rapid=False, accept=False, again=False):
    """What the client sends; again: the same exchange goes on."""
    message = chain(kind(trid=0), DHCP6OptClientId(duid=CLIENT))
    if server is not None:
        message /= DHCP6OptServerId(duid=server)
    message /= DHCP6OptElapsedTime(elapsedtime=0xeeee)
    if oro:
        message /= DHCP6OptOptReq(reqopts=oro)
    if rapid:
        message /= DHCP6OptRapidCommit()
    if accept:
        message /= DHCP6OptReconfAccept()
    return kind.__name__[6:], digits(chain(message, *ias), "xxxxxx" if again else "XXXXXX")


def answer(kind, *options, server=SERVER, client=CLIENT, xid="xxxxxx"):
    """What a server sends; xid xxxxxx: that of the client's last message."""
    message = kind(trid=0)
    if client is not None:
        message /= DHCP6OptClientId(duid=client)
    if server is not None:
        message /= DHCP6OptServerId(duid=server)
    return kind.__name__[6:], digits(chain(message, *options), xid)


def advertise(*options, **more):
    return answer(DHCP6_Advertise, *options, **more)


def reply(*options, **more):
    return answer(DHCP6_Reply, *options, **more)


def solicit(*ias, oro=ORO_PD, **more):
    return ask(DHCP6_Solicit, oro, *ias, **more)


def request(*ias, oro=ORO_PD, server=SERVER, **more):
    return ask(DHCP6_Request, oro, *ias, server=server, **more)


def renew(*ias, oro=ORO_PD, server=SERVER, **more):
    return ask(DHCP6_Renew, oro, *ias, server=server, **more)


def rebind(*ias, oro=ORO_PD, **more):
    return ask(DHCP6_Rebind, oro, *ias, **more)


def inform(**more):
    return ask(DHCP6_InfoRequest, ORO_INFO, **more)


# ---- lines

def line(time, kind, content):
    return f"{time} | {kind} | {content}\n"


def out(time, message):
    return f"# {message[0]}\n" + line(time, "out", message[1])


def into(time, message, how=""):
    return f"# {message[0]}\n" + line(time, "in", how + message[1])


def do(what, time=0):
    return line(time, "do", what)


def wait(time):
    return line(time, "do", "nothing")


def expect(*facts):
    return "".join(line("-", "is", fact) for fact in facts)


def case(name, text, config, *lines):
    (HERE / f"{name}.rpl").write_text("# SPDX-License-Identifier: BSD-3-Clause\n" + "".join(
        f"# {row}\n" for row in text.split("\n")) + line("-", "config", config) + "".join(lines))


# ---- pieces of conversations

P = "2001:db8:12:3400::/56"
Q = "2001:db8:99:7700::/56"


def bound(*more, t1=1000, t2=1600, preferred=3000, valid=4000):
    """From nothing to a lease of P."""
    given = pd(prefix(P, preferred, valid), t1=t1, t2=t2)
    return do("start") + out("0..1000", solicit(pd())) + into(10, advertise(given, *more)) \
        + out("990..1100", request(pd(prefix(P)))) + into(10, reply(given, *more)) + expect("state bound")


def main():
    for old in HERE.glob("*.rpl"):
        old.unlink()
    for module in ("starts", "answers", "lives", "reconfigured"):
        sys.path.insert(0, str(HERE))
        __import__(module).write()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.modules["make"] = sys.modules["__main__"]
    main()
