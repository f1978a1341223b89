# SPDX-License-Identifier: BSD-3-Clause
"""What the BR remembers of fragments: virtual reassembly of IPv4 (RFC 7597 section 8.3.2), reassembly of IPv6 (RFC 8200
section 4.5). Both are the tables of docs/border-relay.md, row by row."""
from wire import TCP

SECOND = 1000000
MAX_GAPS = 24
MAX_WAITING = 64


class Refused(Exception):
    """A fragment ends here. `victims` are fragments that end with it; `problem` is the ICMPv6 (type, code, pointer) of it."""

    def __init__(self, reason, victims=(), problem=None):
        super().__init__(reason)
        self.reason, self.victims, self.problem = reason, victims, problem


class Spans:
    """Which bytes of a datagram have been here: disjoint spans in order, and where the last fragment ends."""

    def __init__(self):
        self.spans, self.end = [], None

    def covers(self, start, stop):
        return any(low <= start and stop <= high for low, high in self.spans)

    def touches(self, start, stop):
        return any(low < stop and start < high for low, high in self.spans)

    def conflicts(self, start, stop, last):
        """Some bytes again, or bytes behind the end."""
        top = self.spans[-1][1] if self.spans else 0
        return self.touches(start, stop) or self.end is not None and stop > self.end \
            or last and (top > stop or self.end not in (None, stop))

    def add(self, start, stop, last):
        merged = []
        for low, high in sorted(self.spans + [(start, stop)]):
            if merged and merged[-1][1] == low:
                merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        self.spans = merged
        if last:
            self.end = stop

    def gaps(self):
        """In front of what has come."""
        return len(self.spans) - (self.spans[0][0] == 0)

    def whole(self):
        return self.end is not None and self.spans == [(0, self.end)]


class Table:
    """Datagrams by key, in the order in which they were first seen; each source may have an eighth."""

    def __init__(self, room):
        self.room, self.known, self.per_source = room, {}, {}

    def full_for(self, source):
        return len(self.known) >= self.room or self.per_source.get(source, 0) >= self.room // 8

    def remember(self, datagram):
        self.known[datagram.key] = datagram
        self.per_source[datagram.source] = self.per_source.get(datagram.source, 0) + 1

    def forget(self, datagram):
        del self.known[datagram.key]
        self.per_source[datagram.source] -= 1

    def expired(self, now, timeout):
        """Takes out, oldest first, what was first seen `timeout` or longer ago."""
        old = []
        for datagram in self.known.values():
            if datagram.born + timeout > now:
                break
            old.append(datagram)
        for datagram in old:
            self.forget(datagram)
        return old


def bad4(ip):
    """Why this can be no honest fragment, or None."""
    size = len(ip.payload)
    if size == 0 or ip.more and size % 8 or ip.offset + size > 65535:
        return "frag_bad"
    if ip.protocol == TCP and ip.offset == 8 or ip.offset == 0 and size < (20 if ip.protocol == TCP else 8):
        return "frag_tiny"
    return None


class Datagram4:
    def __init__(self, key, source, born):
        self.key, self.source, self.born = key, source, born
        self.spans, self.first, self.refused = Spans(), None, None
        self.waiting = []


class Virtual(Table):
    """IPv4: remembers what the first fragment said; the others wait for it, and go on as they came."""

    def __init__(self, room, held):
        super().__init__(room)
        self.held_most, self.held = held, 0

    def take(self, ip, key, source, now, read_transport, context):
        """Returns [(ip, transport, context), …] to be judged now: nothing if this one waits. `read_transport(ip)` may raise
        Refused with the reason the first fragment is refused for."""
        size = len(ip.payload)
        start, stop, last = ip.offset, ip.offset + size, not ip.more
        datagram = self.known.get(key)
        if datagram is None:
            if self.full_for(source):
                raise Refused("frag_table_full")
            if start and self.held >= self.held_most:
                raise Refused("frag_table_full")
            datagram = Datagram4(key, source, now)
            self.remember(datagram)
        elif datagram.refused:
            raise Refused(datagram.refused)
        elif start and datagram.first is None and (self.held >= self.held_most or len(datagram.waiting) >= MAX_WAITING):
            raise Refused("frag_table_full")
        spans = datagram.spans
        if spans.covers(start, stop):
            raise Refused("frag_duplicate")
        if spans.conflicts(start, stop, last):
            self.refuse(datagram, "frag_overlap")
        spans.add(start, stop, last)
        if spans.gaps() > MAX_GAPS:
            self.refuse(datagram, "frag_overlap")
        return self.accept(datagram, ip, read_transport, context)

    def refuse(self, datagram, reason):
        """This fragment, those that wait, and those to come."""
        datagram.refused = reason
        raise Refused(reason, self.release(datagram))

    def release(self, datagram):
        waiting, datagram.waiting = datagram.waiting, []
        self.held -= len(waiting)
        return waiting

    def accept(self, datagram, ip, read_transport, context):
        if ip.offset and datagram.first is None:
            datagram.waiting.append((ip, context))
            self.held += 1
            return []
        if ip.offset == 0:
            try:
                datagram.first = read_transport(ip)
            except Refused as refusal:
                self.refuse(datagram, refusal.reason)
        if datagram.spans.whole():
            self.forget(datagram)
        return [(ip, datagram.first, context)] + [(late, datagram.first, its) for late, its in self.release(datagram)]


class Datagram6:
    def __init__(self, key, source, born):
        self.key, self.source, self.born = key, source, born
        self.spans, self.overlapped = Spans(), False
        self.pieces = {}


class Piece:
    """One IPv6 fragment: the packet as it came, where its Fragment header is, and what that says."""

    def __init__(self, data, position, start, more, body):
        self.data, self.position, self.start, self.more, self.body = data, position, start, more, body
        self.stop = start + len(body)


class Whole(Table):
    """IPv6: keeps the pieces until the packet is whole."""

    def __init__(self, room, path_mru):
        super().__init__(room)
        self.path_mru, self.held = path_mru, 0

    def take(self, piece, key, source, now, chain_is_whole):
        """Returns the pieces of the whole packet in order, or nothing yet."""
        size = len(piece.body)
        if size == 0 or piece.more and size % 8:
            raise Refused("frag6_bad", problem=(4, 0, 4))
        if piece.position - 40 + piece.stop > 65535:
            raise Refused("frag6_bad", problem=(4, 0, piece.position + 2))
        if piece.start == 0 and not chain_is_whole(piece):
            raise Refused("frag6_chain", problem=(4, 3, 0))
        if self.is_too_big([piece]):
            raise Refused("frag6_too_big")
        datagram = self.known.get(key)
        if datagram is None:
            if self.full_for(source):
                raise Refused("frag6_table_full")
            datagram = Datagram6(key, source, now)
            self.remember(datagram)
        if datagram.overlapped:
            raise Refused("frag6_overlap")
        spans, before = datagram.spans, datagram.pieces.get((piece.start, piece.stop))
        if self.is_too_big([piece, *datagram.pieces.values()]):
            raise Refused("frag6_too_big")
        if before and (before.body, before.more) == (piece.body, piece.more):
            raise Refused("frag6_duplicate")
        if spans.conflicts(piece.start, piece.stop, not piece.more):
            datagram.overlapped = True
            raise Refused("frag6_overlap", self.release(datagram))
        spans.add(piece.start, piece.stop, not piece.more)
        datagram.pieces[piece.start, piece.stop] = piece
        self.held += 1
        if not spans.whole():
            return []
        self.forget(datagram)
        return sorted(self.release(datagram), key=lambda piece: piece.start)

    def is_too_big(self, pieces):
        """As far as one knows: the headers in front of it are those of the first fragment."""
        head = next((piece.position for piece in pieces if piece.start == 0), 40)
        return head + max(piece.stop for piece in pieces) > self.path_mru

    def release(self, datagram):
        pieces, datagram.pieces = list(datagram.pieces.values()), {}
        self.held -= len(pieces)
        return pieces
