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
    """What was asked for, and what became of it; with `second_chance`, what fails is not reported before it has failed twice."""

    def __init__(self, words=None, second_chance=False):
        self._words, self._second_chance, self._is_second = words, second_chance, False
        self._number, self._failed, self._again = 0, 0, set()

    def wants(self, name):
        if self._is_second:
            return name in self._again
        return not self._words or any(word in name for word in self._words)

    def wants_any(self, names):
        """Of cases that share a lab, where one may stand on those before it: the second round has all of them or none."""
        wanted = any(self.wants(name) for name in names)
        if wanted and self._is_second:
            self._again.update(names)
        return wanted

    def case(self, name, function, *args, limit=60):
        """Runs one case."""
        if not self.wants(name):
            return
        try:
            with time_limit(limit):
                function(*args)
        except Exception as error:  # a broken case must not hide the others
            self.report(name, error)
        else:
            self.report(name)

    def report(self, name, error=None, is_last=False):
        """What became of a case. With `is_last` there is no second chance: nothing that second_round() names would repeat it."""
        failed = error is not None and not isinstance(error, Skip)
        if failed and self._second_chance and not is_last:
            self._again.add(name)
            print(f"# failed, and will be tried again: {name}")
        else:
            self._number += 1
            self._failed += failed
            skipped = f" # SKIP {error}" if error is not None and not failed else ""
            print(f"{'not ok' if failed else 'ok'} {self._number} - {name}{skipped}")
        if failed:
            for line in "".join(traceback.format_exception(error)).splitlines():
                print(f"# {line}")
        sys.stdout.flush()

    def second_round(self):
        """From now on only what has failed is wanted, and it is the last chance; False if nothing has."""
        self._is_second, self._second_chance = True, False
        return bool(self._again)

    def end(self):
        print(f"1..{self._number}")
        return 1 if self._failed else 0
