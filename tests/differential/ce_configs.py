# SPDX-License-Identifier: BSD-3-Clause
"""The CE configurations under which model and program are compared. "traffic" is for the generator only."""

HOSTS = [10, 11, 12, 13, 14, 50]


def interfaces(mtu=1500, wan_mtu=1500):
    return [
        {"name": "lan", "role": "lan", "port": "net_null0", "mac": "02:00:00:00:0c:01", "mtu": mtu,
         "addresses": ["192.168.1.1/24"],
         "neighbours": [{"address": f"192.168.1.{host}", "mac": f"02:00:00:00:01:{host:02x}"} for host in HOSTS]},
        {"name": "wan", "role": "wan", "port": "net_null1", "mac": "02:00:00:00:0c:02", "mtu": wan_mtu,
         "neighbours": [{"address": "fe80::1", "mac": "02:00:00:00:06:01"}], "gateway": "fe80::1"}]


def ce(rule, prefix, nat, softwire=None, **more):
    own = {"name": "map0", "end_user_prefix": prefix, "br": "2001:db8:ffff::1", "rules": [rule] if isinstance(rule, dict) else rule}
    return {"role": "ce", "interfaces": interfaces(**more.pop("links", {})), "softwires": [own | (softwire or {})],
            "nat": nat} | more


P240 = {"ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea": 16, "offset": 4}
P252 = P240 | {"offset": 6}
# 4000 to 4003, 4000 to 4015, and 3968 to 4031.
TINY = {"ipv6": "2001:db8:12:3400::/56", "ipv4": "192.0.2.18/32", "ea": 0, "offset": 0, "psid": 1000, "psid_len": 14}
SMALL = TINY | {"psid": 250, "psid_len": 12}
MEDIUM = TINY | {"psid": 62, "psid_len": 10}
WHOLE = {"ipv6": "2001:db8::/40", "ipv4": "192.0.2.0/24", "ea": 8, "offset": 6}
PREFIX = "2001:db8:12:3400::/56"
HOUSE = [{"protocol": "tcp", "ports": "4928-4930", "to": "192.168.1.50", "to_port": 80},
         {"protocol": "both", "ports": "9024", "to": "192.168.1.14"}]

CONFIGS = {
    # 15 ranges of 16 ports, everything by default.
    "ce-plain": ce(P240, PREFIX, {}),
    # Short of ports at all times, filtered as strictly as can be, pieces of IPv4 in the softwire.
    "ce-tiny": ce(TINY, PREFIX, {"filtering": "address-and-port-dependent", "closed_early": True, "tcp_reset_timeout": 5,
                                 "tcp_closing_timeout": 60, "tcp_opening_timeout": 30},
                  {"fragment": "inner", "mtu": 1400, "traffic_class": "copy", "decap_dscp": "copy"}, traffic={"endpoints": 4, "loyal": 90, "without": ["crowd"]}),
    "ce-exhausted": ce(TINY, PREFIX, {"port_reuse": "on_exhaustion", "reserved_ports": 1, "policies": [
        {"hosts": "192.168.1.50/32", "protocol": "udp", "inside_ports": "3074-3080", "filtering": "endpoint-independent",
         "reserved": True}]}, traffic={"endpoints": 8, "loyal": 70}),
    "ce-always": ce(P240, PREFIX, {"port_reuse": "always", "forwards": HOUSE, "filtering": "endpoint-independent"},
                    {"fragment": "drop"}, links={"mtu": 1280}),
    "ce-limits": ce(MEDIUM, PREFIX, {
        "sessions": 120, "sessions_per_host": 40, "new_sessions_per_host": 20, "ports_per_host": 12, "port_quarantine": 120,
        "udp_timeout": 120, "dns_timeout": 5, "tcp_opening_timeout": 30}, traffic={"eager": 2}),
    "ce-mixed": ce(P240, PREFIX, {
        "port_reuse": "on_exhaustion", "ports_per_host": 3, "filtering": "endpoint-independent", "forwards": HOUSE,
        "closed_early": True, "df": "clear", "policies": [
            {"protocol": "tcp", "filtering": "address-and-port-dependent"}, {"hosts": "192.168.1.12/31", "filtering": "address-dependent"}]},
        traffic={"eager": 3}),
    # A whole address: every protocol.
    "ce-whole": ce(WHOLE, "2001:db8:12::/48", {"other_timeout": 120, "forwards": [
        {"protocol": "both", "ports": "40000-40499", "to": "192.168.1.50", "to_port": 8000}]}, {"hop_limit": 9, "mss_clamp": False}),
    # Other CEs directly.
    "ce-mesh": ce([P252, {"ipv6": "3fff:100::/40", "ipv4": "198.18.0.0/24", "ea": 8, "offset": 0},
                   {"ipv6": "2001:db8:12:3500::/56", "ipv4": "198.51.100.7/32", "ea": 0, "offset": 4, "psid": 53, "psid_len": 8}],
                  PREFIX, {"filtering": "endpoint-independent"}, {"mesh": True, "traffic_class": 46}, traffic={"peers": 45}),
    # Short connections, whose ports are given away as soon as they may; little room for fragments.
    "ce-closing": ce(SMALL, PREFIX, {"closed_early": True, "tcp_opening_timeout": 30, "filtering": "endpoint-independent"},
                     fragments={"datagrams": 64, "held": 64, "timeout": 3, "path_mru": 1500},
                     traffic={"protocols": (85, 10, 5), "moods": ("brief",), "loyal": 75, "floods": 3, "without": ["crowd"], "round": 80}),
    # No fragments, few errors.
    "ce-frugal": ce(P240, PREFIX, {"df": "clear"}, {"mtu": 1300}, fragments={"reassembly": "off"}, icmp={"rate": 2, "burst": 2}),
}
