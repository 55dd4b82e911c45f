"""Links: what the server changes in a URL, and which ones it refuses."""

import re
from urllib.parse import urlsplit

from bridgework_twenty_sandbox.answers import Refused, coded

_HOST = re.compile(r"^(localhost|[^\s/:?#@.]+(\.[^\s/:?#@.]+)+\.?)(:\d{1,5})?$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def normalised(url: str) -> str:
    """With a scheme: origin in lower case, trailing slash cut. Without one: as sent. Raises Refused."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        host = re.split(r"[/?#]", url, maxsplit=1)[0]
        if any(character.isspace() for character in url) or not _HOST.match(host):
            raise _invalid()
        return url
    if scheme.lower() not in _DEFAULT_PORTS or any(character.isspace() for character in url):
        raise _invalid()
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _invalid() from None
    if not host:
        raise _invalid()
    shown_port = f":{port}" if port is not None and port != _DEFAULT_PORTS[parts.scheme] else ""
    tail = parts.path
    tail += f"?{parts.query}" if parts.query else ""
    tail += f"#{parts.fragment}" if parts.fragment else ""
    whole = f"{parts.scheme}://{f'[{host}]' if ':' in host else host.lower()}{shown_port}{tail}"
    return whole.removesuffix("/")


def _invalid() -> Refused:
    return coded("The URL of the link is not valid", "INVALID_URL")
