# SPDX-License-Identifier: BSD-3-Clause
"""The lab: two homes behind CEs that share one IPv4 address, an IPv6 network, a BR, and a server.

    h1 192.168.1.10 --+
                     sw1 --- lan [ CE1 ] wan --+
    h2 192.168.1.11 --+       PSID 0x34        |
                                             core --- map [ BR ] inet --- srv 198.51.100.9
    h3 192.168.2.10 -------- lan [ CE2 ] wan --+
                              PSID 0x35

CE1 and the BR run configs/ce-lab.conf and configs/br-lab.conf; CE2 is CE1 with other addresses. Nobody resolves
addresses here: every neighbour is static.
"""
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import netns
from daemon import Daemon, edit
from netns import Namespace

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "pcap"))
import mape  # noqa: E402  the arithmetic of RFC 7597 and packets, made without the code under test

V4 = "192.0.2.18"                                        # shared by both CEs
BR6 = "2001:db8:ffff::1"
RULE = mape.Rule("2001:db8::/40", "192.0.2.0/24", ea=16, offset=4)
PSID = {"ce1": 0x34, "ce2": 0x35}
SRV, H1, H2, H3 = "198.51.100.9", "192.168.1.10", "192.168.1.11", "192.168.2.10"
HOMES = {"ce1": ("sw1", "h1", "h2"), "ce2": ("h3",)}

MAC = {"ce1 lan": "02:00:00:00:0c:01", "ce1 wan": "02:00:00:00:0c:02",
       "ce2 lan": "02:00:00:00:0d:01", "ce2 wan": "02:00:00:00:0d:02",
       "br map": "02:00:00:00:0b:01", "br inet": "02:00:00:00:0b:02",
       "core ce1": "02:00:00:00:06:01", "core br": "02:00:00:00:06:02", "core ce2": "02:00:00:00:06:03",
       "core ce3": "02:00:00:00:06:04", "ce3 wan": "02:00:00:00:0e:02",
       "h1 eth0": "02:00:00:00:01:10", "h2 eth0": "02:00:00:00:01:11", "h3 eth0": "02:00:00:00:02:10",
       "sw1 h1": "02:00:00:00:05:01", "sw1 h2": "02:00:00:00:05:02", "sw1 ce1": "02:00:00:00:05:03",
       "srv eth0": "02:00:00:00:04:09"}

# What makes CE1's configuration CE2's.
TO_CE2 = [("192.168.1.", "192.168.2."), ("02:00:00:00:01:", "02:00:00:00:02:"), ("02:00:00:00:0c:", "02:00:00:00:0d:"),
          (MAC["core ce1"], MAC["core ce2"]), ("2001:db8:12:3400::", "2001:db8:12:3500::")]


def ports_of(site):
    return set(RULE.ports(PSID[site]))


def default_build():
    return os.environ.get("BUILD", str(ROOT / "build"))


class Lab:
    """A context manager. `changes` edits the configurations: {"ce1": [(old text, new text), …], "br": …}.

    With `taps`, CE1's ports are TAPs that its driver makes, and that are plugged in when it runs.
    """

    def __init__(self, build=None, sites=("ce1", "ce2"), changes=None, taps=False):
        self.build = Path(build or default_build()).resolve()
        self.binary = self.build / "app" / "mapedge" / "mapedge"
        if not os.access(self.binary, os.X_OK):
            raise netns.Unavailable(f"{self.binary} is not there: build first (meson setup build && ninja -C build).")
        self._sites, self._changes, self._taps = sites, changes or {}, taps
        self.ns, self.daemons, self._programs = {}, {}, []
        self.directory = None

    # ---- life ----

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="mapedge-lab-"))
        try:
            self._build_network()
            self._start_daemons()
        except PermissionError as error:
            self.close()
            raise netns.Unavailable("This root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN (a container?): "
                                    "run this as an ordinary user.") from error
        except BaseException as error:
            error.add_note(self.last_words())
            self.close()
            raise
        return self

    def __exit__(self, kind, error, *_):
        if error is not None:
            error.add_note(self.last_words())
        self.close()

    def close(self):
        for process in self._programs:
            if process.poll() is None:
                process.kill()
            process.wait()
        for daemon in self.daemons.values():
            daemon.close()
        for namespace in self.ns.values():
            namespace.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def last_words(self):
        """The end of every daemon's log, for the reader of a failure."""
        return "\n".join(f"the log of {daemon.name} ends:\n{daemon.log_tail()}" for daemon in self.daemons.values()
                         if daemon.log_path.exists())

    def start(self, name, command, **popen):
        """A program in a namespace that ends with the lab."""
        process = self.ns[name].start(command, **popen)
        self._programs.append(process)
        return process

    # ---- network ----

    def add_namespace(self, name, ipv6=False):
        namespace = self.ns[name] = Namespace(name)
        if not ipv6:                                     # then its kernel says nothing by itself
            namespace.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
            namespace.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        return namespace

    def cable(self, one, interface, other, peer, mtu=1500):
        netns.cable((self.ns[one], interface, MAC[f"{one} {interface}"]),
                    (self.ns[other], peer, MAC[f"{other} {peer}"]), mtu)

    def _build_network(self):
        core = self.add_namespace("core", ipv6=True)
        core.sysctl("net.ipv6.conf.all.forwarding", 1)
        core.sysctl("net.ipv6.conf.default.addr_gen_mode", 1)    # no address but those we give it
        core.sysctl("net.ipv6.conf.default.mldv2_unsolicited_report_interval", 1)     # over before the daemons listen
        for name in ("br", "srv", *self._sites, *(name for site in self._sites for name in HOMES[site])):
            self.add_namespace(name)
        self.cable("br", "map", "core", "br")
        self.route_ipv6("br", f"{BR6}/128")
        self.cable("br", "inet", "srv", "eth0")
        self._set_up_host("srv", SRV, "198.51.100.1", MAC["br inet"])
        if "ce1" in self._sites:
            self._build_home1()
        if "ce2" in self._sites:
            self.cable("ce2", "lan", "h3", "eth0")
            self._set_up_host("h3", H3, "192.168.2.1", MAC["ce2 lan"])
            self.cable("ce2", "wan", "core", "ce2")
            self.route_ipv6("ce2", "2001:db8:12:3500::/56")

    def _build_home1(self):
        switch = self.ns["sw1"]
        switch.run("ip link add lan type bridge mcast_snooping 0")
        switch.sysctl("net.bridge.bridge-nf-call-iptables", 0, optional=True)    # it would drop broken IPv4 packets
        switch.run("ip link set dev lan up")
        for host, address in ("h1", H1), ("h2", H2):
            self.cable(host, "eth0", "sw1", host)
            switch.run(f"ip link set dev {host} master lan")
            self._set_up_host(host, address, "192.168.1.1", MAC["ce1 lan"])
        if not self._taps:
            self.cable("ce1", "lan", "sw1", "ce1")
            self.cable("ce1", "wan", "core", "ce1")
            self._join_home1()

    def _join_home1(self):
        self.ns["sw1"].run("ip link set dev ce1 master lan")
        self.route_ipv6("ce1", "2001:db8:12:3400::/56")

    def _plug_taps(self):
        """The other ends of CE1's ports go where the cables would, under the names and addresses of these."""
        for interface, place in ("lan", "sw1"), ("wan", "core"):
            self.ns["ce1"].run(f"ip link set dev {interface} netns {self.ns[place].path} name ce1")
            self.ns[place].run(f"ip link set dev ce1 address {MAC[place + ' ce1']} txqueuelen 5000 up")
        self._join_home1()

    def route_ipv6(self, name, prefix):
        """The core reaches a prefix through the box at the other end of the interface of that name."""
        core, mac = self.ns["core"], MAC.get(f"{name} wan") or MAC[f"{name} map"]
        core.run(f"ip address replace fe80::1/64 dev {name} nodad")
        core.run(f"ip neighbour replace fe80::2 lladdr {mac} dev {name} nud permanent")
        core.run(f"ip -6 route replace {prefix} via fe80::2 dev {name}")

    def _set_up_host(self, name, address, gateway, gateway_mac):
        host = self.ns[name]
        host.run(f"ip address add {address}/24 dev eth0")
        host.run(f"ip neighbour add {gateway} lladdr {gateway_mac} dev eth0 nud permanent")
        host.run(f"ip route add default via {gateway}")

    # ---- daemons ----

    def config(self, name):
        """The shipped configuration as this lab changes it."""
        text = (ROOT / "configs" / ("br-lab.conf" if name == "br" else "ce-lab.conf")).read_text(encoding="utf-8")
        return edit(text, (TO_CE2 if name == "ce2" else []) + self._changes.get(name, []))

    def _start_daemons(self):
        for name in (*self._sites, "br"):
            daemon = self.daemons[name] = Daemon(name, self.ns[name], self.binary, self.directory, self.config(name))
            daemon.start()
        for daemon in self.daemons.values():
            daemon.wait_ready()
        if self._taps:
            self._plug_taps()

    # ---- statistics ----

    def stats(self):
        return {name: daemon.stats() for name, daemon in self.daemons.items() if daemon.is_running()}

    def settled_stats(self, deadline=20):
        """All statistics once the traffic has ended: nothing is held, and nothing changes for 0.3 s."""
        end = time.monotonic() + deadline
        before, same = None, 0
        while same < 3:
            assert time.monotonic() < end, f"after {deadline} s there is still traffic: {before}"
            time.sleep(0.1)
            now = self.stats()
            is_idle = all(stats["conservation"]["held"] == 0 for stats in now.values())
            before, same = now, same + 1 if now == before and is_idle else 0
        return before

    def assert_balanced(self):
        """Conservation in every box: received + created = transmitted + dropped. Returns the statistics."""
        stats = self.settled_stats()
        for name, one in stats.items():
            check_conservation(name, one)
        return stats


def check_conservation(name, stats):
    """Adds the numbers up itself, from the counters and not from the sums the box has made of them."""
    sums = stats["conservation"]
    received = sum(interface["rx_packets"] + interface.get("from_host_packets", 0) for interface in stats["interfaces"])
    transmitted = sum(interface["tx_packets"] + interface.get("to_host_packets", 0) for interface in stats["interfaces"])
    dropped = sum(stats["drops"].values())
    held, created = sums["held"], sums["created"]
    told = (sums["received"], sums["transmitted"], sums["dropped"])
    assert told == (received, transmitted, dropped), f"{name}: sums {told} are not those of the counters: {stats}"
    assert sums["balanced"] and received + created == transmitted + sums["merged"] + dropped + held, f"{name} has lost packets: {stats}"


def grown(before, after):
    """What a set of counters has gained."""
    return {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}


def require_rights(*programs):
    """Before the first Lab: programs, root (of a user namespace), signals. Raises netns.Unavailable."""
    netns.require(*programs)
    netns.become_root()
    netns.stop_on_signals()
    netns.allow_many_files()
