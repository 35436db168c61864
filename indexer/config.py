"""Settings: flags over environment over ``essays.toml`` over what stands here."""

from __future__ import annotations

import os

from indexer.errors import SettingsError
from indexer.expressions import expression
from indexer.records import Literal, NamedTuple, Struct, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

Color = Literal["auto", "always", "never"]

FILE_NAME = "essays.toml"
FILE_VARIABLE = "ESSAYS_CONFIG"
# Values that are never shown.
SECRET = frozenset(("opensearch_password", "opensearch_api_key"))
# Options that are not called like their setting.
_OPTIONS = {"web_allowed_hosts": "allowed-host"}
# Places that a file tells from where it lies.
_PATHS = frozenset(
    ("index", "opensearch_ca_certs", "opensearch_client_cert", "opensearch_client_key")
)
# A year: what waits longer waits for ever, and clocks take no more.
LONGEST_SECONDS = 31_536_000


def usable_cpus() -> int:
    """How many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_workers() -> int:
    """How many processes serve: one for each CPU, and two at least, so that a slow search
    leaves one free."""
    return max(2, usable_cpus())


# The beginning of an address, well written or not; no folder is called so.
_SCHEME = expression(
    r"(opensearch\+\w*|https?|opensearch)[:+]/*|[a-z][a-z\d+.-]+:/+", any_case=True
)
_HOST = expression(r"[\w.:-]+")
_PREFIX = expression(r"(/[A-Za-z0-9_.~-]+)+")


def _scheme(location: str) -> re.Match[str] | None:
    return _SCHEME.match(location) if ":" in location or "+" in location else None


def is_folder(location: str) -> bool:
    """Whether an index location means a folder, and not an address, be it well written or not."""
    return _scheme(location) is None


def without_credentials(location: str) -> str:
    """A location as it may be shown: whatever may be a user and a password is left out."""
    scheme = _scheme(location)
    if scheme is None:
        return location
    return scheme[0] + location[scheme.end() :].rpartition("@")[2]


class Settings(Struct, frozen=True, kw_only=True):
    """What the program may be told once for all commands.

    ``index`` is the index location. ``max_query_length`` counts code points;
    ``max_expansions`` is how many words of the library a wildcard, prefix or fuzzy word may
    stand for. Times are in seconds: ``search_seconds`` for one search, ``write_wait_seconds``
    for another process to finish writing. ``jobs`` is how many processes read files.
    ``language`` is that of essays that do not tell theirs; ``None`` detects it.

    The ``web_`` settings are those of ``essays serve`` and the web app. ``web_allowed_hosts``
    are the names it answers to besides those of this machine (``*`` is any),
    ``web_prefix`` the path below which it is reached, ``web_proxies`` how many proxies before
    it are trusted to tell where a request came from, ``web_cors_origins`` the sites whose
    scripts may read the API. ``web_rate_limit`` counts requests per minute, client and process
    (0 is none), ``web_max_offset`` the essays that may be passed over, ``web_kept_bytes`` those of
    answers that each process keeps until the next commit (0 is none).

    The ``opensearch_`` settings are those of an index on a cluster. ``opensearch_shards`` and
    ``opensearch_replicas`` are of indices made from now on. The certificate of an authority
    (``opensearch_ca_certs``), one's own (``opensearch_client_cert``) and its key are paths of PEM
    files. ``opensearch_connect_seconds`` is the time for a host to take a connection,
    ``opensearch_request_seconds`` that for it to answer.
    """

    index: str = ".essays"
    color: Color = "auto"
    language: str | None = None
    jobs: int = field(default_factory=usable_cpus)
    max_query_length: int = 10_000
    max_expansions: int = 1_000
    search_seconds: float = 10.0
    write_wait_seconds: float = 10.0
    web_host: str = "127.0.0.1"
    web_port: int = 8000
    web_workers: int = field(default_factory=default_workers)
    web_title: str = "Essay search"
    web_allowed_hosts: tuple[str, ...] = ()
    web_prefix: str = ""
    web_proxies: int = 0
    web_cors_origins: tuple[str, ...] = ()
    web_rate_limit: int = 600
    web_max_offset: int = 10_000
    web_kept_bytes: int = 16_000_000
    web_log_queries: bool = False
    opensearch_shards: int = 1
    opensearch_replicas: int = 1
    opensearch_user: str | None = None
    opensearch_password: str | None = None
    opensearch_api_key: str | None = None
    opensearch_ca_certs: str | None = None
    opensearch_verify_certs: bool = True
    opensearch_client_cert: str | None = None
    opensearch_client_key: str | None = None
    opensearch_connect_seconds: float = 2.0
    opensearch_request_seconds: float = 30.0
    opensearch_compress: bool = False

    @property
    def shown_index(self) -> str:
        """The index location as it may be shown: without user and password."""
        return without_credentials(self.index)

    def __repr__(self) -> str:
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        told["index"] = self.shown_index
        told |= {name: "…" for name in SECRET if told[name] is not None}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in told.items())})"


class Key(NamedTuple):
    """A setting's name in each place. ``check`` gives the value as it is used and raises
    ``ValueError`` with what it must be; ``parse`` reads it from text."""

    field: str
    path: str
    variable: str
    check: Callable[[object], object]
    parse: Callable[[str], object] = str


def load(
    overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Settings from ``overrides`` (field to value; ``None`` is "not given"), ``environ`` (an
    empty value is "not set") and the file. Raises ``SettingsError``."""
    environ = os.environ if environ is None else environ
    values = _from_file(environ)
    for key in KEYS:
        if text := environ.get(key.variable, ""):
            values[key.field] = _checked(key, _parsed(key, text), key.variable)
    by_field = {key.field: key for key in KEYS}
    for name, value in (overrides or {}).items():
        if name not in by_field:
            raise SettingsError(f"{name}: unknown setting; known are {', '.join(by_field)}")
        if value is not None:
            flag = "--" + _OPTIONS.get(name, name.removeprefix("web_").replace("_", "-"))
            values[name] = _checked(by_field[name], value, flag)
    return Settings(**values)


def _from_file(environ: Mapping[str, str]) -> dict[str, Any]:
    """The file's values by field. A file that was asked for must be there."""
    asked = environ.get(FILE_VARIABLE, "")
    path = asked or FILE_NAME
    if not asked and not os.path.lexists(path):
        return {}
    import tomllib

    try:
        with open(path, "rb") as file:
            tree = tomllib.load(file)
    except OSError as error:
        where = f"{path} (from {FILE_VARIABLE})" if asked else path
        raise SettingsError(f"{where}: can't be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    by_path = {key.path: key for key in KEYS}
    values: dict[str, Any] = {}
    for name, value in _leaves(tree):
        if name not in by_path:
            raise SettingsError(f"{path}: {name}: unknown key{_nearest(name, by_path)}")
        key = by_path[name]
        values[key.field] = _checked(key, value, f"{path}: {name}")
    for name in _PATHS & values.keys():
        values[name] = _beside(path, values[name])
    return values


def _leaves(tree: Mapping[str, object], above: str = "") -> list[tuple[str, object]]:
    """Values by dotted path; only the tables that hold settings are opened."""
    sections = {key.path.partition(".")[0] for key in KEYS if "." in key.path}
    leaves: list[tuple[str, object]] = []
    for name, value in tree.items():
        if not above and name in sections and isinstance(value, dict):
            leaves += _leaves(value, f"{name}.")
        else:
            leaves.append((above + name, value))
    return leaves


def _nearest(name: str, known: Mapping[str, Key]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name[:100], known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _beside(path: str, location: str) -> str:
    """A folder named in a file is meant from where the file lies."""
    if not is_folder(location):
        return location
    return os.path.join(os.path.dirname(path), os.path.expanduser(location))


def _parsed(key: Key, text: str) -> object:
    try:
        return key.parse(text)
    except ValueError:
        return text


def _checked(key: Key, value: object, where: str) -> Any:
    try:
        return key.check(value)
    except ValueError as error:
        if key.field in SECRET:
            raise SettingsError(f"{where}: must be {error}") from None
        shown = repr(without_credentials(value) if isinstance(value, str) else value)
        if len(shown) > 60:
            shown = shown[:60] + "…"
        raise SettingsError(f"{where}: must be {error}, not {shown}") from error


def _location(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a folder or an index address")
    return value


def _color(value: object) -> str:
    if not isinstance(value, str) or value not in ("auto", "always", "never"):
        raise ValueError("auto, always or never")
    return value


def _language(value: object) -> str:
    """A language code, without the region some programs add to it."""
    code = value.replace("_", "-").partition("-")[0].lower() if isinstance(value, str) else ""
    if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3):
        raise ValueError("a language code such as en or de")
    return code


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number from 1")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = 0
    if not 0 < value <= LONGEST_SECONDS:  # "not a number" isn't either
        raise ValueError("a number of seconds above 0, a year at most")
    return float(value)


def _from_zero(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a whole number from 0")
    return value


def _port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 65_535:
        raise ValueError("a port from 0 (any that is free) to 65535")
    return value


def _host(value: object) -> str:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise ValueError("an address of this machine such as 127.0.0.1, or a name")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a line of text")
    return value.strip()


def _credential(value: object) -> str:
    """As it is: spaces at its ends are a part of it."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("a line of text")
    return value


def _user(value: object) -> str:
    user = _credential(value)
    if ":" in user:
        raise ValueError("a name without a colon")
    return user


def _key(value: object) -> str:
    key = _credential(value)
    if not key.isascii() or " " in key:
        raise ValueError("ASCII without spaces, as the cluster gave it")
    return key


def _file(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("the path of a file")
    return value


def _prefix(value: object) -> str:
    """A path without a slash at its end; the root is empty."""
    path = value.rstrip("/") if isinstance(value, str) else "?"
    if path and not _PREFIX.fullmatch(path):
        raise ValueError("a path such as /library")
    return path


def _hosts(value: object) -> tuple[str, ...]:
    shape = r"\*|(\*\.)?[\w.-]+|[\da-fA-F:]+"
    return _names(value, shape, "host names such as essays.example.org, or *")


def _origins(value: object) -> tuple[str, ...]:
    return _names(value, r"\*|https?://[\w.-]+(:\d+)?", "origins such as https://example.org, or *")


def _names(value: object, shape: str, what: str) -> tuple[str, ...]:
    given: Sequence[object] = value if isinstance(value, list | tuple) else [value]
    fitting = expression(shape).fullmatch
    names = [name for name in given if isinstance(name, str) and fitting(name)]
    if len(names) < len(given):
        raise ValueError(f"a list of {what}")
    return tuple(name.lower() for name in names)


def _listed(text: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _is_on(text: str) -> object:
    return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)


KEYS = (
    Key("index", "index", "ESSAYS_INDEX", _location),
    Key("color", "color", "ESSAYS_COLOR", _color),
    Key("language", "language", "ESSAYS_LANGUAGE", _language),
    Key("jobs", "jobs", "ESSAYS_JOBS", _count, int),
    Key("max_query_length", "search.max_query_length", "ESSAYS_MAX_QUERY_LENGTH", _count, int),
    Key("max_expansions", "search.max_expansions", "ESSAYS_MAX_EXPANSIONS", _count, int),
    Key("search_seconds", "search.seconds", "ESSAYS_SEARCH_SECONDS", _seconds, float),
    Key("write_wait_seconds", "write.wait_seconds", "ESSAYS_WRITE_WAIT_SECONDS", _seconds, float),
    Key("web_host", "web.host", "ESSAYS_WEB_HOST", _host),
    Key("web_port", "web.port", "ESSAYS_WEB_PORT", _port, int),
    Key("web_workers", "web.workers", "ESSAYS_WEB_WORKERS", _count, int),
    Key("web_title", "web.title", "ESSAYS_WEB_TITLE", _text),
    Key("web_allowed_hosts", "web.allowed_hosts", "ESSAYS_WEB_ALLOWED_HOSTS", _hosts, _listed),
    Key("web_prefix", "web.prefix", "ESSAYS_WEB_PREFIX", _prefix),
    Key("web_proxies", "web.proxies", "ESSAYS_WEB_PROXIES", _from_zero, int),
    Key("web_cors_origins", "web.cors_origins", "ESSAYS_WEB_CORS_ORIGINS", _origins, _listed),
    Key("web_rate_limit", "web.rate_limit", "ESSAYS_WEB_RATE_LIMIT", _from_zero, int),
    Key("web_max_offset", "web.max_offset", "ESSAYS_WEB_MAX_OFFSET", _count, int),
    Key("web_kept_bytes", "web.kept_bytes", "ESSAYS_WEB_KEPT_BYTES", _from_zero, int),
    Key("web_log_queries", "web.log_queries", "ESSAYS_WEB_LOG_QUERIES", _switch, _is_on),
    Key("opensearch_shards", "opensearch.shards", "ESSAYS_OPENSEARCH_SHARDS", _count, int),
    Key(
        "opensearch_replicas", "opensearch.replicas", "ESSAYS_OPENSEARCH_REPLICAS", _from_zero, int
    ),
    Key("opensearch_user", "opensearch.user", "ESSAYS_OPENSEARCH_USER", _user),
    Key("opensearch_password", "opensearch.password", "ESSAYS_OPENSEARCH_PASSWORD", _credential),
    Key("opensearch_api_key", "opensearch.api_key", "ESSAYS_OPENSEARCH_API_KEY", _key),
    Key("opensearch_ca_certs", "opensearch.ca_certs", "ESSAYS_OPENSEARCH_CA_CERTS", _file),
    Key(
        "opensearch_verify_certs",
        "opensearch.verify_certs",
        "ESSAYS_OPENSEARCH_VERIFY_CERTS",
        _switch,
        _is_on,
    ),
    Key("opensearch_client_cert", "opensearch.client_cert", "ESSAYS_OPENSEARCH_CLIENT_CERT", _file),
    Key("opensearch_client_key", "opensearch.client_key", "ESSAYS_OPENSEARCH_CLIENT_KEY", _file),
    Key(
        "opensearch_connect_seconds",
        "opensearch.connect_seconds",
        "ESSAYS_OPENSEARCH_CONNECT_SECONDS",
        _seconds,
        float,
    ),
    Key(
        "opensearch_request_seconds",
        "opensearch.request_seconds",
        "ESSAYS_OPENSEARCH_REQUEST_SECONDS",
        _seconds,
        float,
    ),
    Key(
        "opensearch_compress", "opensearch.compress", "ESSAYS_OPENSEARCH_COMPRESS", _switch, _is_on
    ),
)
