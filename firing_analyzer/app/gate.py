"""One gate around the whole page: who may come in, how much they may bring, and what browsers are told.

Whatever the page serves, by HTTP or by websocket, goes through here. The address that is printed holds a
secret; the first visit turns it into a cookie, and from then on the cookie is asked for. A page of another
site can neither read nor send anything: its Host or Origin is not ours, and it has no cookie.
"""

import hmac
import secrets
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: More than any recording that is dropped on the page: an hour of two channels at 2 kHz as text is 200 MB.
MOST_UPLOAD_BYTES: Final = 256 * 1024 * 1024
#: All other requests are short.
MOST_BODY_BYTES: Final = 1024 * 1024
#: Name of the secret in the printed address.
KEY: Final = "key"
#: Where recordings are sent to.
UPLOAD_PATH: Final = "/drop"

#: The parts of the page make styles and scripts as they go; nothing comes from anywhere else.
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_TOLD: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class RefusedError(Exception):
    """A request that may not come in."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Gate:
    """The gate, an ASGI application around another.

    Parameters
    ----------
    app : ASGIApp
    port : int
        Where the page is served; the only one that a Host or an Origin may name.
    secret : str, optional
        Drawn anew by default.

    Attributes
    ----------
    secret : str
    """

    def __init__(self, app: ASGIApp, *, port: int, secret: str | None = None) -> None:
        self.app = app
        self.secret = secret or secrets.token_urlsafe(32)
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        # cookies do not know ports: two pages on one machine must not take each other's
        self._cookie = f"firing_analyzer_{port}"

    @property
    def address(self) -> str:
        """The address to open, with the secret."""
        host = next(host for host in self._hosts if host[0] == "1")
        return f"http://{host}/?{KEY}={self.secret}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = _Headers(scope)
        try:
            self._check_place(headers)
            if self._has_key(scope) and scope["type"] == "http":
                await self._welcome(send)
                return
            self._check_cookie(headers)
            body = _Body(receive, headers, most=_most_bytes(scope))
        except RefusedError as refused:
            await _refuse(scope, receive, send, refused)
            return
        await self._serve(scope, body, send)

    async def _serve(self, scope: Scope, body: "_Body", send: Send) -> None:
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            if body.refused is not None:
                return  # what the page says of a body that was cut off is said below, in plain words
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message, scope["path"])
            await send(message)

        try:
            await self.app(scope, body.receive, told)
        except Exception:
            if body.refused is None:
                raise
        if body.refused is not None and not begun:
            await _refuse(scope, body.receive, send, body.refused)

    def _check_place(self, headers: "_Headers") -> None:
        if headers.one(b"host") not in self._hosts:
            raise RefusedError(421, "this page is only served to this computer, under its own address")
        origin = headers.one(b"origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            raise RefusedError(403, "another site may not ask this page for anything")
        if headers.one(b"sec-fetch-site") == "cross-site" and headers.one(b"sec-fetch-mode") != "navigate":
            raise RefusedError(403, "another site may not ask this page for anything")

    def _has_key(self, scope: Scope) -> bool:
        if scope.get("method") != "GET":
            return False
        given = parse_qs(scope["query_string"].decode("latin-1")).get(KEY, [""])[0]
        return self._is_secret(given)

    def _check_cookie(self, headers: "_Headers") -> None:
        try:
            cookies = SimpleCookie(headers.one(b"cookie") or "")
        except CookieError:
            cookies = SimpleCookie()
        if self._cookie not in cookies or not self._is_secret(cookies[self._cookie].value):
            raise RefusedError(403, "open the address that firing-analyzer printed when it started")

    def _is_secret(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.secret.encode())

    async def _welcome(self, send: Send) -> None:
        """Turn the secret into a cookie and lead on to an address without it."""
        cookie = f"{self._cookie}={self.secret}; Path=/; HttpOnly; SameSite=Strict"
        page = (
            '<!doctype html><meta charset="utf-8"><title>firing-analyzer</title><a href="/">Open the page</a>'
        )
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"set-cookie", cookie.encode()),
            (b"location", b"/"),
            *_TOLD,
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": page.encode()})


class _Headers:
    """Headers of a request; one that stands twice where it must stand once is none."""

    def __init__(self, scope: Scope) -> None:
        self._all: list[tuple[bytes, bytes]] = scope["headers"]

    def one(self, name: bytes) -> str | None:
        found = [value for key, value in self._all if key == name]
        if len(found) > 1 and name != b"cookie":
            raise RefusedError(400, f"the header {name.decode()} stands more than once")
        return b"; ".join(found).decode("latin-1") if found else None


class _Body:
    """What a request brings, counted as it comes."""

    def __init__(self, receive: Receive, headers: _Headers, *, most: int) -> None:
        self._receive = receive
        self._most = most
        self._taken = 0
        self.refused: RefusedError | None = None
        length = headers.one(b"content-length") or "0"
        if not length.isdigit() or int(length) > most:
            raise RefusedError(413, f"more than {most // 2**20} MB cannot be taken; open a shorter recording")

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self._most:
                self.refused = RefusedError(413, f"more than {self._most // 2**20} MB cannot be taken")
                return {"type": "http.disconnect"}
        return message


def _most_bytes(scope: Scope) -> int:
    return MOST_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else MOST_BODY_BYTES


def _add_headers(message: MutableMapping[str, Any], path: str) -> None:
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))
    if not path.startswith(("/_nicegui/", "/own/")):
        # what a person is shown stays in no cache
        headers = [(name, value) for name, value in headers if name.lower() != b"cache-control"]
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = [*headers, *_TOLD]


async def _refuse(scope: Scope, receive: Receive, send: Send, refused: RefusedError) -> None:
    """Refuse in plain words; a websocket before it is accepted."""
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": refused.words})
            return
        kind = "websocket.http.response"
    else:
        kind = "http.response"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        *_TOLD,
    ]
    await send({"type": f"{kind}.start", "status": refused.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": f"{refused.words}\n".encode()})
