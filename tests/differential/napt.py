# SPDX-License-Identifier: BSD-3-Clause
"""The tables of a CE's NAPT as docs/napt.md and the RFCs describe them: sessions, mappings, ports, time. No packets here.

A NAPT chooses ports at random, so this one chooses none: where the choice is the program's, `chosen()` says what it was (None:
nothing was sent) and it is judged whether it was allowed. What was not allowed is in `faults`. A choice that cannot be seen,
because the packet went nowhere, is made later: such a session has port None until its next packet shows it."""
import ipaddress
from collections import Counter

from wire import ICMP, TCP, UDP

SECOND = 1000000
FIN, SYN, RST, ACK = 1, 2, 4, 16
INSIDE, REMOTE = 0, 1
MOST_TRIES = 256
MOST_LOOKED_AT = 16
CLOSED_FOR = 5 * SECOND
NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp"}


class Refusal(Exception):
    """The packet opens no session, for this reason; `tell` asks for ICMP 3/13 (RFC 5508 REQ-8)."""

    def __init__(self, reason, why="", tell=False):
        super().__init__(reason)
        self.reason, self.why, self.tell = reason, why, tell


class Segment:
    """What of a TCP header a NAPT looks at. `scale` is the window scale option of a SYN, or None."""

    __slots__ = "flags", "seq", "ack", "window", "size", "scale"

    def __init__(self, flags, seq=0, ack=0, window=0, size=0, scale=None):
        self.flags, self.seq, self.ack, self.window, self.size, self.scale = flags, seq, ack, window, size, scale


OPENING, OPEN, CLOSED, REFUSED, GONE = "opening", "open", "closed", "refused", "reset"


class Tcp:
    """docs/napt.md, "TCP", state by state. `begun_by` is whose SYN an opening connection has, `fin` who has closed an open one;
    `announced` is (acknowledgement, window) of each side, `scale` the option in its SYN: None without, LARGEST while nobody saw it."""

    LARGEST = 14

    def __init__(self, segment=None):
        self.begin(INSIDE)
        self.ignored = 0
        if segment and segment.flags & SYN:
            self.scale[INSIDE] = segment.scale
            if segment.flags & ACK:
                self.state = OPEN

    def begin(self, side):
        self.state, self.begun_by, self.fin = OPENING, side, [False, False]
        self.announced, self.scale = [None, None], [self.LARGEST, self.LARGEST]

    @property
    def ended(self):
        """What closed_early may end."""
        return self.state in (CLOSED, REFUSED, GONE)

    def window(self, side):
        """(first, size) of what the other side may send, or None where nothing has been announced."""
        if self.announced[side] is None:
            return None
        first, window, scaled = self.announced[side]
        shift = 0 if None in self.scale or not scaled else min(self.scale[side], self.LARGEST)
        return first, max(window << shift, 1)

    def counts(self, side, segment):
        """RFC 5961 section 3.2."""
        window = self.window(1 - side)
        return window is None or (segment.seq - window[0]) % (1 << 32) < window[1]

    def see(self, side, segment):
        """Returns whether the packet keeps the session alive."""
        if segment.flags & RST:
            return self.see_reset(side, segment)
        was = self.state
        if segment.flags & SYN:
            self.see_syn(side, segment)
        elif was == OPEN and segment.flags & FIN:
            self.fin[side] = True
            self.state = CLOSED if all(self.fin) else OPEN
        elif was == GONE:
            self.state, self.fin = OPEN, [False, False]
        elif was == REFUSED:
            self.state, self.begun_by = OPENING, INSIDE
        if segment.flags & ACK:
            self.announced[side] = segment.ack, segment.window, not segment.flags & SYN
        return was != self.state or not self.ended

    def see_reset(self, side, segment):
        if self.ended:
            return False
        if self.state == OPENING:
            self.state = REFUSED
        elif self.counts(side, segment):
            self.state = GONE
        else:
            self.ignored += 1
            return False
        return True

    def see_syn(self, side, segment):
        """In an open connection it says nothing: RFC 5961 section 4."""
        if self.ended:
            self.begin(side)
        elif self.state != OPENING:
            return
        elif side != self.begun_by:
            self.state = OPEN
        self.announced[side], self.scale[side] = None, segment.scale

    def __str__(self):
        return f" {self.state}" + " closed by one side" * (self.state == OPEN and any(self.fin))

    def timeout(self, settings):
        return {OPENING: settings.tcp_opening_timeout, OPEN: settings.tcp_established_timeout, CLOSED: settings.tcp_closing_timeout,
                REFUSED: settings.tcp_reset_timeout, GONE: settings.tcp_reset_timeout}[self.state]


class Session:
    __slots__ = "protocol", "inside", "remote", "port", "mapping", "last", "tcp"

    def __init__(self, protocol, inside, remote, port, mapping, now):
        self.protocol, self.inside, self.remote, self.port, self.mapping = protocol, inside, remote, port, mapping
        self.last, self.tcp = now, None

    def touch(self, side, segment, now):
        """There is no segment in a later fragment, which so keeps no connection alive."""
        if self.protocol != TCP:
            self.last = now
        elif segment and self.tcp.see(side, segment):
            self.last = now

    @property
    def ended(self):
        return self.tcp is not None and self.tcp.ended

    def due(self, settings):
        return self.last + SECOND * self.timeout(settings)

    def timeout(self, settings):
        if self.protocol == TCP:
            return self.tcp.timeout(settings)
        if self.protocol == UDP:
            return settings.dns_timeout if self.remote[1] == 53 else settings.udp_timeout
        return settings.icmp_timeout if self.protocol == ICMP else settings.other_timeout


def closed_first(session):
    """The clock has seconds."""
    return session.last // SECOND, (GONE, REFUSED, CLOSED).index(session.tcp.state), session.last


class Mapping:
    __slots__ = "protocol", "inside", "port", "filtering", "sessions", "forever"

    def __init__(self, protocol, inside, port, filtering, forever=False):
        self.protocol, self.inside, self.port, self.filtering = protocol, inside, port, filtering
        self.sessions, self.forever = set(), forever


class Policy:
    def __init__(self, settings):
        self.hosts = ipaddress.IPv4Network(settings.get("hosts", "0.0.0.0/0"))
        self.protocol, self.filtering = settings.get("protocol"), settings.get("filtering")
        self.ports = range_of(settings["inside_ports"]) if "inside_ports" in settings else None
        self.reserved = settings.get("reserved", False)

    def matches(self, protocol, inside):
        return self.protocol in (None, NAMES[protocol]) and (self.ports is None or inside[1] in self.ports) \
            and ipaddress.IPv4Address(inside[0]) in self.hosts


def range_of(text):
    first, _, last = str(text).partition("-")
    return range(int(first), int(last or first) + 1)


class Settings:
    def __init__(self, given):
        defaults = {
            "sessions": 65536, "udp_timeout": 300, "dns_timeout": 30, "icmp_timeout": 60, "tcp_established_timeout": 7440,
            "tcp_opening_timeout": 240, "tcp_closing_timeout": 240, "tcp_reset_timeout": 240, "other_timeout": 600,
            "filtering": "address-dependent", "port_reuse": "off", "closed_early": False, "port_quarantine": 0,
            "sessions_per_host": 0, "new_sessions_per_host": 0, "ports_per_host": 0, "reserved_ports": 0, "df": "honour"}
        for name, default in defaults.items():
            setattr(self, name, given.get(name, default))
        self.policies = [Policy(each) for each in given.get("policies", ())]
        self.forwards = given.get("forwards", ())


class Pace:
    """So many a second, in bursts of as many; exact, in thousandths. The box's clock has milliseconds."""

    def __init__(self, rate, now):
        self.rate, self.level, self.at = rate, rate * 1000, now // 1000

    def allows(self, now):
        self.level = min(self.rate * 1000, self.level + (now // 1000 - self.at) * self.rate)
        self.at = now // 1000
        return self.level >= 1000

    def take(self):
        self.level -= 1000


class Napt:
    """`ports` are all ports of the set, in order; `whole` says that no one shares the address, the external one."""

    def __init__(self, given, ports, whole=False, address=None):
        self.address = address
        self.settings, self.ports, self.whole = Settings(given), [port for port in ports if port], whole
        self.set = frozenset(self.ports)
        self.by_inside, self.by_port = {}, {}  # sessions: (protocol, inside, remote), (protocol, port, remote)
        self.mappings, self.owners = {}, {}  # (protocol, inside), (protocol, port)
        self.users = {}  # (protocol, port): sessions
        self.freed, self.freed_unseen, self.paces = {}, [], {}  # since when ports are free
        self.host_sessions, self.host_ports = Counter(), Counter()
        self.events, self.faults, self.nothing_before = Counter(), [], 0
        self.reserved_seen = {TCP: set(), UDP: set(), ICMP: set()}
        self.common_seen = {TCP: set(), UDP: set(), ICMP: set()}
        for forward in self.settings.forwards:
            self.add_forward(forward)

    def add_forward(self, forward):
        to = int(ipaddress.IPv4Address(forward["to"]))
        ports = range_of(forward["ports"])
        for protocol in {"tcp": (TCP,), "udp": (UDP,), "both": (TCP, UDP)}[forward["protocol"]]:
            for number, port in enumerate(ports):
                inside = to, forward.get("to_port", ports[0]) + number
                if port in self.set:
                    mapping = Mapping(protocol, inside, port, "endpoint-independent", True)
                    self.mappings[protocol, inside] = self.owners[protocol, port] = mapping

    # -------------------------------------------------------------------------------------------------- looking up

    def expire(self, now):
        """Sessions that are due end, and with the last one its port is free: from now on, as nobody has looked before. Returns them."""
        if now < self.nothing_before:
            return []
        ended = [each for each in self.by_inside.values() if each.due(self.settings) <= now]
        for session in ended:
            self.end(session, now)
            self.events["sessions_expired"] += 1
        self.nothing_before = min((each.due(self.settings) for each in self.by_inside.values()), default=1 << 62)
        return ended

    def touch(self, session, side, segment, now):
        session.touch(side, segment, now)
        if session.tcp:
            self.events["rst_ignored"] += session.tcp.ignored
            session.tcp.ignored = 0
        self.nothing_before = min(self.nothing_before, session.due(self.settings))

    def has(self, port):
        """Is the port of the external address ours?"""
        return self.whole or port in self.set

    def find_out(self, protocol, inside, remote):
        return self.by_inside.get((protocol, inside, remote))

    def find_in(self, protocol, port, remote):
        return self.by_port.get((protocol, port, remote))

    def is_shared(self, protocol, port):
        return any(session.mapping is None for session in self.users.get((protocol, port), ()))

    def admit(self, protocol, port, remote, hairpin=False):
        """From the softwire, step 3: the mapping of a port that has no session with `remote`."""
        mapping = self.owners.get((protocol, port))
        if mapping is None:
            raise Refusal("nat_no_mapping", "no session and no mapping")
        if hairpin or mapping.forever:
            return mapping
        filtering = "address-and-port-dependent" if self.is_shared(protocol, port) else mapping.filtering
        if filtering == "endpoint-independent" or filtering == "address-dependent" and any(
                session.remote[0] == remote[0] for session in mapping.sessions):
            return mapping
        raise Refusal("nat_filtered", filtering)

    def unseen(self, protocol):
        """What has a port that nobody has seen yet: mappings, and sessions that share."""
        return [mapping for key, mapping in self.mappings.items() if key[0] == protocol and mapping.port is None] \
            + [each for each in self.by_inside.values() if each.protocol == protocol and each.port is None and not each.mapping]

    # ------------------------------------------------------------------------------------------------- a new session

    def open(self, protocol, inside, remote, now, chosen, segment=None):
        """"A new session", steps 1 to 4."""
        settings, host = self.settings, inside[0]
        if settings.sessions_per_host and self.host_sessions[host] >= settings.sessions_per_host:
            raise Refusal("nat_host_limit", "sessions_per_host")
        pace = None
        if settings.new_sessions_per_host:
            pace = self.paces.setdefault(host, Pace(settings.new_sessions_per_host, now))
            if not pace.allows(now):
                raise Refusal("nat_host_limit", "new_sessions_per_host")
        if len(self.by_inside) >= settings.sessions:
            raise Refusal("nat_table_full")
        session = self.place(protocol, inside, remote, now, chosen)
        if pace:
            pace.take()
        if protocol == TCP:
            session.tcp = Tcp(segment)
        return self.begin(session)

    def place(self, protocol, inside, remote, now, chosen):
        if protocol not in NAMES:
            if (protocol, 0, remote) in self.by_port:
                raise Refusal("nat_no_port", "another host speaks this protocol with this address", True)
            return Session(protocol, inside, remote, 0, None, now)
        mapping = self.mappings.get((protocol, inside))
        if mapping is None:
            return self.place_new(protocol, inside, remote, now, chosen)
        self.see(mapping, chosen())
        if (protocol, mapping.port, remote) in self.by_port:
            return self.share(protocol, inside, remote, now, chosen)
        return Session(protocol, inside, remote, mapping.port, mapping, now)

    def place_new(self, protocol, inside, remote, now, chosen):
        settings, host = self.settings, inside[0]
        policy = self.policy(protocol, inside)
        reserved = policy is not None and policy.reserved
        if settings.port_reuse == "always" and not reserved:
            return self.share(protocol, inside, remote, now, chosen)
        if settings.ports_per_host and self.host_ports[protocol, host] >= settings.ports_per_host:
            if settings.port_reuse == "off":
                raise Refusal("nat_host_limit", "ports_per_host")
            return self.share(protocol, inside, remote, now, chosen)
        if not self.free(protocol, now, reserved):
            self.end_closed(protocol, now, reserved)
        if not self.free(protocol, now, reserved):
            if settings.port_reuse == "off":
                raise Refusal("nat_no_port", "every port of the set is in use", True)
            return self.share(protocol, inside, remote, now, chosen)
        port = chosen()
        if port is not None:
            self.check_free(protocol, port, now, reserved)
        mapping = Mapping(protocol, inside, port, policy and policy.filtering or settings.filtering)
        self.mappings[protocol, inside] = mapping
        self.host_ports[protocol, host] += 1
        if port is not None:
            self.owners[protocol, port] = mapping
        return Session(protocol, inside, remote, port, mapping, now)

    def policy(self, protocol, inside):
        return next((policy for policy in self.settings.policies if policy.matches(protocol, inside)), None)

    def busy(self, protocol, now):
        """Ports that no new mapping may have: in use, forwarded, or in quarantine."""
        wait = self.settings.port_quarantine * SECOND
        return {port for table in (self.owners, self.users) for its, port in table if its == protocol} \
            | {port for (its, port), at in self.freed.items() if its == protocol and now < at + wait}

    def hidden(self, protocol, now):
        """Ports that no new mapping may have, and that nobody has seen."""
        wait = self.settings.port_quarantine * SECOND
        return sum(each.port is None for key, each in self.mappings.items() if key[0] == protocol) \
            + sum(its == protocol and now < at + wait for its, at in self.freed_unseen)

    def free(self, protocol, now, reserved):
        """How many ports a new mapping may take."""
        busy = self.busy(protocol, now)
        unused = len(self.set) - len(busy) - self.hidden(protocol, now)
        return unused if reserved else unused - self.reserved_left(protocol, busy)

    def reserved_left(self, protocol, busy):
        """Reserved ports that nobody uses. Which ones they are is known only from their use, but how many there are is."""
        return self.settings.reserved_ports - len(self.reserved_seen[protocol] & busy)

    def check_free(self, protocol, port, now, reserved):
        busy = self.busy(protocol, now)
        if port not in self.set:
            self.fault(f"{NAMES[protocol]} port {port} is not in the port set")
        elif port in busy:
            self.fault(f"{NAMES[protocol]} port {port} is not free for a new mapping")
        seen, common = self.reserved_seen[protocol], self.common_seen[protocol]
        if reserved and self.reserved_left(protocol, busy):
            seen.add(port)
            if len(seen) > self.settings.reserved_ports or port in common:
                self.fault(f"{NAMES[protocol]} port {port} is none of the reserved ones, and one of these is free")
        else:
            common.add(port)
            if port in seen:
                self.fault(f"{NAMES[protocol]} port {port} is reserved")

    def share(self, protocol, inside, remote, now, chosen):
        if self.settings.port_reuse == "off":
            raise Refusal("nat_no_port", "ports are not re-used", True)
        seen = self.reserved_seen[protocol]
        eligible = {port for port in self.ports if port not in seen and (protocol, port, remote) not in self.by_port
                    and (self.address, port) != remote
                    and not (self.owners.get((protocol, port)) and self.owners[protocol, port].forever)}
        unseen = self.settings.reserved_ports - len(seen)
        if not eligible:
            raise Refusal("nat_no_port", "every port has a session with this remote endpoint", True)
        port = chosen()
        if port is None and (len(eligible) <= unseen or self.may_miss(eligible)):
            raise Refusal("nat_no_port", "256 ports tried", True)
        if port is not None and port not in eligible:
            self.fault(f"{NAMES[protocol]} port {port} must not be shared for {remote}")
        return Session(protocol, inside, remote, port, None, now)

    def may_miss(self, eligible):
        """Is there a place in the set from which 256 ports in a row cannot be shared?"""
        if len(self.ports) <= MOST_TRIES:
            return False
        run = 0
        for port in self.ports + self.ports[:MOST_TRIES]:
            run = 0 if port in eligible else run + 1
            if run >= MOST_TRIES:
                return True
        return False

    def end_closed(self, protocol, now, reserved):
        """Step 3d."""
        if not self.settings.closed_early or protocol != TCP or self.settings.port_quarantine:
            return
        closed = sorted((each for each in self.by_inside.values() if each.ended), key=closed_first)
        for session in closed[:MOST_LOOKED_AT]:
            if session.last + CLOSED_FOR > now:
                return
            self.end(session, now)
            self.events["closed_early"] += 1
            if self.free(protocol, now, reserved):
                return

    # --------------------------------------------------------------------------------------------- beginning and end

    def begin(self, session):
        self.by_inside[session.protocol, session.inside, session.remote] = session
        if session.port is not None:
            self.occupy(session)
        if session.mapping:
            session.mapping.sessions.add(session)
        elif session.protocol in NAMES:
            self.events["port_shared"] += 1
        self.host_sessions[session.inside[0]] += 1
        self.nothing_before = min(self.nothing_before, session.due(self.settings))
        self.events["sessions_created"] += 1
        return session

    def show(self, mapping, port):
        """The port of a mapping that nobody could see so far."""
        used = any(session.mapping for session in self.users.get((mapping.protocol, port), ()))
        if port not in self.set or (mapping.protocol, port) in self.owners or used:
            self.fault(f"{NAMES[mapping.protocol]} port {port} was not free for the mapping of {mapping.inside}")
        mapping.port = port
        self.owners[mapping.protocol, port] = mapping
        for session in mapping.sessions:
            session.port = port
            self.occupy(session)

    def occupy(self, session):
        key = session.protocol, session.port
        if (*key, session.remote) in self.by_port:
            self.fault(f"two sessions have port {session.port} and remote endpoint {session.remote}")
        self.by_port[(*key, session.remote)] = session
        self.users.setdefault(key, set()).add(session)

    def see(self, known, port):
        """A packet of a session or of a mapping shows its port."""
        if known.port is not None or port is None:
            return
        mapping = known if isinstance(known, Mapping) else known.mapping
        if mapping:
            self.show(mapping, port)
        else:
            known.port = port
            self.occupy(known)

    def end(self, session, at):
        protocol, port = session.protocol, session.port
        del self.by_inside[protocol, session.inside, session.remote]
        host = session.inside[0]
        self.host_sessions[host] -= 1
        if not self.host_sessions[host]:  # nobody remembers it
            self.paces.pop(host, None)
        mapping = session.mapping
        if mapping:
            mapping.sessions.discard(session)
            if not mapping.sessions and not mapping.forever:
                del self.mappings[protocol, mapping.inside]
                self.owners.pop((protocol, mapping.port), None)
                self.host_ports[protocol, mapping.inside[0]] -= 1
                self.freed_unseen += [(protocol, at)] * (port is None)
        if port is None:
            return
        if self.by_port.get((protocol, port, session.remote)) is session:
            del self.by_port[protocol, port, session.remote]
        users = self.users[protocol, port]
        users.discard(session)
        if not users:
            del self.users[protocol, port]
            self.freed[protocol, port] = at

    def fault(self, text):
        self.faults.append(text)

    def dues(self):
        """When something changes by itself."""
        wait = self.settings.port_quarantine * SECOND
        return [each.due(self.settings) for each in self.by_inside.values()] \
            + [at + wait for at in [*self.freed.values(), *(at for _, at in self.freed_unseen)] if wait]
