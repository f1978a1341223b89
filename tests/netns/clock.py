# SPDX-License-Identifier: BSD-3-Clause
"""Cases: a CE without a battery: its clock begins long ago, and HTTPS has to wait until time servers were asked.

The lab is that of provision_http.py. The clock is the process's own (fakeclock.c); chronyd sees the machine's, so that the
server's has to be ahead of that by what the CE's is behind. The machine's clock is never set.
"""
import datetime
import ipaddress
import sys
import time as clock
from pathlib import Path

from daemon import wait_until
from provision import PATIENCE
from provision_http import WAN_PREFIX, HttpLab

TWENTY_YEARS = 20 * 365 * 86400
TIME_SERVER, TIME_NAME = "2001:db8:53::123", "ntp.example.jp"
SNTP, NTP = 31, 56


class ClockLab(HttpLab):
    """The CE's clock is twenty years late; `fixed`: it cannot be set."""

    fixed = False

    def _build_line(self):
        super()._build_line()
        self.ns["core"].run(f"ip address add {TIME_SERVER}/128 dev lo")

    def begin(self, options):
        """Everything but a time server. `options` are DHCPv6's: {code: bytes}."""
        self.resolve(f"host-record={TIME_NAME},{TIME_SERVER}")
        self.provision()
        self.serve(options=options)
        self.prepare_ce()
        self.ce.environment = {"LD_PRELOAD": str(self.build / "tests" / "netns" / "libfakeclock.so"), "FAKE_CLOCK": str(-TWENTY_YEARS),
                               **({"FAKE_CLOCK_FIXED": "1"} if self.fixed else {})}
        self.switch_on()

    @property
    def asked(self):
        return self.directory / "asked"

    def keep_time(self, ahead=TWENTY_YEARS):
        self.start("core", [sys.executable, Path(__file__).parent / "ntp_server.py", TIME_SERVER, str(ahead), self.asked])

    def wait_time(self, state, text=""):
        def is_so():
            time = self.status()["time"]
            return time if time["state"] == state and text in time["reason"] else None

        try:
            return wait_until(f"the time to be {state}", is_so, 2 * PATIENCE)
        except AssertionError as error:
            error.add_note(str(self.status()["time"]))
            raise


def ntp_name(name):
    """Option 56 with a name (RFC 5908 section 4)."""
    wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    return (3).to_bytes(2, "big") + len(wire).to_bytes(2, "big") + wire


def time_before_https(build):
    """DHC-50: option 31: HB46PP waits, the server is asked over IPv6 and the WAN, the clock is stepped, and all comes up."""
    with ClockLab(build) as lab, lab.web_server():
        lab.begin({SNTP: ipaddress.IPv6Address(TIME_SERVER).packed})
        lab.wait_time("retry", "no time server has answered")
        source = lab.wait_source("hb46pp", "retry", text="the clock of this box says")
        assert not source["used"] and lab.status()["softwire"]["configured"] is False, source
        lab.keep_time()
        time = lab.wait_time("good", "the clock was set forward by")
        assert time["set"] and abs(time["set_forward_s"] - TWENTY_YEARS) < 60, time
        assert time["from"] == "dhcpv6" and time["asked"] == [TIME_SERVER], time
        lab.wait_softwire(configured=True, provision="hb46pp")
        since = datetime.datetime.fromisoformat(lab.ce.stats()["discontinuity_time"])
        assert abs(since.timestamp() - clock.time()) < 600, since
        assert lab.ce.rule_log()[-1]["time"] > lab.ce.rule_log()[0]["time"], lab.ce.rule_log()
        lab.wait_source("hb46pp", "done")
        clients = set(lab.asked.read_text(encoding="ascii").split())
        assert clients and all(ipaddress.IPv6Address(one) in ipaddress.IPv6Network(WAN_PREFIX) for one in clients), clients
        log = lab.ce.log()
        assert log.index("time: state=waiting") < log.index("time: state=asking") < log.index("time: state=good") < log.index("softwire: up"), log
        lab.fetch()
        lab.assert_balanced()


def time_by_name(build):
    """DHC-50: option 56 with a name, asked of the line's resolver; and a time that cannot be is not believed."""
    with ClockLab(build) as lab:
        lab.keep_time(ahead=0)                           # as late as ours, and so before the build
        lab.begin({NTP: ntp_name(TIME_NAME)})
        time = lab.wait_time("retry", "which cannot be")
        assert time["asked"] == [TIME_SERVER] and not time["set"], time
        assert lab.source("hb46pp")["state"] == "retry", lab.source("hb46pp")
        lab.assert_balanced()


def time_of_the_operator(build):
    """DHCPv6 says nothing: access.ntp; a clock that may not be set is waited for, as one without chronyd."""
    with ClockLab(build, changes=[("access = {", f'access = {{ ntp = [ "{TIME_NAME}" ];')]) as lab:
        lab.fixed = True
        lab.keep_time()
        lab.begin({})
        time = lab.wait_time("retry", "CAP_SYS_TIME")
        assert time["from"] == "access.ntp" and not time["set"], time
        assert "the clock of this box says" in lab.source("hb46pp")["reason"], lab.source("hb46pp")
        lab.assert_balanced()


def time_without_chronyd(build):
    """A machine without the program: the reason names the package, and the clock is waited for as ever."""
    with ClockLab(build) as lab:
        wrapper = lab.directory / "mapedge-alone"
        wrapper.write_text("#!/bin/sh\n[ -n \"$1\" ] && [ -z \"$ALONE\" ] && ALONE=1 exec unshare --mount \"$0\" \"$@\"\n"
                           f"mount --bind /dev/null /usr/sbin/chronyd && exec {lab.binary} \"$@\"\n", encoding="utf-8")
        wrapper.chmod(0o755)
        lab.binary = wrapper
        lab.begin({SNTP: ipaddress.IPv6Address(TIME_SERVER).packed})
        lab.wait_time("retry", "apt install chrony")
        lab.wait_source("hb46pp", "retry", text="the clock of this box says")
        lab.assert_balanced()


CASES = [("a clock of long ago: NTP, then HTTPS (DHC-50)", time_before_https),
         ("a clock of long ago: a time that cannot be", time_by_name),
         ("a clock of long ago that cannot be set", time_of_the_operator),
         ("a clock of long ago on a machine without chronyd", time_without_chronyd)]
