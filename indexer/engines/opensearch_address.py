"""The location of an index on an OpenSearch cluster, in its parts."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

from msgspec import Struct

from indexer.config import without_credentials
from indexer.errors import LocationError

DEFAULT_PORT = 9200
# Bytes of an index's name. OpenSearch allows 255; the program adds endings of its own.
LONGEST_NAME = 150
SHAPE = "opensearch+http://HOST:PORT/NAME or opensearch+https://HOST:PORT/NAME"

_SCHEME = re.compile(r"opensearch\+(https?)://", re.IGNORECASE)
_HOST = re.compile(r"(\[[\da-f:.]+\]|[a-z\d]([\w.-]*[\w])?)(?::(\d{1,5}))?", re.I | re.A)
_NAME = re.compile(r"[a-z\d][a-z\d._-]*")
_BROKEN_ESCAPE = re.compile(r"%(?![\da-f]{2})", re.IGNORECASE)


class Address(Struct, frozen=True, kw_only=True):
    """A cluster and the name of an index there.

    ``hosts`` are ``host:port`` with IPv6 in brackets; ``user`` and ``password`` are ``None``
    where the location tells none.
    """

    hosts: tuple[str, ...]
    secure: bool
    user: str | None = None
    password: str | None = None
    name: str

    def shown(self) -> str:
        """The location without user and password."""
        scheme = "https" if self.secure else "http"
        return f"opensearch+{scheme}://{','.join(self.hosts)}/{self.name}"

    def __repr__(self) -> str:
        return f"Address({self.shown()!r})"


def is_address(location: str) -> bool:
    """Whether a location means a cluster, be it well written or not."""
    return location.lower().startswith("opensearch") and "://" in location


def parse_address(location: str) -> Address:
    """The parts of ``opensearch+http(s)://[user[:password]@]host[:port][,…]/name``.

    Raises ``LocationError`` that says which part is wrong, without user and password.
    """
    scheme = _SCHEME.match(location)
    if scheme is None:
        raise _wrong(location, f"write {SHAPE}")
    authority, _, name = location[scheme.end() :].partition("/")
    if "@" in name:
        raise _wrong(location, "in a user or password write / as %2F and @ as %40")
    credentials, at, hosts = authority.rpartition("@")
    if "@" in credentials:
        raise _wrong(
            location,
            "user and password stand once, before all hosts; in them write @ as %40",
        )
    user, password = _credentials(location, credentials) if at else (None, None)
    return Address(
        hosts=tuple(dict.fromkeys(_host(location, host) for host in hosts.split(","))),
        secure=scheme[1].lower() == "https",
        user=user,
        password=password,
        name=_name(location, name.removesuffix("/")),
    )


def _credentials(location: str, text: str) -> tuple[str, str | None]:
    user, colon, password = text.partition(":")
    if _BROKEN_ESCAPE.search(text):
        raise _wrong(location, "in a user or password write % as %25")
    try:
        user, password = unquote(user, errors="strict"), unquote(password, errors="strict")
    except UnicodeDecodeError:
        raise _wrong(location, "user and password must be UTF-8, percent-encoded") from None
    if not user:
        raise _wrong(location, "there is no user before the @")
    if ":" in user:
        raise _wrong(location, "a user's name can't have a colon")
    if not (user + password).isprintable():
        raise _wrong(location, "user and password can't have control characters")
    return user, password if colon else None


def _host(location: str, text: str) -> str:
    found = _HOST.fullmatch(text)
    if found is None:
        # What stands there may be a password whose @ and host were forgotten.
        scheme, _, rest = location.partition("://")
        hidden = f"{scheme}://…/{rest.partition('/')[2]}"
        raise _wrong(hidden, "what stands before the name is not HOST:PORT or HOST:PORT,HOST:PORT")
    host, port = found[1].lower(), int(found[3] or DEFAULT_PORT)
    if not 1 <= port <= 65_535:
        raise _wrong(location, f"{port} is no port; ports go from 1 to 65535")
    if host.startswith("["):
        try:
            host = f"[{IPv6Address(host[1:-1])}]"
        except AddressValueError:
            raise _wrong(location, f"{host} is no IPv6 address") from None
    return f"{host}:{port}"


def _name(location: str, name: str) -> str:
    if not name:
        raise _wrong(
            location, "the name of the index is missing; it goes after the hosts: …/essays"
        )
    if _NAME.fullmatch(name) is None:
        raise _wrong(
            location,
            f"{name!r} can't be the name of an index; take lower case letters, digits and - _ . "
            "and begin with a letter or digit",
        )
    if len(name) > LONGEST_NAME:
        raise _wrong(location, f"the name of the index is longer than {LONGEST_NAME} characters")
    if name.endswith("-state"):
        raise _wrong(location, "the name of an index can't end in -state, which is taken")
    return name


def _wrong(location: str, why: str) -> LocationError:
    return LocationError(f"{without_credentials(location)}: {why}")
