"""The log's files over HTTP, on this machine, and nothing else of their folder; and a witness that answers over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sayso.app.jobs.logs import reader
from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import Witnessing
from sayso.proofs.tiles import CHECKPOINT, MINIMUM, RESOURCE
from sayso.proofs.witness import CONFLICT

SOON = "no-cache"
MOST = 100_000
"""Bytes of a request to a witness: 63 hashes and a checkpoint with many signatures."""
LONG = "public, max-age=31536000, immutable"


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of the log in *folder*, bound to this machine only; `serve_forever` runs it. Port 0 takes a free one."""
    read = reader(folder)

    class Handler(BaseHTTPRequestHandler):
        """Answers GET and HEAD; everything else is refused by the base class."""

        server_version = "sayso"
        sys_version = ""
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0].removeprefix("/")
            try:
                raw = read(path) if RESOURCE.fullmatch(path) else None
            except (OSError, Unfit):
                raw = None
            changing = path in (CHECKPOINT, MINIMUM)
            self.send_response(HTTPStatus.NOT_FOUND if raw is None else HTTPStatus.OK)
            self.send_header("Content-Type", "text/plain; charset=utf-8" if changing or raw is None else "application/octet-stream")
            self.send_header("Cache-Control", SOON if changing or raw is None else LONG)
            self.send_header("X-Content-Type-Options", "nosniff")
            answer = b"no such file of the log\n" if raw is None else raw
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if body:
                self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name the base class gives it
            """Write nothing: who reads the log is nobody's business."""

    return _bound(port, Handler)


def witness_server(answer: Callable[[str], Witnessing], port: int) -> ThreadingHTTPServer:
    """Return a server, bound to this machine only, that answers `POST /add-checkpoint` as C2SP tlog-witness says."""

    class Handler(BaseHTTPRequestHandler):
        """Answers POST at one path; everything else is refused."""

        server_version = "sayso"
        sys_version = ""
        timeout = 30

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._say(HTTPStatus.NOT_FOUND, "no such service\n")
            elif not (length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= MOST):
                self._say(HTTPStatus.BAD_REQUEST, f"a request has a length of at most {MOST} bytes\n")
            else:
                self._answer(self.rfile.read(int(length)))

        def _answer(self, raw: bytes) -> None:
            try:
                made = answer(raw.decode("utf-8"))
            except UnicodeDecodeError:
                self._say(HTTPStatus.BAD_REQUEST, "the request is no UTF-8 text\n")
            except (SaysoError, OSError):
                self._say(HTTPStatus.INTERNAL_SERVER_ERROR, "the witness cannot remember, so it does not cosign\n")
            else:
                kind = "text/x.tlog.size" if made.status == CONFLICT else "text/plain; charset=utf-8"
                self._say(made.status, made.body or f"{made.why}\n", kind)

        def _say(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name the base class gives it
            """Write nothing: what was refused lies beside the witness's memory."""

    return _bound(port, Handler)


def _bound(port: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        raise Unfit(f"port {port} is in use; name another with --port") from None
