#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a C array of a file: usage: embed.py INPUT OUTPUT"""
import sys
from pathlib import Path

content = Path(sys.argv[1]).read_bytes()
rows = (", ".join(map(str, content[i:i + 24])) for i in range(0, len(content), 24))
Path(sys.argv[2]).write_text("static const unsigned char status_page[] = {\n" + ",\n".join(rows) + "\n};\n", encoding="ascii")
