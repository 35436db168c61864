"""Who asks a cluster, and which cluster is trusted: user, password, API key, certificates."""

from __future__ import annotations

import base64
import ssl

from indexer.config import Settings
from indexer.engines.opensearch_address import Address
from indexer.errors import SettingsError


def authorization(address: Address, settings: Settings) -> dict[str, str]:
    """The header that says who asks; what the address tells wins."""
    user, password = address.user, address.password
    key = settings.opensearch_api_key
    if user is None:
        user, password = settings.opensearch_user, settings.opensearch_password
        if user is not None and key is not None:
            raise SettingsError("opensearch.user, opensearch.api_key: set one of them, not both")
        if user is None and password is not None:
            raise SettingsError("opensearch.password: set opensearch.user, too")
        if key is not None:
            return {"authorization": f"ApiKey {key}"}
    if user is None:
        return {}
    if password is None:
        password = settings.opensearch_password or ""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"authorization": f"Basic {pair}"}


def secure_context(settings: Settings) -> ssl.SSLContext:
    """What a secure connection trusts and shows; raises ``SettingsError`` for files that are no
    certificates."""
    authority, own = settings.opensearch_ca_certs, settings.opensearch_client_cert
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:
        raise _unusable("ca_certs", authority, error) from error
    if not settings.opensearch_verify_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if own is None:
        if settings.opensearch_client_key is not None:
            raise SettingsError("opensearch.client_key: set opensearch.client_cert, too")
        return context
    try:
        # An empty passphrase, where it would otherwise ask the terminal for one.
        context.load_cert_chain(own, settings.opensearch_client_key, password="")
    except (OSError, ValueError) as error:
        raise _unusable("client_cert", own, error) from error
    return context


def _unusable(name: str, path: str | None, error: Exception) -> SettingsError:
    said = (getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)) or ""
    return SettingsError(
        f"opensearch.{name}: {path}: can't be used ({said.replace('_', ' ').lower()}); it must be "
        "a PEM file"
    )
