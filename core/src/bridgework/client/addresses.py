"""Which addresses a client may talk to: the service's own origin and nothing else.

Redirects, next-page links and base URLs are outside texts. A secret goes to the configured origin only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from bridgework.errors import SettingsError, StopRun

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\]")
_DOT_SEGMENT = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_PORTS = {"https": 443, "http": 80}


class Origin:
    """Scheme, host and port of a service, and the path its base URL begins with.

    https only, http for loopback addresses (sandboxes) and where a person accepted it (`plain_http`). `hosts` are the
    suffixes the host must match, loopback apart. `readable` says that others on the way can read everything.

    :raises SettingsError: the base URL is not acceptable; the text names the reason, never the URL's user part.
    """

    def __init__(self, base_url: str, hosts: Sequence[str] = (), *, plain_http: bool = False) -> None:
        parts, port = _split(base_url)
        host = parts.hostname or ""
        loopback = is_loopback(host)
        _refuse_unless(parts.scheme in _PORTS, "it must begin with https://")
        _refuse_unless(
            parts.username is None and parts.password is None and "@" not in parts.netloc,
            "it must not carry a user name or password",
        )
        _refuse_unless(not parts.query and not parts.fragment, "it must not carry a query or a fragment")
        _refuse_unless(
            loopback or plain_http or parts.scheme == "https", "http is accepted for loopback addresses only"
        )
        _refuse_unless(loopback or _is_public(host), "its host is not a public host name")
        _refuse_unless(
            loopback or not hosts or any(_ends_with(host, suffix) for suffix in hosts),
            "its host is not one of " + ", ".join(hosts),
        )
        self.scheme = parts.scheme
        self.host = host
        self.port = port or _PORTS[parts.scheme]
        self.loopback = loopback
        self.readable = parts.scheme == "http" and not loopback
        self.root = f"{parts.scheme}://{parts.netloc.lower()}"
        self.prefix = parts.path.rstrip("/")

    def url(self, path: str) -> tuple[str, str]:
        """The full URL of a path (or of an absolute link of the same origin), and the path below the base URL.

        The second value has no query: it is what the cost of a call is looked up by.

        :raises StopRun: the link leads to another origin, or is no acceptable path.
        """
        if _FORBIDDEN.search(path):
            raise _foreign("A link of the service holds characters that no link may hold.")
        if "://" in path.partition("?")[0] or path.startswith("//"):
            target = self._below_root(path)
        else:
            target = f"{self.prefix}/{path.lstrip('/')}"
        target = target.partition("#")[0]
        bare = target.partition("?")[0]
        if _DOT_SEGMENT.search(bare):
            raise _foreign("A link of the service climbs out of its own path.")
        below = bare[len(self.prefix) :] if bare.startswith(self.prefix + "/") else bare
        return self.root + target, below

    def _below_root(self, link: str) -> str:
        try:
            parts = urlsplit(link)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            raise _foreign("A link of the service cannot be read.") from None
        if "@" in parts.netloc or (parts.scheme, parts.hostname, port) != (self.scheme, self.host, self.port):
            raise _foreign("A link of the service leads to another host, port or scheme; it was not followed.")
        return parts.path + (f"?{parts.query}" if parts.query else "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(base_url: str) -> tuple[SplitResult, int | None]:
    _refuse_unless(not _FORBIDDEN.search(base_url), "it may hold plain ASCII characters only")
    try:
        parts = urlsplit(base_url)
        return parts, parts.port
    except ValueError:
        raise SettingsError(
            "The address of the service cannot be read.", next_step="correct the address in migration.toml"
        ) from None


def _is_public(host: str) -> bool:
    """A well-formed name, or an address outside the ranges that only mean something inside a machine or a cloud."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Encoded international names are look-alikes waiting to happen; no supported service has one.
        named = _HOST.fullmatch(host) is not None and not host.replace(".", "").isdigit()
        return named and not any(label.startswith("xn--") for label in host.split("."))
    return not (address.is_link_local or address.is_unspecified or address.is_multicast or address.is_reserved)


def _ends_with(host: str, suffix: str) -> bool:
    suffix = suffix.lower().removeprefix("*").lstrip(".")
    return host == suffix or host.endswith("." + suffix)


def _refuse_unless(fine: bool, reason: str) -> None:
    if not fine:
        raise SettingsError(
            f"The address of the service is refused: {reason}.", next_step="Correct the address in migration.toml."
        )


def _foreign(message: str) -> StopRun:
    return StopRun(message, cause="foreign_link", next_step="check destination.base_url, and ask the vendor")
