# SPDX-License-Identifier: BSD-3-Clause
"""MAPE-34 — RFC 7596 section 5.2, RFC 7597 section 8.1: the whole outer source, the inner address and the port must be
those of one binding, whatever the source check of the domain's rules leaves open."""
from scenario import *

case = Case("br-bound")
BR2 = "2001:db8:ffff::2"
SHARED, WHOLE = "198.18.7.1", "198.18.8.3"
ONE, OTHER, ALONE = "2001:db8:100::1", "2001:db8:200::cafe", "3fff:8:3::1"      # PSID 0x34, 0x35 of SHARED; WHOLE

def sent(source, src, port, br=BR2):
    return tunnel(source, br, udp(src, port, E, 53))


case.table("map", (
    (sent(OTHER, SHARED, 1232), "spoof_v6"),                                    # another CE's port set
    (sent("2001:db8:100::2", SHARED, 1232), "spoof_v6"),                        # nearly the CE
    (sent("3fff:dead::1", WHOLE, 1), "spoof_v6"),
    (sent(ONE, SHARED, 1232, br=BR), "spoof_v6"),                               # another domain's BR address
    (sent(ONE, SHARED, 1240), "spoof_v4"),                                      # nobody's port set
    (sent(ONE, "198.18.7.3", 1232), "spoof_v4"),                                # nobody's address
    (sent(ONE, SHARED, 208), "spoof_v4"),                                       # A = 0, PSID 0x34
    (sent(ONE, "198.18.8.4", 1232), "spoof_v4"),
    (sent(ONE, E2, 1232), "spoof_v6"),                                          # under neither rule nor pool
    (sent(ONE, V4, 1232), "spoof_v6"),                                          # a rule's address, but not from under one
    (sent(CE1, SHARED, 1232, br=BR), "spoof_v4"),                               # a rule's CE with a pool's address
    (tunnel(ONE, BR2, ip(SHARED, E, 47, bytes(8))), "proto_unsupported"),
    (tunnel(ONE, BR2, icmp(SHARED, E, 13)), "icmp_unsupported"),
))
case.send(map=sent(ONE, SHARED, 1232)).gives(internet=udp(SHARED, 1232, E, 53, ttl=63))
