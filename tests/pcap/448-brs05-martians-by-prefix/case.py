# SPDX-License-Identifier: BSD-3-Clause
"""BRS-05 BRS-08 — martians may be prefixes, of any length, beside words and inside each other."""
from scenario import *

case = martians_case(["9.9.9.9/32", "9.8.0.0/15", "9.8.128.0/17", "private", "128.0.0.0/9"], "private",
                     prefixes=["9.9.9.9/32", "9.8.0.0/15", "128.0.0.0/9"])
