# SPDX-License-Identifier: BSD-3-Clause
"""The configurations under which model and program are compared, once, as data; files() is what the program reads."""


def files(config):
    """Name and content of the configuration file and of what it names. "traffic" is for the generator only."""
    made = {}
    config = {name: value for name, value in config.items() if name != "traffic"}
    domains = [dict(domain) for domain in config.get("domains", ())]
    for number, domain in enumerate(domains):
        if "bindings" in domain:
            domain["bindings_file"] = f"bindings-{number}.txt"
            made[domain["bindings_file"]] = "\n".join(domain.pop("bindings")) + "\n"
    return made | {"mapedge.conf": text(config | ({"domains": domains} if domains else {}))}


def unlimited(config):
    """The same, but nothing is ever full: limits of several workers are split or multiplied, and which has how much left
    depends on which of them a packet came to."""
    fragments = config.get("fragments", {})
    if fragments.get("reassembly") != "off":
        fragments = {name: value for name, value in fragments.items() if name != "datagrams"} | {"held": 2048}
    icmp = config.get("icmp", {})
    if icmp.get("rate") != 0:
        icmp = icmp | {"rate": 1000000, "burst": 1000000}
    return config | {"fragments": fragments, "icmp": icmp}


def text(config):
    """libconfig."""
    return "".join(f"{name} = {_value(value)};\n" for name, value in config.items())


def _value(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + " ".join(f"{name} = {_value(each)};" for name, each in value.items()) + " }"
    inner = ", ".join(_value(each) for each in value)
    return f"( {inner} )" if value and isinstance(value[0], dict) else f"[ {inner} ]"


def ports(address="203.0.113.1/24", gateway="203.0.113.254", neighbour="203.0.113.20", map_mtu=1500, mtu=1500, martians=None,
          **more):
    internet = {"name": "internet", "role": "internet", "port": "net_null1", "mac": "02:00:00:00:0b:02", "mtu": mtu,
                "addresses": [address],
                "neighbours": [{"address": neighbour, "mac": "02:00:00:00:04:20"}]}
    if gateway:
        internet["neighbours"].append({"address": gateway, "mac": "02:00:00:00:04:01"})
        internet["gateway"] = gateway
    if martians is not None:
        internet["martians"] = martians
    softwire = {"name": "map", "role": "map", "port": "net_null0", "mac": "02:00:00:00:0b:01", "mtu": map_mtu,
                "neighbours": [{"address": "fe80::1", "mac": "02:00:00:00:06:02"}], "gateway": "fe80::1"}
    if "map_addresses" in more:
        softwire["addresses"] = more.pop("map_addresses")
    return [softwire, internet | more]


F1 = {"ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea": 16, "offset": 6}

CONFIGS = {
    # RFC 7597 appendix A, example 1, everything else by default.
    "plain": {
        "role": "br",
        "interfaces": ports(martians=["private", "shared"]),
        "domains": [{"name": "f1", "br": "2001:db8:ffff::1", "rules": [F1]}],
    },
    # The weaker source check, fragments made of IPv4, DSCP through and through, reports and a tight rate limit.
    "eabits": {
        "role": "br",
        "icmp": {"rate": 400, "burst": 5},
        "interfaces": ports("5.0.113.1/24", "5.0.113.254", "5.0.113.20", antispoof=False,
                            martians=["private", "documentation", "benchmark", "44.0.0.0/9"]),
        "domains": [{"name": "f1", "br": "2001:db8:ffff::1", "source_check": "eabits", "fragment": "inner",
                     "decap_dscp": "copy", "traffic_class": "copy", "report_spoofing": True, "mtu": 1400, "rules": [F1]}],
    },
    # Several domains that differ in everything, rules of all kinds.
    "domains": {
        "role": "br",
        "fragments": {"timeout": 3, "path_mru": 1700},
        "icmp": {"source": "203.0.113.9", "rate": 2000, "burst": 50},
        "interfaces": ports(mtu=1400, martians=["shared"]),
        "domains": [
            {"name": "draft", "br": "3fff:ff::1", "iid": "draft03", "mtu": 1300, "traffic_class": 46, "rules": [
                {"ipv6": "3fff:100::/40", "ipv4": "198.18.0.0/24", "ea": 16, "offset": 4},
                {"ipv6": "3fff:100:12:8000::/49", "ipv4": "198.18.64.0/24", "ea": 11, "offset": 4},
                {"ipv6": "3fff:200:0:1000::/52", "ipv4": "198.18.32.0/24", "ea": 16, "offset": 6}]},
            {"name": "whole", "br": "3fff:ff::2", "mss_clamp": False, "hop_limit": 9, "fragment": "inner", "rules": [
                {"ipv6": "3fff:300::/40", "ipv4": "198.51.0.0/18", "ea": 8},
                {"ipv6": "3fff:400::/40", "ipv4": "198.51.128.0/24", "ea": 8},
                {"ipv6": "3fff:500::/40", "ipv4": "198.19.0.0/24", "ea": 14, "offset": 0}]},
            {"name": "single", "br": "3fff:ff::3", "fragment": "drop", "source_check": "eabits", "rules": [
                {"ipv6": "3fff:600:1::/48", "ipv4": "198.18.99.1/32", "ea": 0, "offset": 6, "psid": 52, "psid_len": 8},
                {"ipv6": "3fff:600:2::/56", "ipv4": "198.18.99.1/32", "ea": 0, "offset": 6, "psid": 53, "psid_len": 8},
                {"ipv6": "3fff:600:3::1/128", "ipv4": "198.18.99.2/32", "ea": 0}]}],
    },
    # Anycast, no fragments at all, small MTUs, fixed traffic class, nothing clamped.
    "anycast": {
        "role": "br",
        "fragments": {"reassembly": "off"},
        "interfaces": ports(map_mtu=1400, mtu=1280, martians=[], map_addresses=["2001:db8:fff0::1/64"]),
        "domains": [{"name": "any", "br": "2001:db8:ffff::1", "anycast": True, "flow_label": "zero", "mtu": 1250,
                     "traffic_class": 10, "hop_limit": 255, "mss_clamp": False, "report_spoofing": True, "rules": [F1]}],
    },
    # Tables as small as they can be. Sources are counted by a hash, so there are few, of which no two share a counter.
    "crowded": {
        "role": "br",
        "traffic": {"senders": 7, "floods": 8},
        "fragments": {"datagrams": 64, "held": 64, "timeout": 3},
        "interfaces": ports(martians=[]),
        "domains": [{"name": "f1", "br": "2001:db8:ffff::1", "rules": [F1]}],
    },
    # Anycast with reassembly and no IPv6 address to send errors from, no gateway, no ICMP at all.
    "silent": {
        "role": "br",
        "icmp": {"rate": 0},
        "fragments": {"held": 256, "path_mru": 1340},
        "interfaces": ports(gateway=None, martians=[], map_mtu=2000, mtu=2000),
        "domains": [{"name": "any", "br": "2001:db8:ffff::1", "anycast": True, "fragment": "outer", "mtu": 1300,
                     "report_spoofing": True, "rules": [F1]}],
    },
}

# Bindings beside rules: shared addresses and whole ones, softwires of all kinds, some of them under the rule.
CONFIGS["bound"] = {
    "role": "br",
    "interfaces": ports(martians=[]),
    "domains": [
        {"name": "fixed", "br": "2001:db8:ffff::2", "mtu": 1440,
         "pools": [{"ipv4": "198.18.7.0/24", "offset": 6, "psid_len": 8}, {"ipv4": "198.18.8.0/28", "offset": 6, "psid_len": 0},
                   {"ipv4": "198.18.9.0/30", "offset": 0, "psid_len": 4}],
         "bindings": [f"198.18.7.{number // 3} {number * 29 % 256} 2001:db{8 + number % 2}:{number % 5}0:{number}::{number * 1109:x}"
                      for number in range(1, 60)]
         + [f"198.18.8.{number} - 3fff:8:{number}::1" for number in range(1, 12)]
         + [f"198.18.9.{number % 4} {number // 4:#x} 3fff:9::{number + 1:x}" for number in range(30)]},
        {"name": "f1", "br": "2001:db8:ffff::1",
         "rules": [{"ipv6": "2001:db9::/40", "ipv4": "192.0.2.0/24", "ea": 16, "offset": 6}]}],
}
