"""The log's files over HTTP, on this machine: the checkpoint, tiles and entries, and nothing else of the folder."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sayso.app.jobs.logs import reader
from sayso.facts.errors import Unfit
from sayso.proofs.tiles import CHECKPOINT, RESOURCE

SOON = "no-cache"
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
            changing = path == CHECKPOINT
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

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError:
        raise Unfit(f"port {port} is in use; name another with --port") from None
