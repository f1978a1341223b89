# SPDX-License-Identifier: BSD-3-Clause
"""FRG-07 FRG-08 NAT-15 TRAP-40 C8 — the same over four workers."""
from workers import check, workers_case

case = workers_case(4)
