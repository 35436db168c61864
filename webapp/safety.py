"""What keeps a browser, and whoever asks, from having the app do what it should not.

Headers on every answer; no methods that change anything, no bodies; and a Host check: a page of
another site whose name was turned to this machine's address (DNS rebinding) reads nothing here.
"""

from __future__ import annotations

from ipaddress import ip_address

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge, SecurityError
from werkzeug.sansio.utils import host_is_trusted

from indexer.config import Settings

# Nothing but what the app itself serves: no inline script or style, no frame, no plug-in.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An address holds the query.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Scripts that web.cors_origins lets in ask by CORS, to which this does not apply.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
METHODS = ("GET", "HEAD", "OPTIONS")
# Whoever watches over a machine asks it by address; there is nothing to read in these.
_ANY_HOST = frozenset(("operations.healthz", "operations.readyz"))
_ANY = "*"


def install(app: Flask) -> None:
    """Makes every request pass the checks, and every answer carry the headers."""
    # The environment (FLASK_DEBUG) may ask for what shows the inside of the program.
    app.debug = False
    settings: Settings = app.extensions["essays.settings"]
    app.extensions["essays.hosts"] = Hosts(settings.web_host, settings.web_allowed_hosts)
    app.before_request(_check)
    app.after_request(_protected)


class Hosts:
    """The names that the app answers to: those of this machine, and those it was given."""

    def __init__(self, bound: str, allowed: tuple[str, ...]) -> None:
        given = {_plain(name) for name in allowed}
        self._any = _ANY in given
        here = {"localhost", "127.0.0.1", "::1", _plain(bound)} - {"0.0.0.0", "::"}
        self._names = here | given
        self._endings = tuple(name[1:] for name in given if name.startswith("*."))

    def __contains__(self, host: str) -> bool:
        """Whether a ``Host`` header names one of them, on whatever port."""
        if not host_is_trusted(host):  # not the shape of one
            return False
        if self._any:
            return True
        name = _plain(host if host.endswith("]") else host.rpartition(":")[0] or host)
        return name in self._names or name.endswith(self._endings)


def _plain(name: str) -> str:
    """One spelling for all that mean the same host."""
    name = name.lower().strip("[]").rstrip(".")
    try:
        return str(ip_address(name))
    except ValueError:
        return name


def _check() -> None:
    host = request.headers.get("Host", "")
    if request.endpoint not in _ANY_HOST and host not in current_app.extensions["essays.hosts"]:
        raise SecurityError(
            f"This is not a host by the name of {host[:100]!r}. If it should be, whoever runs it "
            "can add the name to web.allowed_hosts."
        )
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    if request.content_length or "Transfer-Encoding" in request.headers:
        raise RequestEntityTooLarge("Requests have no body here.")


def _protected(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
