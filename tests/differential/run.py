#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same random packets through the program and through the model; every frame, drop and event compared.

usage: run.py --mapedge BIN [--packets N] [--seed N] [--config NAME]… [--keep DIR]"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import configs
import tap
from model import Br
from traffic import Traffic
from wire import decode, read_pcap, write_pcap

EXAMPLES = 12
# What needs a CE, Linux beside the program, several workers or a port that fails.
NOT_HERE = {"host_limited", "host_full", "segmented", "no_route", "lan_spoof", "not_my_v4dst", "nat_no_mapping", "nat_filtered",
            "nat_no_port", "nat_table_full", "no_headroom", "no_buffer", "tx_full", "handoff_full", "icmp_no_buffer", "handoff",
            "sessions_created", "sessions_expired", "sessions_flushed"}
seen = Counter()


class Outcome:
    """What one side made of the packets: frames by (time, interface), counters as one flat dictionary."""

    def __init__(self, frames, counters):
        self.frames, self.counters = frames, counters


class Program:
    def __init__(self, binary, config, directory):
        self.binary, self.directory = binary, directory
        self.conf = os.path.join(directory, "mapedge.conf")
        for name, content in configs.files(config).items():
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(content)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, packets):
        command = [self.binary, "replay", "-c", self.conf, "--stats", self.path("stats.json"), "--seed", "1"]
        for interface in "map", "internet":
            write_pcap(self.path(f"in-{interface}.pcap"), [(now, frame) for now, name, frame in packets if name == interface])
            command += ["--in", f"{interface}={self.path(f'in-{interface}.pcap')}"]
            command += ["--out", f"{interface}={self.path(f'out-{interface}.pcap')}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"mapedge replay ended with {done.returncode}: {done.stderr}")
        frames = {}
        for interface in "map", "internet":
            for now, frame in read_pcap(self.path(f"out-{interface}.pcap")):
                frames.setdefault((now, interface), []).append(frame)
        with open(self.path("stats.json"), encoding="ascii") as file:
            stats = json.load(file)
        counters = {}
        for group in "drops", "events", "conservation":
            counters.update({f"{group}.{name}": value for name, value in stats[group].items() if value})
        for each in stats["interfaces"]:
            for name in "rx_packets", "rx_bytes", "tx_packets", "tx_bytes":
                if each[name]:
                    counters[f"{each['name']}.{name}"] = each[name]
        return Outcome(frames, counters)


class Model:
    def __init__(self, config):
        self.config = config

    def run(self, packets):
        br, frames = Br(self.config), {}
        for now, interface, frame in packets:
            for sent in br.receive(interface, frame, now):
                frames.setdefault((now, sent.interface), []).append(sent)
        return Outcome(frames, counters_of(br))


def counters_of(br):
    counters = {}
    for name, value in br.drops.items():
        counters[f"drops.{name}"] = value
    for name, value in br.events.items():
        counters[f"events.{name}"] = value
    for name in "received", "created", "transmitted", "merged", "dropped":
        counters[f"conservation.{name}"] = br.flow[name]
    counters["conservation.held"] = br.held
    counters["conservation.balanced"] = True
    for interface, port in br.ports.items():
        for name, value in port.items():
            counters[f"{interface}.{name}"] = value
    return {name: value for name, value in counters.items() if value}


# ------------------------------------------------------------------------------------------------------ comparing


class Differences:
    """What differs, as (time, text), and counters as {name: (model, program)}."""

    def __init__(self, model, program):
        self.labels, self.frames = {}, {}
        for key in sorted(set(model.frames) | set(program.frames)):
            text = self.compare(model.frames.get(key, []), program.frames.get(key, []))
            if text:
                self.frames.setdefault(key[0], []).append(f"{key[1]}: {text}")
        names = sorted(set(model.counters) | set(program.counters))
        self.counters = {name: (model.counters.get(name, 0), program.counters.get(name, 0)) for name in names
                         if model.counters.get(name, 0) != program.counters.get(name, 0)}

    def __bool__(self):
        return bool(self.frames or self.counters)

    def compare(self, expected, got):
        if len(expected) != len(got):
            return f"{len(expected)} frames expected, {len(got)} sent"
        idents = {}
        for number, (sent, frame) in enumerate(zip(expected, got)):
            right, frame = self.unmasked(sent, frame, idents)
            if frame is None:
                return f"frame {number}: {right}"
            if right != frame:
                at = next((i for i, (a, b) in enumerate(zip(right, frame)) if a != b), min(len(right), len(frame)))
                return f"frame {number} differs from byte {at} on (lengths {len(right)}, {len(frame)})"
        return None

    def unmasked(self, sent, frame, idents):
        """Both frames with what nobody can predict set to zero, after proving that it is constant where it has to be."""
        right = sent.frame
        if len(frame) != len(right):
            return right, frame
        if sent.label:
            label = int.from_bytes(frame[15:18], "big") & 0xFFFFF
            if sent.label[0] and self.labels.setdefault(sent.label, label) != label:
                return f"flow label {label:#x}, but the flow had {self.labels[sent.label]:#x}", None
            if idents.setdefault(("label", sent.ident) if sent.ident else object(), label) != label:
                return "flow labels of the fragments differ", None
            frame = frame[:15] + bytes([frame[15] & 0xF0]) + b"\0\0" + frame[18:]
        if sent.ident:
            ident = frame[58:62]
            if idents.setdefault(sent.ident, ident) != ident:
                return "identifications of the fragments differ", None
            if list(idents.values()).count(ident) > 1:
                return "two packets with one identification", None
            frame = frame[:58] + bytes(4) + frame[62:]
        return right, frame


def differ(program, model, packets):
    return Differences(model.run(packets), program.run(packets))


def shrink(program, model, packets):
    """The fewest packets that still show a difference: first how long a beginning it takes, then what of it can go."""
    def bad(some):
        return bool(differ(program, model, some))

    low, high = 0, len(packets)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if bad(packets[:middle]) else (middle, high)
    packets, step = packets[:high], max(high // 2, 1)
    if bad(packets[-1:]):
        return packets[-1:]
    while step:
        at = 0
        while at < len(packets):
            fewer = packets[:at] + packets[at + step:]
            if fewer and bad(fewer):
                packets = fewer
            else:
                at += step
        step //= 2
    return packets


# ------------------------------------------------------------------------------------------------------ explaining


def explain(config, packets, program):
    """Every packet of a reproducer: what it is, what the model says and why, what the program sent."""
    br, got = Br(config), program.run(packets)
    for now, interface, frame in packets:
        print(f"# {now} {interface} < {decode(frame)}")
        print(f"#     {frame.hex()}")
        sent = br.receive(interface, frame, now)
        print(f"#   model: {'; '.join(br.notes) or 'nothing'}")
        for each in sent:
            print(f"#     {each.interface} > {decode(each.frame)}")
            print(f"#       {each.frame.hex()}")
        print("#   program:")
        for name in "map", "internet":
            for each in got.frames.pop((now, name), []):
                print(f"#     {name} > {decode(each)}")
                print(f"#       {each.hex()}")
    for (now, name), frames in got.frames.items():
        for each in frames:
            print(f"#   program, at {now}: {name} > {decode(each)}")
    differences = Differences(Model(config).run(packets), got)
    for name, (expected, number) in Differences(Model(config).run(packets), program.run(packets)).counters.items():
        print(f"#   {name}: model {expected}, program {number}")
    return differences


def summary(name, br, passed, count, seconds):
    print(f"# {name}: {count} packets, {100 * passed / max(count, 1):.1f} % passed, model and generator {seconds:.1f} s")
    print("#   drops: " + ", ".join(f"{reason} {number}" for reason, number in sorted(br.drops.items())))
    print("#   events: " + ", ".join(f"{event} {number}" for event, number in sorted(br.events.items())))


def generate(name, count, seed):
    """Packets, what the model makes of them, and the model; notes by time."""
    config = configs.CONFIGS[name]
    br = Br(config)
    traffic = Traffic(config, br, f"{name} {seed}")
    packets, frames, notes, passed, begun = [], {}, {}, 0, time.monotonic()
    for now, interface, frame in traffic.packets(count):
        dropped = br.flow["dropped"]
        sent = br.receive(interface, frame, now)
        packets.append((now, interface, frame))
        notes[now] = br.notes
        passed += br.flow["dropped"] == dropped
        for each in sent:
            frames.setdefault((now, each.interface), []).append(each)
        traffic.look_at(sent)
    summary(name, br, passed, len(packets), time.monotonic() - begun)
    return packets, Outcome(frames, counters_of(br)), notes, br, passed


def kinds(differences, notes, packets):
    """One example of each kind of difference in frames."""
    by_time = {now: (interface, frame) for now, interface, frame in packets}
    groups = {}
    for now, texts in differences.frames.items():
        groups.setdefault(("; ".join(notes.get(now, ["?"])), "; ".join(texts)), []).append(now)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    for (note, text), times in ordered[:EXAMPLES]:
        interface, frame = by_time.get(times[0], ("?", b""))
        print(f"#   {len(times)} x model: {note} | {text}")
        print(f"#       at {times[0]} {interface} < {decode(frame)}")


def compare(options, name):
    with tempfile.TemporaryDirectory() as directory:
        directory = options.keep or directory
        os.makedirs(directory, exist_ok=True)
        config = configs.CONFIGS[name]
        program = Program(options.mapedge, config, directory)
        packets, expected, notes, br, passed = generate(name, options.packets, options.seed)
        seen.update(br.drops + br.events)
        assert passed * 2 >= len(packets), "less than half of the packets pass"
        differences = Differences(expected, program.run(packets))
        if differences:
            kinds(differences, notes, packets)
            for counter, (model, got) in differences.counters.items():
                print(f"#   {counter}: model {model}, program {got}")
            if options.shrink:
                few = shrink(program, Model(config), packets)
                explain(config, few, program)
                for interface in "map", "internet":
                    path = f"reproducer-{name}-{interface}.pcap"
                    write_pcap(path, [(now, frame) for now, port, frame in few if port == interface])
                    print(f"# {path}")
        assert not differences, "model and program differ"


def every_counter():
    """Every reason and event that a BR can have under these configurations must have happened."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib", "stats", "counters.def")
    with open(path, encoding="ascii") as file:
        names = set(re.findall(r"^(?:DROP|EVENT)\((\w+),", file.read(), re.MULTILINE))
    assert names, path
    missing = sorted(name for name in names - NOT_HERE if not seen[name])
    assert not missing, f"never happened: {', '.join(missing)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mapedge", required=True)
    parser.add_argument("--packets", type=int, default=100000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--config", action="append", choices=list(configs.CONFIGS))
    parser.add_argument("--keep", help="directory for captures and configuration, kept")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    options = parser.parse_args()
    sys.argv = sys.argv[:1]
    for name in options.config or [name for name in configs.CONFIGS if name != "base"]:
        tap.add(f"{name}: program and model agree", compare, options, name)
    if not options.config:
        tap.add("every drop reason and event of a BR happened", every_counter)
    tap.main()


if __name__ == "__main__":
    main()
