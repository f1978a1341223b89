# SPDX-License-Identifier: BSD-3-Clause
"""The status page in a headless Chromium, where there is one: usage: test_page.py MAPEDGE MAPEDGECTL ROOT [PICTURES]

With PICTURES it leaves there what it has seen.
"""
import json
import re
import signal
import socket
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(sys.argv[3]).resolve()
PICTURES = Path(sys.argv[4]) if len(sys.argv) > 4 else None
sys.path.append(str(ROOT / "tests" / "netns"))
from started import configuration, running  # noqa: E402
from tap import add, main  # noqa: E402
import browser  # noqa: E402

if browser.PROGRAM is None:
    print("1..0 # SKIP no chromium")
    sys.exit(0)

DOMAINS = "domains = ( %s );" % ",".join(
    '{ name = "isp-%d"; br = "2001:db8:ffff::%x"; rules = ( { ipv6 = "2001:db8:%x00::/40"; ipv4 = "192.%d.2.0/24"; ea = 16; offset = 4; } ); }'
    % (i, i, i, i) for i in range(1, 65))
DENSE = [("ea = 16; offset = 4", "ea = 14; offset = 10")]
WHOLE = [("ea = 16; offset = 4", "ea = 8"), ("2001:db8:12:3400::/56", "2001:db8:12::/48")]
FLOODED = [("net_null0,no-rx=1", "net_null0,no-rx=0")]


@contextmanager
def page(role, changes=(), more="", **how):
    """The page of a running mapedge, drawn; its scripts must not complain."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    config = configuration(role, control=f'http = "127.0.0.1:{port}";') + more
    for old, new in changes:
        config = config.replace(old, new)
    with running(config) as process, browser.Browser() as view:
        view.open(f"http://127.0.0.1:{port}/", **how)
        view.wait_for("document.querySelectorAll('#workers td').length > 0")
        yield view, process
        assert not view.complaints, view.complaints


def text(view, selector):
    return view.run(f"document.querySelector({json.dumps(selector)}).innerText")


def look(view, name):
    """Nothing sticks out on the right; and a picture, if wanted."""
    wide, there = view.run("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= there, f"{name}: the page is {wide} wide, the window {there}"
    if PICTURES is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        view.screenshot(PICTURES / f"{name}.png")


def ce():
    with page("ce") as (view, _):
        assert text(view, "h1") == "192.0.2.18" and text(view, "#state") == "Ready"
        assert "240 ports" in text(view, "#why") and "2001:db8:ffff::1" in text(view, "#facts")
        ranges = view.run("[...document.querySelectorAll('#ranges li')].map((one) => one.title)")
        assert len(ranges) == 15 and ranges[0] == "4928–4943: 0/16", ranges
        assert text(view, "#gauges").split("\n")[0] == "0 of 240 TCP"
        assert view.run("document.querySelectorAll('#plots svg[aria-label]').length") == 4
        view.run("document.querySelector('#protocols input[value=udp]').click()")
        assert view.run("document.querySelector('#protocols :checked').value") == "udp"
        look(view, "ce")


def languages():
    """The browser's language, the button, and what was chosen is kept."""
    with page("ce", language="ja-JP") as (view, _):
        view.run("navigator.language")
        for wanted, title in ("ja", "ポート"), ("en", "Ports"), ("ja", "ポート"):
            if view.run("document.documentElement.lang") != wanted:
                view.run("document.querySelector('#language').click()")
            assert text(view, "#ports h2") == title and view.run("document.documentElement.lang") == wanted
            assert not re.search(r"\{\d\}|undefined|NaN", text(view, "body"))
        view.call("Page.reload")
        view.wait_for("document.querySelectorAll('#workers td').length > 0")
        assert text(view, "#ports h2") == "ポート"
        look(view, "ce-ja")


def narrow():
    for width in 320, 420, 700:
        with page("ce", width=width, scheme="dark") as (view, _):
            look(view, f"ce-{width}")


def many_ranges():
    """1023 ranges become a map of squares."""
    with page("ce", DENSE) as (view, _):
        assert view.run("document.querySelectorAll('#ranges.dense li').length") == 1023
        look(view, "ce-dense")


def whole_address():
    with page("ce", WHOLE) as (view, _):
        assert "alone" in text(view, "#why") and view.run("document.querySelectorAll('#ranges li').length") == 1
        look(view, "ce-whole")


def drops():
    """Frames that are none: counted, named, and in words of both languages."""
    with page("ce", FLOODED) as (view, _):
        view.wait_for("document.querySelectorAll('#drops tbody tr').length > 0")
        reason = text(view, "#drops code")
        english = text(view, "#drops tbody td:nth-child(4)")
        view.run("document.querySelector('#language').click()")
        assert text(view, "#drops tbody td:nth-child(4)") != english and text(view, "#drops code") == reason
        look(view, "ce-drops")


def br():
    with page("br", more=DOMAINS) as (view, _):
        assert text(view, "#state") == "In service" and text(view, "h1") == "64 domains"
        assert view.run("document.querySelectorAll('#softwires tbody tr').length") == 64
        assert view.run("document.querySelector('#ports').hidden")
        look(view, "br")


def stale():
    """Who does not answer any more is not shown as if he did."""
    with page("ce") as (view, process):
        assert text(view, "#age") == "now"
        process.send_signal(signal.SIGSTOP)
        view.run("answered = Date.now() - 25000")
        view.wait_for("document.querySelector('#age').classList.contains('bad')")
        assert "no answer for" in text(view, "#age")
        process.send_signal(signal.SIGCONT)
        view.wait_for("document.querySelector('#age').textContent === 'now'")


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast():
    """WCAG 2.1 section 1.4.3: text has a contrast of 4.5 at least, light and dark."""
    style = (ROOT / "app" / "mapedge" / "page" / "status.html").read_text(encoding="utf-8")
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert len(schemes) == 2
    for scheme in schemes:
        for name in "ink", "soft", "out", "in", "good", "warn", "bad":
            dark, light = sorted((luminance(scheme[name]), luminance(scheme["paper"])))
            ratio = (light + 0.05) / (dark + 0.05)
            assert ratio >= 4.5, f"{name} {scheme[name]} on {scheme['paper']}: {ratio:.2f}"


for check in ce, languages, narrow, many_ranges, whole_address, drops, br, stale, contrast:
    add(check.__name__.replace("_", " "), check)
main()
