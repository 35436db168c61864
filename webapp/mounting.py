"""Where the app is reached from outside: below a path, behind proxies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from indexer.config import Settings
from indexer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Not //example.org or /\example.org, which browsers take for another site.
_PATH = re.compile(r"(/[^/\\\s]+)*")


def install(app: Flask) -> None:
    """Has the app believe its proxies, as many as there are, and know the path above it.

    Raises ``SettingsError`` for a path that can't be told from one of the app's own.
    """
    settings: Settings = app.extensions["essays.settings"]
    prefix = settings.web_prefix
    if any(f"{rule.rule}/".startswith(f"{prefix}/") for rule in app.url_map.iter_rules() if prefix):
        raise SettingsError(
            f"web.prefix: {prefix} is a path of the app's own; choose another, such as /library"
        )
    app.wsgi_app = Below(app.wsgi_app, prefix)  # type: ignore[assignment, method-assign]
    if known := settings.web_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=known,
            x_proto=known,
            x_host=known,
            x_prefix=0 if prefix else known,
        )


class Below:
    """An application at a path, whether or not a proxy took the path off the requests."""

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        above = self._prefix or environ.get("SCRIPT_NAME", "").rstrip("/")
        # Every link begins with it, and it may be what a client told a careless proxy.
        environ["SCRIPT_NAME"] = above if _PATH.fullmatch(above) else ""
        if environ["wsgi.url_scheme"] not in ("http", "https"):
            environ["wsgi.url_scheme"] = "http"
        path = environ.get("PATH_INFO", "")
        if self._prefix and f"{path}/".startswith(f"{self._prefix}/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        return self._app(environ, start)
