# SPDX-License-Identifier: BSD-3-Clause
"""FRG-07 FRG-08 NAT-15 TRAP-40 C8 — 1000 flows over two workers: every answer, whole or in fragments, reaches its own host, and
nobody else, and so does what one host sends to the others by the external address."""
from workers import check, workers_case

case = workers_case(2)
