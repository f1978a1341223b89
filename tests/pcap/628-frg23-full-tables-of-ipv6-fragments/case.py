# SPDX-License-Identifier: BSD-3-Clause
"""FRG-23 FRG-03 BRS-06 BRS-11 TRAP-11 — RFC 4963: the table of IPv6 fragments is bounded, in all and for each
customer's /56; who is under no rule has no room in it; whole packets never suffer, nor do fragments that are
known."""
from scenario import *

case = Case("br", edit=top("fragments = { datagrams = 64; };"))


def ce(psid, ipv4=V4):
    return F1.map_address(ipv4, 1024 + 4 * psid)


def halves(source, id, port=1232, ipv4=V4):
    return cut6(tunnel(source, BR, udp(ipv4, port, E, 53, bytes(100), ipid=id)), 64, id=id)


def good(psid):
    packet = udp(V4, 1024 + 4 * psid, E, 53)
    case.send(map=tunnel(ce(psid), BR, packet)).gives(internet=spent(packet))


# A CE floods, in several interface identifiers; the others do not notice.
for id in range(8):
    case.send(map=halves(CE1 if id % 2 else "2001:db8:12:3400::1", id)[0]).keeps()
case.send(map=[halves(CE1, id)[0] for id in range(8, 24)]).drops("frag6_table_full")
case.send(map=halves("2001:db8:12:34ff::1", 99)[1]).drops("frag6_table_full")
good(0x34)
first, last = halves(CE2, 1, 1236)
case.send(map=first).keeps()
case.send(map=last).reassembles().gives(internet=udp(V4, 1236, E, 53, bytes(100), ipid=1, ttl=63))
case.send(map=halves(CE1, 1)[1]).reassembles().gives(internet=udp(V4, 1232, E, 53, bytes(100), ipid=1, ttl=63))

# Nobody's fragments: refused before they take room.
for source in "3fff::1", "2001:db9::1", BR, "fe80::1":
    case.send(map=halves(source, 7)).drops("spoof_v6")

# All of it full, from many.
for psid in range(64, 64 + 57):
    case.send(map=halves(ce(psid), 1, 1024 + 4 * psid)[0]).keeps()
case.send(map=halves(ce(200), 1)[0]).drops("frag6_table_full")
good(200)
case.send(internet=udp(E, 53, V4, 1232)).gives(map=tunnel(BR, CE1, udp(E, 53, V4, 1232, ttl=63)))

# What is whole is judged as a whole: a forger's pieces are no better than his packets.
case.send(map=halves(ce(64), 1, 1024 + 4 * 64)[1]).reassembles().gives(
    internet=udp(V4, 1024 + 4 * 64, E, 53, bytes(100), ipid=1, ttl=63))
case.send(map=halves(ce(65), 2, 1232)).keeps(1).reassembles().drops("spoof_v4", 1)
case.send(map=halves(ce(66), 2, 1024 + 4 * 66, "192.0.2.19")).keeps(1).reassembles().drops("spoof_v4", 1)
