"""Every screen of ours on a stage: sayso over a fake desk, a host product on an origin of its own, and a browser that looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import uvicorn
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, Page

from sayso.app.http import create_app, links
from sayso.app.pages import spoken
from sayso.darkpatterns import FOCUSED, MARKS, Deeds, Looked, Snapshot, collector, nodes, read

HOST_STYLE = """body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff } header { padding: .2rem .75rem; font-weight: 600 }
main { max-width: 46rem; margin: 0 auto } @media (prefers-color-scheme: dark) { body { color: #eee; background: #101214 } }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark } }"""


class Screen(Struct, frozen=True, kw_only=True):
    """One screen of ours: who sees it, where, and which of its questions is meant."""

    name: str
    account: str
    kind: Literal["ask", "state"] = "ask"
    element: str = ""
    placement: str = ""
    scope: str = ".question"
    anchor: str = ""
    to: str = "choice"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(spoken())

    @property
    def marks(self) -> Mapping[str, Any]:
        title = "[data-title], .question > :is(h1, h2, h3)"
        return {"goals": MARKS["goals"], "parts": {**MARKS["parts"], "scope": self.scope, "title": title}}


SCREENS = (
    Screen(name="signup", account="cy", element="sayso-ask", placement="signup"),
    Screen(name="notice", account="cy", element="sayso-ask", placement="notice"),
    Screen(name="settings", account="ana", element="sayso-settings", placement="settings"),
    Screen(name="settings after a no", account="bo", element="sayso-settings", placement="settings"),
    Screen(name="reminder", account="ana", element="sayso-settings", placement="reminder", kind="state"),
    Screen(name="private", account="bo", element="sayso-settings", placement="private", kind="state"),
    Screen(name="page: sign-up", account="cy", scope="form.question[data-notice=signup]", to="signup"),
    Screen(name="page: question", account="cy", scope="form.question[data-notice=training-choice]"),
    Screen(name="page: answer", account="ana", scope="form.question[data-notice=settings]"),
    Screen(name="page: stored chats", account="ana", scope="form.question[data-notice=imported]", anchor="#ask-imported"),
)
BY_NAME = {one.name: one for one in SCREENS}


class View(Struct, frozen=True, kw_only=True):
    """How a screen is looked at: the view in CSS pixels (200 % zoom halves it), the theme, whether things may move."""

    name: str
    width: int
    height: int
    theme: Literal["light", "dark", "forced"] = "light"
    still: bool = False


SIZES = {"360x640": (360, 640), "390x844": (390, 844), "1280x800": (1280, 800), "1280x800 at 200 %": (640, 400)}


def views() -> list[View]:
    """Every view: each size and zoom in each theme, and once more with reduced motion."""
    every = [
        View(name=f"{size}, {theme}", width=width, height=height, theme=theme)
        for size, (width, height) in SIZES.items()
        for theme in ("light", "dark", "forced")
    ]
    return [*every, View(name="390x844, reduced motion", width=390, height=844, still=True)]


def covering(turn: int) -> list[View]:
    """One view of each size with a theme that turns with *turn*, and the one without motion: over three turns, all of them."""
    themes = ("light", "dark", "forced")
    wanted = {f"{size}, {themes[(turn + at) % 3]}" for at, size in enumerate(SIZES)} | {"390x844, reduced motion"}
    return [view for view in views() if view.name in wanted]


class Relay:
    """Stands between the site and the desk of the present test."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage.desk, name)


class Stage:
    """The two servers; `desk` is put anew for each thing that is tried."""

    def __init__(self, fake: Any) -> None:
        self.fake = fake
        self.desk = fake.FakeDesk()
        self.host = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.host.daemon_threads = True
        self.shop = f"http://127.0.0.1:{self.host.server_address[1]}"
        self.server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        socket = self.server.config.bind_socket()
        self.base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self.server.config.app = create_app(
            Relay(self), secret=fake.SECRET, base_url=self.base, secure=False, operator="Example Chat", open_to=[self.shop]
        )  # type: ignore[arg-type]  # a relay passes every call on to a desk
        self.threads = [
            threading.Thread(target=self.server.run, kwargs={"sockets": [socket]}, daemon=True),
            threading.Thread(target=self.host.serve_forever, daemon=True),
        ]
        self.extra = ""
        """Put into the host's page beside the element."""
        self.spoken: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, str]] = {}
        """What the host serves besides: path to text and media type."""

    def start(self) -> Stage:
        for thread in self.threads:
            thread.start()
        for _ in range(2400):
            if self.server.started:
                return self
            threading.Event().wait(0.025)
        raise AssertionError("the site did not start")

    def stop(self) -> None:
        self.server.should_exit = True
        self.host.shutdown()
        self.host.server_close()
        self.threads[0].join(10)

    def anew(self) -> Any:
        self.desk = self.fake.FakeDesk()
        self.extra = ""
        return self.desk

    def link(self, account: str, *, minutes: int = 15, to: str = "choice") -> str:
        return links.mint(self.fake.SECRET, account, "person", at=self.desk.at, base_url=self.base, minutes=minutes, to=to)

    def page_of_host(self, element: str, placement: str, account: str, language: str) -> str:
        return (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>Example Chat</title><link rel="stylesheet" href="/host.css"><script type="module" src="{self.base}/elements/{element}.js"></script></head>'
            f'<body><header>Example Chat</header><main><{element} placement="{placement}" lang="{language}" link="{escape(self.link(account))}"></{element}>'
            f"</main>{self.extra}</body></html>"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stage = self

        class Host(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                fields = {name: found[0] for name, found in parse_qs(asked.query).items()}
                kind = "text/css" if asked.path == "/host.css" else "text/html; charset=utf-8"
                body = HOST_STYLE if asked.path == "/host.css" else "" if asked.path != "/" else stage.page_of_host(**fields)
                body, kind = stage.files.get(asked.path, (body, kind))
                self.send_response(200 if body else 404)
                self.send_header("content-type", kind)
                self.send_header("cache-control", "no-store")
                self.send_header(
                    "content-security-policy",
                    f"default-src 'none'; script-src 'self' {stage.base}; connect-src {stage.base}; style-src 'self'; base-uri 'none'; form-action 'none'",
                )
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        return Host

    def address(self, screen: Screen, language: str) -> str:
        return f"{self.shop}/?element={screen.element}&placement={screen.placement}&account={screen.account}&language={language}"

    def open(self, page: Page, screen: Screen, language: str) -> Page:
        """Bring *page* to *screen* as its person, in *language*."""
        if screen.element:
            page.goto(self.address(screen, language))
            page.wait_for_function(
                "e => { const f = document.querySelector(e); return f.shadowRoot && f.shadowRoot.querySelector('[data-title], [data-state]'); }",
                arg=screen.element,
            )
        else:
            page.context.clear_cookies()
            page.goto(self.link(screen.account, to=screen.to) + f"&lang={language}")
            page.locator("main button").click()
            page.wait_for_url(f"**/me/{screen.to}")
            if screen.anchor:
                page.goto(f"{self.base}/me/choice{screen.anchor}")
        return page


@contextmanager
def looking(browser: Browser, **more: Any) -> Iterator[BrowserContext]:
    """A context of its own; mutants are planted past the fence of the page."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800}, **more)
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


def look(page: Page, screen: Screen, some: list[View]) -> list[Snapshot]:
    """Return what *screen* looks like in each of the views, with the walk of the tab key and the tree of screen readers."""
    seen = []
    for view in some:
        page.set_viewport_size({"width": view.width, "height": view.height})
        page.emulate_media(
            color_scheme="dark" if view.theme == "dark" else "light",
            forced_colors="active" if view.theme == "forced" else "none",
            reduced_motion="reduce" if view.still else "no-preference",
        )
        if screen.anchor:
            page.evaluate("() => document.querySelector(location.hash).scrollIntoView()")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seen.append(page.evaluate(collector(), screen.marks))
    # The walk begins where the page put the focus; each stop is noted by the page itself, so that nothing is asked between.
    page.evaluate(
        f"() => {{ window.stops = []; addEventListener('keyup', e => e.key === 'Tab' && window.stops.push(({FOCUSED})()), true); }}"
    )
    for _ in range(len(seen[0]["controls"]) + (2 if screen.element else 16)):
        page.keyboard.press("Tab")
    walk = page.evaluate("() => window.stops")
    spoken = page.context.new_cdp_session(page)
    tree = nodes(spoken.send("Accessibility.getFullAXTree"))
    spoken.detach()
    return [read(one, walk=tuple(walk), tree=tree) for one in seen]


def looked(screen: Screen, seen: Snapshot, done: Deeds | None = None, peers: tuple[Snapshot, ...] = ()) -> Looked:
    return Looked(kind=screen.kind, seen=seen, done=done, peers=peers)
