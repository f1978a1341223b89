# SPDX-License-Identifier: BSD-3-Clause
"""Case: a service with a fixed address wants to hear, from our end of the softwire, where it is (v6 plus, transix, Xpass)."""
import sys

from daemon import wait_until
from lab import BR6, V4
from provision import PATIENCE, SHORT
from provision_http import RESOLVER, SERVER, HttpLab

NAME, OTHER_PREFIX = "update.example.jp", "2001:db8:56:7800::/56"
SERVICE = f"""
import http.server, socket, sys

class Server(http.server.HTTPServer):
    address_family = socket.AF_INET6

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.client_address[0], self.path, file=open(sys.argv[1], "a"), flush=True)
        good = "pass=se%26cret" in self.path
        self.send_response(200 if good else 403)
        self.end_headers()
        self.wfile.write(b"OK" if good else b"NG")

    def log_message(self, *words):
        pass

Server(("{SERVER}", 80), Handler).serve_forever()
"""


def registered_again_and_again(build):
    """From our end, at the start (the third try) and with another prefix; a refusal is told, and the password nowhere."""
    group = (f'  static = {{ kind = "ipip"; local = "::a"; br = "{BR6}"; ipv4 = "{V4}/32"; }}; resolvers = [ "{RESOLVER}" ];\n'
             f'  registration = {{ url = "http://{NAME}/update?user={{user}}&pass={{pass}}"; user = "line 1"; pass_file = "pass"; }};\n'
             "  hb46pp = {")
    with HttpLab(build, order='"static"', changes=[("  hb46pp = {", group)]) as lab:
        secret, seen, program = (lab.directory / name for name in ("pass", "seen", "service.py"))
        secret.write_text("se&cret\n", encoding="ascii")
        secret.chmod(0o600)
        program.write_text(SERVICE, encoding="ascii")
        requests = lambda: seen.read_text(encoding="ascii").splitlines() if seen.exists() else []

        def registration(state, text):
            status = lab.status()["registration"]
            return status if status["state"] == state and text in status["reason"] else None

        lab.resolve(f"host-record={NAME},{SERVER}")
        lab.serve(times=SHORT)
        lab.switch_on()
        assert lab.wait_softwire(configured=True, kind="ipip")["softwire"]["local"] == "2001:db8:12:3400::a"
        wait_until("a first try", lambda: registration("waiting", "try 1 of 3"), PATIENCE)
        server = lab.start("core", [sys.executable, program, seen])
        status = wait_until("the registration", lambda: registration("registered", "200: OK"), PATIENCE)
        assert status["tries"] in (2, 3) and status["next_action_s"] is None, status
        assert requests() == ["2001:db8:12:3400::a /update?user=line%201&pass=se%26cret"], requests()

        lab.serve(prefix=OTHER_PREFIX)
        wait_until("the other end", lambda: len(requests()) == 2, PATIENCE)
        assert requests()[1].split()[0] == "2001:db8:56:7800::a", requests()
        wait_until("its registration", lambda: registration("registered", "200: OK"), PATIENCE)
        assert lab.ce.ask("provision-refresh")["result"] == 0
        wait_until("one more", lambda: len(requests()) == 3, PATIENCE)
        server.kill()
        server.wait()
        assert "se&cret" not in lab.ce.log() and "se%26cret" not in lab.ce.log()
        assert "cret" not in str(lab.status())

        lab.ce.stop()
        secret.write_text("wrong\n", encoding="ascii")
        lab.start("core", [sys.executable, program, seen])
        lab.switch_on()
        wait_until("the refusal", lambda: registration("refused", "403: NG"), PATIENCE)
        lab.assert_balanced()


CASES = [("a fixed address is registered from our end", registered_again_and_again)]
