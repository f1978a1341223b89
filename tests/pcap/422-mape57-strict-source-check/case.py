# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-57 OPS-02 — RFC 7597 section 8.1: in strict mode (the default) the whole outer source must be the CE's MAP
address."""
from scenario import *

case = Case("br", edit={' source_check = "strict";': ""})
inner = udp(V4, 1232, E, 53)

case.send(map=tunnel(CE1, BR, inner)).gives(internet=udp(V4, 1232, E, 53, ttl=63))
for source in ("2001:db8:12:3400::1", "2001:db8:12:3400::", "2001:db8:12:3401:0:c000:212:34",
               "2001:db8:12:3400:0:c000:212:35", "2001:db8:12:3400:0:c000:213:34", "2001:db8:12:3400:c0:2:1200:3400"):
    case.send(map=tunnel(source, BR, inner)).drops("spoof_v6")
    case.send(map=tunnel(source, BR, udp(V4, 1236, E, 53))).drops("spoof_v4")
# The identifier of CE1 under the prefix of CE2: the prefix counts.
case.send(map=tunnel("2001:db8:12:3500:0:c000:212:34", BR, inner)).drops("spoof_v4")
