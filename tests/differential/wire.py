# SPDX-License-Identifier: BSD-3-Clause
"""Bytes on the wire: headers and checksums as the RFCs draw them, capture files, and one line of text for any frame."""
import ipaddress
import struct

ETHERTYPE_IPV4, ETHERTYPE_ARP, ETHERTYPE_VLAN, ETHERTYPE_IPV6 = 0x0800, 0x0806, 0x8100, 0x86DD
HOP_BY_HOP, ICMP, IPIP, TCP, UDP, IPV6, ROUTING, FRAGMENT, GRE = 0, 1, 4, 6, 17, 41, 43, 44, 47
ESP, AH, ICMPV6, NO_NEXT, DEST_OPTIONS, SCTP = 50, 51, 58, 59, 60, 132

ECHO_REPLY, UNREACHABLE, REDIRECT, ECHO_REQUEST, TIME_EXCEEDED, PARAMETER_PROBLEM = 0, 3, 5, 8, 11, 12
FRAGMENTATION_NEEDED, HOST_UNREACHABLE = 4, 1


# ------------------------------------------------------------------------------------------------------- addresses


def ip4(text):
    return int(ipaddress.IPv4Address(text))


def ip6(text):
    return int(ipaddress.IPv6Address(text))


def text4(address):
    return str(ipaddress.IPv4Address(address))


def text6(address):
    return str(ipaddress.IPv6Address(address))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


# ------------------------------------------------------------------------------------------------------- checksums


def checksum(data):
    """RFC 1071. Ones' complement addition of 16-bit words is addition modulo 65535."""
    if len(data) & 1:
        data += b"\0"
    number = int.from_bytes(data, "big")
    rest = number % 65535
    return 0xFFFF - (rest or (0xFFFF if number else 0))


def checksum_replace(old_sum, old_word, new_word):
    """RFC 1624, equation 3."""
    total = (~old_sum & 0xFFFF) + (~old_word & 0xFFFF) + new_word
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo4(src, dst, protocol, length):
    return struct.pack(">IIBBH", src, dst, 0, protocol, length)


def pseudo6(src, dst, protocol, length):
    return src.to_bytes(16, "big") + dst.to_bytes(16, "big") + struct.pack(">II", length, protocol)


# --------------------------------------------------------------------------------------------------------- headers


def ether(dst, src, ethertype, payload):
    return dst + src + struct.pack(">H", ethertype) + payload


def ipv4(src, dst, protocol, payload, ttl=64, tos=0, ident=0, df=False, mf=False, offset=0, options=b"", **fields):
    """RFC 791. `offset` in units of 8 bytes. In `fields`, version, ihl, length and sum override what would be right."""
    options += bytes(-len(options) % 4)
    ihl = fields.get("ihl", 5 + len(options) // 4)
    length = fields.get("length", 20 + len(options) + len(payload))
    header = struct.pack(">BBHHHBBHII", fields.get("version", 4) << 4 | ihl, tos, length, ident,
                         df << 14 | mf << 13 | offset, ttl, protocol, 0, src, dst) + options
    right = checksum(header[:max(ihl, 5) * 4])
    return header[:10] + struct.pack(">H", fields.get("sum", right) & 0xFFFF) + header[12:] + payload


def udp(src, dst, sport, dport, payload=b"", length=None, sum=None):
    """RFC 768. `sum` overrides the checksum."""
    length = 8 + len(payload) if length is None else length
    header = struct.pack(">HHHH", sport, dport, length, 0)
    if sum is None:
        sum = checksum(pseudo4(src, dst, UDP, 8 + len(payload)) + header + payload) or 0xFFFF
    return header[:6] + struct.pack(">H", sum) + payload


def tcp(src, dst, sport, dport, payload=b"", flags=0x10, options=b"", offset=None, seq=1, ack=1, window=1000):
    """RFC 9293."""
    options += bytes(-len(options) % 4)
    offset = 5 + len(options) // 4 if offset is None else offset
    header = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, offset << 4, flags, window, 0, 0) + options
    sum = checksum(pseudo4(src, dst, TCP, len(header) + len(payload)) + header + payload)
    return header[:16] + struct.pack(">H", sum) + header[18:] + payload


def icmp(kind, code, rest, payload=b"", sum=None):
    """RFC 792. `rest` are the four bytes behind the checksum: identifier and sequence number, or unused and MTU."""
    message = struct.pack(">BBHI", kind, code, 0, rest) + payload
    sum = checksum(message) if sum is None else sum
    return message[:2] + struct.pack(">H", sum) + message[4:]


def ipv6(src, dst, next_header, payload, hop_limit=64, traffic_class=0, flow_label=0, version=6, length=None):
    """RFC 8200."""
    length = len(payload) if length is None else length
    return struct.pack(">IHBB", version << 28 | traffic_class << 20 | flow_label, length, next_header, hop_limit) \
        + src.to_bytes(16, "big") + dst.to_bytes(16, "big") + payload


def icmpv6(src, dst, kind, code, rest, payload=b"", sum=None):
    """RFC 4443."""
    message = struct.pack(">BBHI", kind, code, 0, rest) + payload
    sum = checksum(pseudo6(src, dst, ICMPV6, len(message)) + message) if sum is None else sum
    return message[:2] + struct.pack(">H", sum) + message[4:]


def options6(next_header, *options):
    """RFC 8200 section 4.2: a Hop-by-Hop or Destination Options header, padded with PadN to a multiple of 8."""
    body = b"".join(bytes([kind, len(data)]) + data for kind, data in options)
    room = -(2 + len(body)) % 8
    if room == 1:
        body += b"\0"
    elif room:
        body += bytes([1, room - 2]) + bytes(room - 2)
    return bytes([next_header, (2 + len(body)) // 8 - 1]) + body


def routing6(next_header, kind, segments_left, units=2):
    return bytes([next_header, units, kind, segments_left]) + bytes(4 + units * 8)


def fragment6(next_header, offset, more, ident, reserved=0):
    """RFC 8200 section 4.5. `offset` in units of 8 bytes."""
    return struct.pack(">BBHI", next_header, reserved, offset << 3 | more, ident)


# --------------------------------------------------------------------------------------------------- capture files


def write_pcap(path, frames):
    """frames: (time in microseconds, bytes)."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    append_pcap(path, frames)


def append_pcap(path, frames):
    with open(path, "ab") as file:
        for time, frame in frames:
            file.write(struct.pack("<IIII", time // 1000000, time % 1000000, len(frame), len(frame)) + frame)


def read_pcap(path, position=24):
    """What stands in a file from some place on, the beginning of a record."""
    with open(path, "rb") as file:
        magic = struct.unpack("<I", file.read(4))[0]
        file.seek(position)
        data = file.read()
    per_microsecond = {0xA1B2C3D4: 1, 0xA1B23C4D: 1000}[magic]
    position, frames = 0, []
    while position < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, position)
        time = seconds * 1000000 + fraction // per_microsecond
        frames.append((time, data[position + 16:position + 16 + captured]))
        position += 16 + captured
    return frames


# ----------------------------------------------------------------------------------------------- a frame as a line


def decode(frame):
    """What a frame is, in one line; never fails, whatever the bytes."""
    try:
        return _decode(frame)
    except (struct.error, IndexError):
        return f"cut short, {len(frame)} bytes: {frame.hex()}"


def _decode(frame):
    ethertype, = struct.unpack_from(">H", frame, 12)
    text = f"{len(frame)} bytes to {frame[:6].hex(':')} "
    if ethertype == ETHERTYPE_IPV4:
        return text + decode4(frame[14:])
    if ethertype == ETHERTYPE_IPV6:
        return text + decode6(frame[14:])
    return text + f"ethertype {ethertype:#06x}"


def decode4(data):
    first, tos, length, ident, flags, ttl, protocol, sum, src, dst = struct.unpack_from(">BBHHHBBHII", data)
    ihl = (first & 15) * 4
    text = f"IPv4({text4(src)} > {text4(dst)} proto {protocol} len {length} ttl {ttl}"
    text += f" tos {tos:#x}" if tos else ""
    text += f" version {first >> 4}" if first >> 4 != 4 else ""
    text += f" options {data[20:ihl].hex()}" if ihl > 20 else f" ihl {ihl}" if ihl < 20 else ""
    text += " bad-sum" if checksum(data[:max(ihl, 20)]) else ""
    text += " DF" if flags & 0x4000 else ""
    offset, more = (flags & 0x1FFF) * 8, flags & 0x2000
    if offset or more:
        text += f" fragment id {ident:#x} {offset}..{offset + length - ihl}{'+' if more else ''}"
    body = data[ihl:length]
    if offset or len(body) < 8:
        return text + ")"
    if protocol in (TCP, UDP):
        text += " %d > %d" % struct.unpack_from(">HH", body)
    if protocol == TCP and len(body) >= 20:
        text += " seq %d ack %d" % struct.unpack_from(">II", body, 4)
        text += f" flags {body[13]:#x} doff {body[12] >> 4} window {struct.unpack_from('>H', body, 14)[0]}"
    if protocol == UDP:
        text += " udp-len %d" % struct.unpack_from(">H", body, 4)
    if protocol == ICMP:
        text += f" icmp {body[0]}/{body[1]} rest {body[4:8].hex()}"
        if body[0] in (UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM) and len(body) >= 28:
            text += " quotes " + decode4(body[8:])
    return text + ")"


def decode6(data):
    first, length, following, hop_limit = struct.unpack_from(">IHBB", data)
    src, dst = int.from_bytes(data[8:24], "big"), int.from_bytes(data[24:40], "big")
    text = f"IPv6({text6(src)} > {text6(dst)} len {length}"
    text += f" tc {first >> 20 & 255:#x}" if first >> 20 & 255 else ""
    text += f" version {first >> 28}" if first >> 28 != 6 else ""
    position = 40
    for _ in range(12):
        if following == FRAGMENT:
            field, ident = struct.unpack_from(">HI", data, position + 2)
            text += f" fragment id {ident:#x} {field & 0xFFF8}..{(field & 0xFFF8) + 32 + length - position}{'+' if field & 1 else ''}"
            following, position = data[position], position + 8
            if field & 0xFFF8:
                return text + f" next {following})"
        elif following in (HOP_BY_HOP, ROUTING, DEST_OPTIONS):
            text += f" ext {following}({data[position:position + 8].hex()})"
            following, position = data[position], position + 8 + data[position + 1] * 8
        else:
            break
    text += f" next {following}"
    if following == IPIP:
        return text + " " + decode4(data[position:]) + ")"
    if following == ICMPV6:
        kind, code, _, rest = struct.unpack_from(">BBHI", data, position)
        text += f" icmp6 {kind}/{code} rest {rest}"
        if kind < 128 and len(data) >= position + 48:
            text += " quotes " + decode6(data[position + 8:])
    return text + ")"
