# SPDX-License-Identifier: BSD-3-Clause
"""TAP: cases run in order; an assertion fails one, Skip skips it, and none may take longer than its time."""
import contextlib
import signal
import sys
import traceback


class Skip(Exception):
    """This machine cannot run the case; the text says why."""


class TookTooLong(Exception):
    pass


@contextlib.contextmanager
def time_limit(seconds):
    def ring(*_):
        raise TookTooLong(f"not done after {seconds} s")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


class Tap:
    def __init__(self, wanted=None):
        self._wanted, self._number, self._failed = wanted, 0, 0

    def wants(self, name):
        return not self._wanted or any(word in name for word in self._wanted)

    def case(self, name, function, *args, logs=lambda: [], limit=60):
        """Runs one case. logs() gives (daemon, last lines), for the reader of a failure."""
        if not self.wants(name):
            return
        self._number += 1
        try:
            with time_limit(limit):
                function(*args)
            print(f"ok {self._number} - {name}")
        except Skip as reason:
            print(f"ok {self._number} - {name} # SKIP {reason}")
        except Exception as error:  # a broken case must not hide the others
            self._failed += 1
            print(f"not ok {self._number} - {name}")
            self._explain(error, logs())
        sys.stdout.flush()

    @staticmethod
    def _explain(error, logs):
        for line in "".join(traceback.format_exception(error)).splitlines():
            print(f"# {line}")
        for name, lines in logs:
            for line in lines.splitlines():
                print(f"# {name}: {line}")

    def end(self):
        print(f"1..{self._number}")
        return 1 if self._failed else 0
