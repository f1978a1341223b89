#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A time server (RFC 5905) whose clock is off by so many seconds, over IPv6 only. usage: ntp_server.py ADDRESS SECONDS LOG

LOG has a line for each question: who has asked.
"""
import socket
import sys
import time

EPOCH = 2208988800                                       # 1970, from 1900
LEAP0_V4_SERVER, STRATUM, PRECISION = 0x24, 1, 0xec


def timestamp(moment):
    return (int(moment + EPOCH) & 0xffffffff).to_bytes(4, "big") + int(moment % 1 * 2 ** 32).to_bytes(4, "big")


def main(address, seconds, log):
    server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((address, 123))
    with open(log, "w", encoding="ascii", buffering=1) as asked:
        while True:
            question, client = server.recvfrom(200)
            now = time.time() + float(seconds)
            asked.write(f"{client[0]}\n")
            head = bytes([LEAP0_V4_SERVER, STRATUM, question[2], PRECISION]) + bytes(8) + b"TEST"
            answer = head + timestamp(now - 1) + question[40:48] + timestamp(now) + timestamp(time.time() + float(seconds))
            server.sendto(answer, client)


if __name__ == "__main__":
    main(*sys.argv[1:])
