"""How often one client may ask, so that none keeps the others waiting."""

from __future__ import annotations

import math
import time
from http import HTTPStatus
from ipaddress import ip_address

from flask import Flask, Response, g, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from indexer.config import Settings
from webapp.operations import UNLIMITED
from webapp.problems import answer

# Clients that are counted at a time, some 400 bytes each. With more all counts begin anew: the
# library looks through them up to a hundred times a second, at 0.1 µs for each.
MOST_CLIENTS = 20_000
_FREE = UNLIMITED | {"static"}
# What one client has of IPv6, in bits: a provider gives out no less.
_NETWORK = 64


def install(app: Flask) -> None:
    """Counts the requests of each client, where the settings say how many there may be."""
    settings: Settings = app.extensions["essays.settings"]
    if settings.web_rate_limit:
        limit = app.extensions["essays.limit"] = Limit(settings.web_rate_limit)
        app.before_request(limit.check)
        app.after_request(limit.tell)


class Limit:
    """So many requests per minute for each client, counted by this process alone.

    A client's minute begins with its first request. ``counts`` is where the library keeps them.
    """

    def __init__(self, requests: int) -> None:
        self._most = RateLimitItemPerMinute(requests)
        self.counts = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self.counts)

    def check(self) -> Response | None:
        """An answer instead of the one asked for, for a client that asked too often."""
        if request.endpoint in _FREE:
            return None
        client = client_of(request.remote_addr or "")
        if len(self.counts.storage) >= MOST_CLIENTS:
            self.counts.reset()
        within = self._limiter.hit(self._most, client)
        ends, left = self._limiter.get_window_stats(self._most, client)
        seconds = max(1, math.ceil(ends - time.time()))
        g.rate = (left, seconds)
        if within:
            return None
        response = answer(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"More than {self._most.amount:,} requests in a minute; "
            f"the next is answered in {seconds} s.",
        )
        response.headers["Retry-After"] = str(seconds)
        return response

    def tell(self, response: Response) -> Response:
        """Says how much is left, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
        if "rate" in g:
            left, seconds = g.rate
            response.headers["RateLimit-Policy"] = f'"client";q={self._most.amount};w=60'
            response.headers["RateLimit"] = f'"client";r={left};t={seconds}'
        return response


def client_of(address: str) -> str:
    """Who an address belongs to: itself, or its network where it is of IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else found.exploded[: _NETWORK // 16 * 5 - 1]
