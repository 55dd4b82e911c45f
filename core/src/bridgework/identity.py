"""The identity of target records: (migration, rule, key, generation), as a marker and as a client id."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID, SafeUUID

from bridgework.model import Identity

LONGEST_KEY = 120
_UNKNOWN = SafeUUID.unknown
_set_number, _set_safety = vars(UUID)["int"].__set__, vars(UUID)["is_safe"].__set__
_NAMESPACE = b"bridgework.records.1"
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # the two bits of RFC 9562 stamped on a digit


class Identities:
    """The identities of one rule's records: what they share is worked out once."""

    def __init__(self, *, source: str, account: str, migration: str, rule: str, identity: Identity) -> None:
        self._before = f"{source}.{rule}."
        self._after = f"/{migration}"
        self._most = identity.max_length - len(self._before) - len(self._after)
        self._room = min(LONGEST_KEY, self._most)
        self._fits = re.compile(identity.pattern).fullmatch
        parts = (_NAMESPACE, account.encode(), migration.encode(), rule.encode(), b"")
        self._shared = hashlib.sha256(b"\0".join(parts))

    def marker(self, key: str, generation: int) -> str:
        """`<source>.<rule>.<key>/<migration>`, with `.g2`, `.g3` … from the second generation on.

        A key that is too long, or holds characters the destination cannot hold, is replaced by its hash.
        """
        after, room = self._after, self._room
        if generation != 1:
            after = f"{after}.g{generation}"
            room = min(LONGEST_KEY, self._most - len(after) + len(self._after))
        if len(key) > room or key.startswith("~") or not self._fits(key):
            key = "~" + hashlib.sha256(key.encode()).hexdigest()[: max(16, min(40, room - 1))]
        return f"{self._before}{key}{after}"

    def read(self, marker: str) -> tuple[str, int] | None:
        """The key, or what stands for it, and the generation that a marker of this rule names; None for other texts."""
        if not marker.startswith(self._before):
            return None
        key, separator, generation = marker.removeprefix(self._before).rpartition(self._after)
        if not separator or not (found := re.fullmatch(r"(?:\.g([1-9][0-9]{0,8}))?", generation)):
            return None
        return key, int(found[1] or 1)

    def of_another_migration(self, marker: str) -> bool:
        """Whether a marker names a record of the same rule that another migration of this source made."""
        return marker.startswith(self._before) and self.read(marker) is None

    def client_id(self, key: str, generation: int) -> str:
        """The same identity as the text of a UUID: a hash stamped as version 4, the only version every server takes."""
        digest = self._shared.copy()
        digest.update(f"{key}\0{generation}".encode())
        text = digest.hexdigest()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def uuid_of(text: str) -> UUID:
    """The UUID of a client id. Its class checks in how many ways it was given, at four times the cost of making one."""
    made = object.__new__(UUID)
    _set_number(made, int(text.replace("-", ""), 16))
    _set_safety(made, _UNKNOWN)
    return made
