"""The identity of target records: (migration, rule, key, generation), as a marker and as a client id."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

from bridgework.model import Identity

LONGEST_KEY = 120
_NAMESPACE = b"bridgework.records.1"


def marker(*, source: str, rule: str, key: str, migration: str, generation: int, identity: Identity) -> str:
    """`<source>.<rule>.<key>/<migration>`, with `.g2`, `.g3` … from the second generation on.

    A key that is too long, or holds characters the destination cannot hold, is replaced by its hash.
    """
    suffix = f"/{migration}" + (f".g{generation}" if generation > 1 else "")
    room = min(LONGEST_KEY, identity.max_length - len(source) - len(rule) - len(suffix) - 2)
    if len(key) > room or not re.fullmatch(identity.pattern, key) or key.startswith("~"):
        key = "~" + hashlib.sha256(key.encode()).hexdigest()[: max(16, min(40, room - 1))]
    return f"{source}.{rule}.{key}{suffix}"


def client_id(*, account: str, rule: str, key: str, migration: str, generation: int) -> UUID:
    """The same identity as a UUID: a hash stamped as version 4, the only version every server takes."""
    parts = (_NAMESPACE, account.encode(), migration.encode(), rule.encode(), key.encode(), str(generation).encode())
    return UUID(bytes=hashlib.sha256(b"\0".join(parts)).digest()[:16], version=4)
