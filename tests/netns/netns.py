# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces without names: this process holds them, so they end with it, however it ends."""
import contextlib
import ctypes
import json
import os
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys

CLONE_NEWNET = 0x40000000
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
REENTERED = "MAPEDGE_LAB_IN_USER_NAMESPACE"

# What the lab runs, and the Debian package it is in.
PACKAGES = {"ip": "iproute2", "ethtool": "ethtool", "ping": "iputils-ping", "curl": "curl", "iperf3": "iperf3",
            "dnsmasq": "dnsmasq-base", "traceroute": "traceroute", "tcpdump": "tcpdump", "turnserver": "coturn", "sipp": "sip-tester", "dig": "bind9-dnsutils", "kea-dhcp6": "kea-dhcp6-server", "radvd": "radvd", "tshark": "tshark", "dhclient": "isc-dhcp-client", "setpriv": "util-linux", "unshare": "util-linux"}

_libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """This machine lacks something; the text says in one sentence what, and what to do."""


def _call(function, *args):
    if function(*args) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))


def _current():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextlib.contextmanager
def _and_back():
    """The calling thread may change its namespace in here."""
    home = _current()
    try:
        yield
    finally:
        _call(_libc.setns, home, CLONE_NEWNET)
        os.close(home)


def words(command):
    return shlex.split(command) if isinstance(command, str) else [str(word) for word in command]


class Namespace:
    """A network namespace: programs and sockets that are started inside() belong to it."""

    def __init__(self, name):
        self.name = name
        with _and_back():
            _call(_libc.unshare, CLONE_NEWNET)
            self._fd = _current()
        self.path = f"/proc/{os.getpid()}/fd/{self._fd}"       # for nsenter and ip
        self.run("ip link set lo up")

    def close(self):
        os.close(self._fd)

    @contextlib.contextmanager
    def inside(self):
        """Moves the calling thread into the namespace for as long as the block lasts."""
        with _and_back():
            _call(_libc.setns, self._fd, CLONE_NEWNET)
            yield self

    def run(self, command, timeout=60, check=True):
        """Runs a program to its end; a failure is an AssertionError with all it said."""
        with self.inside():
            done = subprocess.run(words(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name}: {' '.join(words(command))}: exit code {done.returncode}\n"
                                 + (done.stderr or done.stdout).strip())
        return done

    def start(self, command, **popen):
        """Starts a program that ends with us, even if we are killed. To be called from the main thread."""
        with self.inside():
            # A session of its own: Ctrl-C is for us, and we end what we have started.
            return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *words(command)], stdin=subprocess.DEVNULL,
                                    start_new_session=True, **popen)

    def socket(self, kind, family=socket.AF_INET, proto=0):
        with self.inside():
            return socket.socket(family, kind, proto)

    def sysctl(self, name, value, optional=False):
        path = "/proc/sys/" + name.replace(".", "/")
        with self.inside():
            if optional and not os.path.exists(path):
                return
            with open(path, "w", encoding="ascii") as file:
                file.write(str(value))

    def counter(self, group, name):
        """A counter of the kernel's IP stack, such as Udp NoPorts."""
        with self.inside(), open("/proc/thread-self/net/snmp", encoding="ascii") as file:
            rows = [line.split() for line in file if line.startswith(group + ":")]
        return int(rows[1][rows[0].index(name)])

    def link_counters(self, interface):
        """The kernel counts of an interface: frames received; frames sent, also those the other end had no room for."""
        stats = json.loads(self.run(f"ip -j -s link show dev {interface}").stdout)[0]["stats64"]
        return stats["rx"]["packets"], stats["tx"]["packets"] + stats["tx"]["dropped"]


def cable(one, other, mtu=1500):
    """A veth pair between two (namespace, interface name, MAC address)."""
    (ns, name, mac), (peer_ns, peer_name, peer_mac) = one, other
    ns.run(f"ip link add dev {name} address {mac} mtu {mtu} type veth peer name {peer_name} address {peer_mac} "
           f"mtu {mtu} netns {peer_ns.path}")
    for end, interface in (ns, name), (peer_ns, peer_name):
        # An AF_PACKET reader sees what the sender's kernel hands over: no checksum left to hardware that is not there.
        end.run(f"ethtool -K {interface} tx off tso off gso off gro off")
        end.run(f"ip link set dev {interface} up")


# ---- rights ----

def require(*programs):
    """Every program must be there, or Unavailable says which package has it."""
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", "/usr/bin:/bin"), "/usr/sbin", "/sbin"])
    missing = sorted({PACKAGES[program] for program in ("ip", "ethtool", "setpriv", "unshare", *programs)
                      if shutil.which(program) is None})
    if missing:
        raise Unavailable(f"Programs are missing: apt install {' '.join(missing)}")


def become_root():
    """As an ordinary user: starts this program again as root of a user namespace of its own."""
    if os.geteuid() == 0:
        return
    enter = ["unshare", "--user", "--map-root-user", "--net"]
    probe = subprocess.run([*enter, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        raise Unavailable("This machine does not let ordinary users make network namespaces (see sysctl "
                          "user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                          "kernel.apparmor_restrict_unprivileged_userns): run this as root.")
    os.environ[REENTERED] = "1"
    os.execvp(enter[0], [*enter, "--", sys.executable, *sys.argv])


def is_real_root():
    return REENTERED not in os.environ


def allow_many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 8192:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))


def stop_on_signals():
    """The first signal unwinds like an exit, so that what has been built is taken down; then no other disturbs that."""

    def leave(number, _frame):
        ignore_signals()
        raise SystemExit(128 + number)

    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:   # nohup
            signal.signal(number, leave)


def ignore_signals():
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
