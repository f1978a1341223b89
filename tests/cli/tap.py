# SPDX-License-Identifier: BSD-3-Clause
"""TAP for black-box tests: functions marked with @case(...) run in order, an AssertionError fails one."""
import sys
import traceback

_cases = []


def case(name, *args):
    """Registers a test function under a name; may be given several times with other arguments."""

    def register(function):
        _cases.append((name, function, args))
        return function

    return register


def add(name, function, *args):
    _cases.append((name, function, args))


def main():
    failed = 0
    print(f"1..{len(_cases)}")
    for number, (name, function, args) in enumerate(_cases, 1):
        try:
            function(*args)
            print(f"ok {number} - {name}")
        except Exception:  # a broken test must not hide the others
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
    sys.exit(1 if failed else 0)
