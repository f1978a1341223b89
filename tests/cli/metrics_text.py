# SPDX-License-Identifier: BSD-3-Clause
"""Prometheus text as a dictionary, and what must be in it beside a document of stats-get."""
import re
from datetime import datetime

SAMPLE = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """{(name, ((label, value), …)): number}; a line that is none is a mistake."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("# "):
            continue
        found = SAMPLE.fullmatch(line)
        assert found, f"no sample: {line!r}"
        key = found[1], tuple(sorted(LABEL.findall(found[2] or "")))
        assert key not in samples, f"twice: {line}"
        samples[key] = float(found[3])
    return samples


def names(text):
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}


def series(name, **labels):
    return f"mapedge_{name}", tuple(sorted(labels.items()))


WAYS = {"rcvd": "receive", "sent": "transmit"}


def softwire_traffic(prefix, counters, **labels):
    for key, value in counters.items():
        found = re.fullmatch(r"(rcvd|sent)_(ipv[46])_(packets|bytes)", key)
        if found:
            yield series(f"{prefix}_{WAYS[found[1]]}_{found[3]}_total", family=found[2], **labels), value


def interfaces(stats):
    for one in stats["interfaces"]:
        for key, value in one.items():
            name = key.replace("rx_missed", "receive_missed_packets").replace("rx_", "receive_").replace("tx_", "transmit_")
            if key != "name":
                yield series(f"interface_{name}_total", interface=one["name"]), value


def workers(stats):
    for one in stats["workers"]:
        worker = str(one["id"])
        for key in "received", "created", "transmitted", "merged", "dropped":
            yield series(f"worker_packets_{key}_total", worker=worker), one[key]
        yield series("worker_packets_held", worker=worker), one["held"]
        yield series("worker_sessions", worker=worker), one["sessions"]
        yield series("worker_rules_generation", worker=worker), one["generation"]


def nat(stats):
    for key in "sessions", "sessions_sharing", "mappings", "hosts":
        yield series(f"nat_{key}"), stats["nat"][key]
    for protocol, ports in stats["nat"]["ports"].items():
        yield series("nat_ports", protocol=protocol), ports["total"]
        yield series("nat_ports_used", protocol=protocol), ports["used"]
        yield series("nat_ports_high_water", protocol=protocol), ports["peak"]
        yield series("nat_ports_shared", protocol=protocol), ports["shared"]
        yield series("nat_port_alarms_total", protocol=protocol), ports["alarms"]


def box(stats):
    yield series("rules_generation"), stats["generation"]
    yield series("start_time_seconds"), datetime.fromisoformat(stats["discontinuity_time"]).timestamp()
    for key in "received", "created", "transmitted", "merged", "dropped":
        yield series(f"packets_{key}_total"), stats["conservation"][key]
    yield series("packets_held"), stats["conservation"]["held"]
    stat = stats["traffic_stat"]
    yield from softwire_traffic("traffic", stat)
    yield series("traffic_dropped_packets_total", family="ipv4"), stat["dropped_ipv4_packets"]
    yield series("traffic_dropped_packets_total", family="ipv6"), stat["dropped_ipv6_packets"]
    yield series("traffic_dropped_fragments_total", family="ipv4"), stat["dropped_ipv4_fragments"]
    yield series("traffic_reassembled_fragments_total", family="ipv6"), stat["ipv6_fragments_reassembled"]
    yield series("icmp4_sent_packets_total"), stat["out_icmpv4_error_packets"]
    yield series("icmp6_sent_packets_total"), stat["out_icmpv6_error_packets"]
    yield series("hairpin_packets_total"), stat["hairpin_ipv4_packets"]


def expected(stats, units):
    """Every number of a document of stats-get with all names, as (series, value); `units`: of the events."""
    yield from box(stats)
    yield from interfaces(stats)
    yield from workers(stats)
    for one in stats["softwires"]:
        yield from softwire_traffic("softwire", one, softwire=one["name"])
        yield series("softwire_start_time_seconds", softwire=one["name"]), datetime.fromisoformat(one["discontinuity_time"]).timestamp()
    for event, value in stats["events"].items():
        unit = "" if units[event] in event else f"_{units[event]}"
        yield series(f"{event}{unit}_total"), value
    if "nat" in stats:
        yield from nat(stats)
    for key, name in ("records", "rule_log_records_total"), ("failures", "rule_log_failures_total"):
        if "rule_log" in stats:
            yield series(name), stats["rule_log"][key]
    for key, name in ("count", "bindings"), ("capacity", "bindings_capacity"), ("memory_bytes", "bindings_memory_bytes"):
        if "bindings" in stats:
            yield series(name), stats["bindings"][key]


def event_units(root):
    text = (root / "lib" / "stats" / "counters.def").read_text(encoding="utf-8")
    return dict(re.findall(r"^EVENT\((\w+), (\w+),", text, re.MULTILINE))


def compare(text, stats, root):
    """All of stats-get is in the text; returns the samples."""
    samples = parse(text)
    for key, value in expected(stats, event_units(root)):
        assert samples.get(key) == value, f"{key}: {samples.get(key)} in the text, {value} in stats-get"
    drops = {dict(labels)["reason"]: value for (name, labels), value in samples.items() if name == "mapedge_drops_total"}
    assert drops == stats["drops"], f"{drops} in the text, {stats['drops']} in stats-get"
    return samples


def count_numbers(value):
    """How many numbers a document has: none may be forgotten here."""
    if isinstance(value, dict):
        return sum(map(count_numbers, value.values()))
    if isinstance(value, list):
        return sum(map(count_numbers, value))
    return int(isinstance(value, int) and not isinstance(value, bool))
