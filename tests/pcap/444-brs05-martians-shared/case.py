# SPDX-License-Identifier: BSD-3-Clause
"""BRS-05 BRS-08 — RFC 6598, RFC 1812 section 5.3.7: with martians = [ "shared" ] those addresses, and no others of the setting, must not come
from the Internet nor go there."""
from scenario import *

case = martians_case(["shared"], "shared")
