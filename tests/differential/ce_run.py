#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random packets through a CE and through the model of it. External ports are the program's choice, so packets come in rounds:
each is made from what the program chose in those before, and the program gets all of them once more, with the same seed.

usage: ce_run.py --mapedge BIN [--packets N] [--round N] [--seed N] [--config NAME]… [--short] [--keep DIR]"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import ce_configs
import configs
import run
import tap
from ce import Ce
from ce_traffic import CeTraffic
from wire import append_pcap, decode, read_pcap, text4, write_pcap

EXAMPLES = 12
HISTORY = 20
FURTHER = "nat_filtered", "ttl", "too_big", "ecn_drop"
BR = "a BR has it, not a CE"
NOT_HERE = run.NOWHERE | {
    "spoof_ext": BR, "no_rule": BR, "loop": "needs a CE with an IPv4 prefix, which the model is not; what is for our own ports is a hairpin",
    "not_my_v4src": "needs a CE with an IPv4 prefix", "softwire_off": "needs a line that is asked",
    "sessions_flushed": "needs a reload", "handoff": "needs several workers",
    "calls_ended": "the model does not follow PPTP: tests/unit/test_pptp.c and tests/pcap",
}
seen = Counter()


class Program:
    """The program, run again from the beginning for each round; only what is new is read."""

    def __init__(self, binary, config, directory):
        self.directory = directory
        self.names = [each["name"] for each in config["interfaces"]]
        conf = self.path("mapedge.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write(configs.text({name: value for name, value in config.items() if name != "traffic"}))
        self.command = [binary, "replay", "-c", conf, "--stats", self.path("stats.json"), "--seed", "1"]
        for name in self.names:
            self.command += ["--in", f"{name}={self.path(f'in-{name}.pcap')}", "--out", f"{name}={self.path(f'out-{name}.pcap')}"]
        self.check(binary, conf)
        self.start()

    def path(self, name):
        return os.path.join(self.directory, name)

    @staticmethod
    def check(binary, conf):
        done = subprocess.run([binary, "-t", "-c", conf], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"the configuration is refused: {done.stderr}"

    def start(self):
        self.read = {name: 24 for name in self.names}
        for name in self.names:
            write_pcap(self.path(f"in-{name}.pcap"), [])

    def run(self, packets):
        """Frames by (time, interface) that came of these packets, and all counters so far."""
        for name in self.names:
            append_pcap(self.path(f"in-{name}.pcap"), [(now, frame) for now, port, frame in packets if port == name])
        done = subprocess.run(self.command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"mapedge replay ended with {done.returncode}: {done.stderr[-2000:]}")
        frames = {}
        for name in self.names:
            path = self.path(f"out-{name}.pcap")
            for now, frame in read_pcap(path, self.read[name]):
                frames.setdefault((now, name), []).append(frame)
            self.read[name] = os.path.getsize(path)
        return frames, run.read_counters(self.path("stats.json"))


class Comparison:
    """Packets into the model, beside what the program made of them."""

    def __init__(self, config):
        self.model = Ce(config)
        self.names = [each["name"] for each in config["interfaces"]]
        self.differences = run.Differences(run.Outcome({}, {}), run.Outcome({}, {}))
        self.found, self.passed, self.log, self.snapshots = [], 0, [], []

    def take(self, packet, frames):
        now, interface, frame = packet
        got = {name: frames.pop((now, name), []) for name in self.names}
        dropped = self.model.flow["dropped"]
        sent = self.model.receive(interface, frame, now, got)
        self.passed += self.model.flow["dropped"] == dropped
        texts = list(self.model.faults)
        for name in self.names:
            text = self.differences.compare([each for each in sent if each.interface == name], got[name])
            if text:
                texts.append(f"{name}: {text}")
        self.log.append((packet, list(self.model.notes)))
        self.snapshots.append(run.counters_of(self.model))
        if texts:
            self.found.append((len(self.log) - 1, "; ".join(texts), sent, got))
        return sent

    def make_sure(self, got):
        """What was dropped at a port that nobody had seen may have got further before it was: the program knows."""
        drops = self.model.drops
        for reason in FURTHER:
            more = min(max(got.get(f"drops.{reason}", 0) - drops[reason], 0), self.model.unsure)
            drops[reason] += more
            drops["nat_no_mapping"] -= more
            self.model.unsure -= more
        self.snapshots[-1] = run.counters_of(self.model)
        self.model.unsure = 0

    def counters(self, got, count=0):
        """{name: (model, program)} of those that differ after `count` packets of this round, or after all."""
        own = self.snapshots[count - 1]
        return {name: (own.get(name, 0), got.get(name, 0)) for name in sorted(set(own) | set(got))
                if own.get(name, 0) != got.get(name, 0)}


def locate(program, comparison, packets, batch):
    """For each counter that differs, the first packet of the last round after which it does."""
    before, known = packets[:len(packets) - len(batch)], {}

    def differences(count):
        if count not in known:
            program.start()
            known[count] = comparison.counters(program.run(before + batch[:count])[1], count)
        return known[count]
    found = {}
    for name in list(differences(len(batch)))[:EXAMPLES]:
        low, high = 0, len(batch)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if name in differences(middle) else (middle, high)
        found.setdefault(high, []).append(name)
    for count, names in sorted(found.items()):
        (now, interface, frame), notes = comparison.log[len(before) + count - 1]
        print(f"# different from packet {len(before) + count - 1} on, at {now}:")
        for name in names:
            print(f"#   {name}: model {differences(count)[name][0]}, program {differences(count)[name][1]}")
        print(f"#   {interface} < {decode(frame)}")
        print(f"#     {frame.hex()}")
        print(f"#   model: {'; '.join(notes)}")
        history(comparison, len(before) + count - 1)


def explain(comparison, counters, leftovers):
    """What differs, what that packet is, and what happened before to the same ends."""
    for index, text, sent, got in comparison.found[:EXAMPLES]:
        (now, interface, frame), notes = comparison.log[index]
        print(f"# packet {index} at {now}: {text}")
        print(f"#   {interface} < {decode(frame)}")
        print(f"#   model: {'; '.join(notes) or 'nothing'}")
        for each in sent:
            print(f"#     {each.interface} > {decode(each.frame)}")
        for name, frames in got.items():
            for each in frames:
                print(f"#   program: {name} > {decode(each)}")
    groups = Counter(text for _, text, _, _ in comparison.found)
    for text, number in groups.most_common(EXAMPLES):
        print(f"#   {number} x {text}")
    for (now, name), frames in list(leftovers.items())[:EXAMPLES]:
        print(f"#   program, at {now}, unasked: {name} > {decode(frames[0])}")
    for name, (own, its) in counters.items():
        print(f"#   {name}: model {own}, program {its}")
    if comparison.found:
        history(comparison, comparison.found[0][0])


def history(comparison, index):
    """Earlier packets with the same remote address."""
    frame = comparison.log[index][0][2]
    words = set(re.findall(r"(?:\d+\.){3}\d+", decode(frame))) - {text4(comparison.model.address)}
    remote = {word for word in words if not word.startswith("192.168.1.")} or words
    print("#   before that:")
    earlier = [(packet, notes) for packet, notes in comparison.log[:index]
               if remote <= set(re.findall(r"(?:\d+\.){3}\d+", decode(packet[2])))]
    for (now, interface, frame), notes in earlier[-HISTORY:]:
        print(f"#     {now} {interface} < {decode(frame)} | {'; '.join(notes)}")


def compare(options, name):
    config = ce_configs.CONFIGS[name]
    with tempfile.TemporaryDirectory() as directory:
        directory = options.keep or directory
        os.makedirs(directory, exist_ok=True)
        program, comparison = Program(options.mapedge, config, directory), Comparison(config)
        traffic = CeTraffic(config, comparison.model, f"{name} {options.seed}")
        packets, begun, counters, frames = [], time.monotonic(), {}, {}
        size = config.get("traffic", {}).get("round", options.round)
        while len(packets) < options.packets and not comparison.found and not counters and not frames:
            batch = traffic.round(min(size, options.packets - len(packets)))
            packets += batch
            comparison.snapshots = []
            frames, got = program.run(batch)
            for packet in batch:
                traffic.look_at(comparison.take(packet, frames))
            comparison.make_sure(got)
            counters = comparison.counters(got)
        summary(name, comparison, len(packets), time.monotonic() - begun)
        if comparison.found or counters or frames:
            explain(comparison, counters, frames)
            if counters:
                locate(program, comparison, packets, batch)
            if options.shrink and comparison.found:
                packets = shrink(program, config, packets, comparison.found[0][1])
            for interface in program.names:
                path = f"reproducer-{name}-{interface}.pcap"
                write_pcap(path, [(now, frame) for now, port, frame in packets if port == interface])
                print(f"# {path}")
            raise AssertionError("model and program differ")
        assert comparison.passed * 2 >= len(packets), "less than half of the packets pass"


def kind_of(text):
    return re.sub(r"[\d.:]+|0x[0-9a-f]+", "#", text)


def shrink(program, config, packets, text):
    """Fewer packets that still show a difference of this kind, by leaving parts out: ports are chosen anew each time."""
    def bad(some):
        program.start()
        frames, _ = program.run(some)
        comparison = Comparison(config)
        for packet in some:
            comparison.take(packet, frames)
        return [each for each in comparison.found if kind_of(each[1]) == kind_of(text)], comparison

    ends = time.monotonic() + 60
    step = max(len(packets) // 2, 1)
    while step and time.monotonic() < ends:
        at = 0
        while at < len(packets) and time.monotonic() < ends:
            fewer = packets[:at] + packets[at + step:]
            if fewer and bad(fewer)[0]:
                packets = fewer
            else:
                at += step
        step //= 2
    found, comparison = bad(packets)
    if found:
        print(f"# shrunk to {len(packets)} packets:")
        for (now, interface, frame), notes in comparison.log[-20:]:
            print(f"#   {now} {interface} < {decode(frame)} | {'; '.join(notes)}")
        comparison.found = found
        explain(comparison, {}, {})
    return packets


def summary(name, comparison, count, seconds):
    model = comparison.model
    seen.update(model.drops + model.events)
    print(f"# {name}: {count} packets, {100 * comparison.passed / max(count, 1):.1f} % passed, {seconds:.1f} s")
    print("#   drops: " + ", ".join(f"{reason} {number}" for reason, number in sorted(model.drops.items())))
    print("#   events: " + ", ".join(f"{event} {number}" for event, number in sorted(model.events.items()) if number))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mapedge", required=True)
    parser.add_argument("--packets", type=int, default=10000)
    parser.add_argument("--round", type=int, default=250)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--config", action="append", choices=list(ce_configs.CONFIGS))
    parser.add_argument("--short", action="store_true", help="too few packets for everything to happen")
    parser.add_argument("--keep", help="directory for captures and configuration, kept")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    options = parser.parse_args()
    sys.argv = sys.argv[:1]
    for name in options.config or ce_configs.CONFIGS:
        tap.add(f"{name}: program and model agree", compare, options, name)
    if not options.config and not options.short:
        tap.add("every drop reason and event of a CE happened", run.every_counter, seen, NOT_HERE)
    tap.main()


if __name__ == "__main__":
    main()
