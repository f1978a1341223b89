#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same random packets through the program and through the model; every frame, drop and event compared.

usage: run.py --mapedge BIN [--packets N] [--seed N] [--config NAME]… [--workers N] [--keep DIR]"""
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
from wire import FRAGMENT, decode, read_pcap, write_pcap

EXAMPLES = 12
CHECKPOINT = 500  # packets between two looks at the model's counters
# What cannot happen here, and why.
CE = "a CE has it, not a BR"
HOST = "Linux is beside the daemon, not beside a replay, where no_host is what happens"
REPLAY = "a replay has buffers of one size, enough of them and with headroom, and ports that take everything"
NATIVE = "only a CE that forwards native IPv6 itself has it: tests/pcap and tests/netns/forward.py"
NOWHERE = {
    "draining": "a command of the daemon's",
    "host_limited": HOST, "host_full": HOST, "host_down": HOST, "anycast_src": HOST,
    "segmented": REPLAY, "no_headroom": REPLAY, "no_buffer": REPLAY, "icmp_no_buffer": REPLAY, "tx_full": REPLAY,
    "handoff_full": REPLAY,
    "forwarded_up": NATIVE, "forwarded_down": NATIVE, "hop_limit": NATIVE, "icmp6_local": NATIVE, "martian_v6": NATIVE,
    "route_discard": NATIVE, "routing_header": NATIVE, "too_big_v6": NATIVE, "urpf_v6": NATIVE,
}
NOT_HERE = NOWHERE | {
    "lan_spoof": CE, "not_my_v4dst": CE, "not_my_v4src": CE, "softwire_off": CE, "nat_no_mapping": CE, "nat_filtered": CE, "nat_no_port": CE, "nat_table_full": CE,
    "nat_host_limit": CE, "port_shared": CE, "closed_early": CE, "rst_ignored": CE,
    "sessions_created": CE, "sessions_expired": CE, "sessions_flushed": CE, "calls_ended": CE,
    "handoff": "needs several workers: --workers",
}
seen = Counter()


class Outcome:
    """What one side made of the packets: frames by (time, interface), counters as one flat dictionary."""

    def __init__(self, frames, counters):
        self.frames, self.counters = frames, counters


class Program:
    def __init__(self, binary, config, directory, workers):
        self.binary, self.directory, self.workers = binary, directory, workers
        self.conf = os.path.join(directory, "mapedge.conf")
        for name, content in configs.files(config).items():
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(content)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, packets):
        command = [self.binary, "replay", "-c", self.conf, "--stats", self.path("stats.json"), "--seed", "1",
                   "--workers", str(self.workers)]
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
        return Outcome(frames, read_counters(self.path("stats.json")))


def read_counters(path):
    """The program's statistics as one flat dictionary, like counters_of()."""
    with open(path, encoding="ascii") as file:
        stats = json.load(file)
    stats["events"].pop("handoff", None)  # between workers: no business of the model's
    counters = {}
    for group in "drops", "events", "conservation":
        counters.update({f"{group}.{name}": value for name, value in stats[group].items() if value})
    for each in stats["interfaces"]:
        for name in "rx_packets", "rx_bytes", "tx_packets", "tx_bytes":
            if each[name]:
                counters[f"{each['name']}.{name}"] = each[name]
    return counters


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


def without_luck(frame):
    """What of a softwire packet does not depend on hashes and random numbers."""
    if frame[12:14] != b"\x86\xdd":
        return frame
    frame = frame[:15] + bytes([frame[15] & 0xF0]) + b"\0\0" + frame[18:]
    return frame[:58] + bytes(4) + frame[62:] if frame[20] == FRAGMENT else frame


class Differences:
    """What differs, as (time, text), and counters as {name: (model, program)}. Several workers do what is due at one moment
    one after the other, so then the order of frames says nothing."""

    def __init__(self, model, program, ordered=True):
        self.ordered, self.labels, self.frames = ordered, {}, {}
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
        if not self.ordered:
            expected = sorted(expected, key=lambda sent: without_luck(sent.frame))
            got = sorted(got, key=without_luck)
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
    return Differences(model.run(packets), program.run(packets), program.workers == 1)


def beginning(reference, count):
    """What the model made of the first packets, up to a checkpoint."""
    last = reference.packets[count - 1][0]
    frames = {key: sent for key, sent in reference.outcome.frames.items() if key[0] <= last}
    return Outcome(frames, reference.checkpoints[count])


def shrink(program, model, reference):
    """The fewest packets that still show a difference: how long a beginning it takes, how many before its end, which of them."""
    def bad(some):
        return bool(differ(program, model, some))

    counts = sorted(reference.checkpoints)
    low, high = -1, len(counts) - 1
    while high - low > 1:
        middle = (low + high) // 2
        differs = Differences(beginning(reference, counts[middle]), program.run(reference.packets[:counts[middle]]),
                              program.workers == 1)
        low, high = (low, middle) if differs else (middle, high)
    packets = reference.packets[:counts[high]]
    for size in 700, 3000, 10000:
        if bad(packets[-size:]):
            packets = packets[-size:]
            break
    step = max(len(packets) // 2, 1)
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
    for name, (expected, number) in differ(program, Model(config), packets).counters.items():
        print(f"#   {name}: model {expected}, program {number}")


def summary(name, br, passed, count, seconds):
    print(f"# {name}: {count} packets, {100 * passed / max(count, 1):.1f} % passed, model and generator {seconds:.1f} s")
    print("#   drops: " + ", ".join(f"{reason} {number}" for reason, number in sorted(br.drops.items())))
    print("#   events: " + ", ".join(f"{event} {number}" for event, number in sorted(br.events.items())))


class Reference:
    """Packets, what the model makes of them, why, and its counters from time to time."""

    def __init__(self, name, config, count, seed):
        br = Br(config)
        traffic = Traffic(config, br, f"{name} {seed}")
        self.packets, self.notes, self.checkpoints, self.passed = [], {}, {}, 0
        frames, begun = {}, time.monotonic()
        for now, interface, frame in traffic.packets(count):
            dropped = br.flow["dropped"]
            sent = br.receive(interface, frame, now)
            self.packets.append((now, interface, frame))
            self.notes[now] = br.notes
            self.passed += br.flow["dropped"] == dropped
            for each in sent:
                frames.setdefault((now, each.interface), []).append(each)
            traffic.look_at(sent)
            if len(self.packets) % CHECKPOINT == 0 or len(self.packets) == count:
                self.checkpoints[len(self.packets)] = counters_of(br)
        summary(name, br, self.passed, count, time.monotonic() - begun)
        self.happened = br.drops + br.events
        self.outcome = Outcome(frames, counters_of(br))


def kinds(differences, reference):
    """One example of each kind of difference in frames."""
    by_time, notes = {now: (interface, frame) for now, interface, frame in reference.packets}, reference.notes
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
        config = configs.CONFIGS[name] if options.workers == 1 else configs.unlimited(configs.CONFIGS[name])
        program = Program(options.mapedge, config, directory, options.workers)
        reference = Reference(name, config, options.packets, options.seed)
        seen.update(reference.happened)
        assert reference.passed * 2 >= options.packets, "less than half of the packets pass"
        differences = Differences(reference.outcome, program.run(reference.packets), options.workers == 1)
        if differences:
            kinds(differences, reference)
            for counter, (model, got) in differences.counters.items():
                print(f"#   {counter}: model {model}, program {got}")
            if options.shrink:
                few = shrink(program, Model(config), reference)
                explain(config, few, program)
                for interface in "map", "internet":
                    path = f"reproducer-{name}-{interface}.pcap"
                    write_pcap(path, [(now, frame) for now, port, frame in few if port == interface])
                    print(f"# {path}")
        assert not differences, "model and program differ"


def every_counter(seen, not_here):
    """Every reason and event that there can be under these configurations must have happened."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib", "stats", "counters.def")
    with open(path, encoding="ascii") as file:
        names = set(re.findall(r"^(?:DROP|EVENT)\((\w+),", file.read(), re.MULTILINE))
    assert names, path
    print("#   of all configurations: " + ", ".join(f"{name} {seen[name]}" for name in sorted(names - not_here.keys())))
    for name, why in sorted(not_here.items()):
        print(f"#   not {name}: {why}")
    impossible = sorted(name for name in not_here if name not in names or seen[name])
    assert not impossible, f"happened, or is no counter, and yet said to be impossible: {', '.join(impossible)}"
    missing = sorted(name for name in names - not_here.keys() if not seen[name])
    assert not missing, f"never happened: {', '.join(missing)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mapedge", required=True)
    parser.add_argument("--packets", type=int, default=100000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--config", action="append", choices=list(configs.CONFIGS))
    parser.add_argument("--workers", type=int, default=1, help="more than one: nothing may be full, see configs.unlimited()")
    parser.add_argument("--keep", help="directory for captures and configuration, kept")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    options = parser.parse_args()
    sys.argv = sys.argv[:1]
    for name in options.config or configs.CONFIGS:
        tap.add(f"{name}: program and model agree", compare, options, name)
    if not options.config and options.workers == 1:
        tap.add("every drop reason and event of a BR happened", every_counter, seen, NOT_HERE)
    tap.main()


if __name__ == "__main__":
    main()
