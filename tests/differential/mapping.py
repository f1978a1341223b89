# SPDX-License-Identifier: BSD-3-Clause
"""The arithmetic of RFC 7597 sections 5 and 6: from an address and a port to a CE, and from a CE's address back."""
import ipaddress


def bits(value, width, start, count):
    """`count` bits of a number of `width` bits, of which `start` is the first one from the left."""
    return value >> (width - start - count) & ((1 << count) - 1)


class Ce:
    """One customer: what a rule makes of certain EA bits."""

    __slots__ = "rule", "ea", "ipv4", "psid", "address"

    def __init__(self, rule, ea, ipv4, psid, address):
        self.rule, self.ea, self.ipv4, self.psid, self.address = rule, ea, ipv4, psid, address

    def at(self, address):
        """The same customer, at the address that it sends from."""
        return Ce(self.rule, self.ea, self.ipv4, self.psid, address)

    def same(self, other):
        return self.rule is other.rule and self.ea == other.ea

    def owns_address(self, ipv4):
        """With an IPv4 prefix, any address in it (RFC 7597 section 5.2)."""
        return ipv4 & self.rule.ce_mask == self.ipv4

    def owns_port(self, port):
        rule = self.rule
        return not rule.shared or rule.has_index(port) and rule.psid_of(port) == self.psid

    def host(self, random):
        """Some address that this CE uses."""
        return self.ipv4 | random.getrandbits(32) & ~self.rule.ce_mask & 0xFFFFFFFF

    def port(self, random):
        """Some port that this CE may use."""
        rule = self.rule
        if not rule.shared:
            return random.randint(1, 65535)
        m = 16 - rule.offset - rule.psid_len
        while True:
            index = random.randint(1, (1 << rule.offset) - 1) if rule.offset else 0
            port = index << 16 - rule.offset | self.psid << m | random.getrandbits(m) if m else \
                index << 16 - rule.offset | self.psid
            if port:
                return port


class Rule:
    """One mapping rule of a domain. `psid` is None unless the rule gives one port set to one CE (or one per EA address)."""

    def __init__(self, domain, ipv6, ipv4, ea, offset=6, psid=None, psid_len=None):
        self.domain = domain
        net6, net4 = ipaddress.IPv6Network(ipv6), ipaddress.IPv4Network(ipv4)
        self.prefix6, self.len6 = int(net6.network_address), net6.prefixlen
        self.prefix4, self.len4 = int(net4.network_address), net4.prefixlen
        self.mask4 = int(net4.netmask)
        self.ea_len, self.offset, self.given_psid = ea, offset, psid
        suffix = 32 - self.len4
        self.suffix_len = min(ea, suffix)
        self.psid_len = psid_len if psid is not None else max(ea - suffix, 0)
        self.shared = self.psid_len > 0
        ce_len = self.len4 + self.suffix_len
        self.is_prefix = ce_len < 32
        self.ce_mask = 0xFFFFFFFF << 32 - ce_len & 0xFFFFFFFF
        self.end_len = self.len6 + ea

    def has_index(self, port):
        """Section 5.1: A must be larger than 0 if there is an A at all."""
        return self.offset == 0 or port >> 16 - self.offset > 0

    def psid_of(self, port):
        return port >> 16 - self.offset - self.psid_len & (1 << self.psid_len) - 1

    def ce_of_ea(self, ea):
        psid_bits = self.ea_len - self.suffix_len
        ipv4 = self.prefix4 | (ea >> psid_bits) << 32 - self.len4 - self.suffix_len
        psid = self.given_psid if self.given_psid is not None else ea & (1 << psid_bits) - 1
        return Ce(self, ea, ipv4, psid, self.map_address(ea, ipv4, psid))

    def ce_of_port(self, ipv4, port):
        """The CE that has this port of this address; the port is looked at only where it matters."""
        psid = self.psid_of(port) if self.shared else 0
        suffix = bits(ipv4, 32, self.len4, self.suffix_len)
        psid_bits = self.ea_len - self.suffix_len
        return self.ce_of_ea(suffix << psid_bits | (psid if psid_bits else 0))

    def ce_of_source(self, ipv6):
        return self.ce_of_ea(bits(ipv6, 128, self.len6, self.ea_len))

    def any_ce(self, random):
        return self.ce_of_ea(random.getrandbits(self.ea_len) if self.ea_len else 0)

    def map_address(self, ea, ipv4, psid):
        """Section 6, or draft-ietf-softwire-map-03; a prefix beyond 64 bits covers the head of the identifier."""
        identifier = ipv4 << 16 | psid if self.domain.iid == "rfc7597" else ipv4 << 24 | psid << 8
        prefix = self.prefix6 | ea << 128 - self.end_len
        covered = max(self.end_len, 64)
        return prefix | identifier & (1 << 128 - covered) - 1


class Pool(Rule):
    """docs/bindings.md: an IPv4 prefix whose port sets are looked up, not computed. To the rest a rule like any other."""

    def __init__(self, domain, ipv4, offset=6, psid_len=0):
        super().__init__(domain, "::/128", ipv4, 32 - int(ipv4.split("/")[1]), offset, 0, psid_len)
        self.given_psid = None
        self.owners = {}

    def bind(self, ipv4, psid, ipv6):
        ce = Ce(self, (ipv4, psid), ipv4, psid, ipv6)
        self.owners[ipv4, psid] = ce
        return ce

    def ce_of_port(self, ipv4, port):
        return self.owners.get((ipv4, self.psid_of(port) if self.shared else 0))

    def any_ce(self, random):
        return random.choice(list(self.owners.values()))


class RuleSet:
    """All rules of all domains; longest match both ways. Bindings are found from the IPv4 side only."""

    def __init__(self, rules):
        self.rules = rules
        self.pools = [rule for rule in rules if isinstance(rule, Pool)]
        self.by4, self.by6 = {}, {}
        for rule in rules:
            self.by4.setdefault(rule.len4, {}).setdefault(rule.prefix4, []).append(rule)
            if not isinstance(rule, Pool):
                self.by6.setdefault(rule.len6, {}).setdefault(rule.prefix6, []).append(rule)
        self.lens4, self.lens6 = sorted(self.by4, reverse=True), sorted(self.by6, reverse=True)

    def of_destination(self, ipv4):
        """The rules of the longest prefix: one, or several that give away single port sets."""
        for length in self.lens4:
            rules = self.by4[length].get(ipv4 >> 32 - length << 32 - length if length else 0)
            if rules:
                return rules
        return []

    def pool_of(self, ipv4):
        return next((rule for rule in self.of_destination(ipv4) if isinstance(rule, Pool)), None)

    def of_source(self, ipv6):
        for length in self.lens6:
            rules = self.by6[length].get(ipv6 >> 128 - length << 128 - length if length else 0)
            if rules:
                return rules[0]
        return None
