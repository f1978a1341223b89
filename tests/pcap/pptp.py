# SPDX-License-Identifier: BSD-3-Clause
"""PPTP through a CE whose address is all its own: control connections and tunnels, their messages and headers by Scapy."""
from scapy.layers.l2 import GRE_PPTP
from scapy.packet import Raw

from scenario import *

WHOLE = "2001:db8:12::c000:212:0"


def whole(*forwards, more=""):
    """Edits of configs/ce-f1.conf: a whole address; forwards say from which port what leaves."""
    return {"ea = 16; offset = 6": "ea = 8", "2001:db8:12:3400::/56": "2001:db8:12::/48",
            'role = "ce";': f'role = "ce"; {more} nat = {{ forwards = ( {", ".join(forwards)} ); }};'}


def up_(inner):
    return tunnel(WHOLE, BR, inner)


def down_(inner):
    return tunnel(BR, WHOLE, inner)


def gre_bytes(call_id, data=b"PPP frame"):
    return bytes(GRE_PPTP(seqnum_present=1, call_id=call_id, seqence_number=1) / Raw(data))


def gre(src, dst, call_id, data=b"PPP frame", **fields):
    return ip(src, dst, 47, gre_bytes(call_id, data), **fields)


def segment(src, sport, dst, dport, flags, messages, seq, **fields):
    return tcp(src, sport, dst, dport, flags, b"".join(map(bytes, messages)), seq=seq, ack=5000, **fields)


class Control:
    """A control connection whose inside end has the same port outside; the server's is 1723, on either side."""

    def __init__(self, case, host, port, remote, remote_port=1723):
        self.case, self.host, self.port, self.remote, self.remote_port = case, host, port, remote, remote_port
        self.seq, self.remote_seq = 1000, 1000

    def _out(self, flags, messages, seen=None, at=None):
        ends, at = (self.port, self.remote, self.remote_port), {} if at is None else {"at": at}
        return self.case.send(lan=segment(self.host, *ends, flags, messages, self.seq), **at).gives(
            wan=up_(segment(V4, *ends, flags, messages if seen is None else seen, self.seq, ttl=63)))

    def _back(self, flags, messages, seen=None):
        said = [segment(self.remote, self.remote_port, dst, self.port, flags, what, self.remote_seq, **more)
                for dst, what, more in ((V4, messages, {}), (self.host, messages if seen is None else seen, {"ttl": 63}))]
        return self.case.send(wan=down_(said[0])).gives(lan=said[1])

    def opens(self):
        step = self._out("S", []).opens()
        self._back("SA", [])
        return step

    reopens = lambda self: (self._out("S", []), self._back("SA", []))

    def out(self, *messages, seen=None, again=False, at=None):
        """What the host says, and what of it is `seen` outside if that is something else."""
        return self._out("PA", messages, seen, at)

    def back(self, *messages, seen=None):
        return self._back("PA", messages, seen)

    def closes(self, from_inside):
        return self._out("FA", []) if from_inside else self._back("FA", [])

    def resets(self):
        self.seq = 5000                                             # in the window that the server has announced
        return self._out("RA", [])
