"""Names inside an export. They come from outside: each is checked before it is used as a path."""

from __future__ import annotations

import re
import unicodedata

from bridgework.errors import BadInput

# Windows opens a device for these, whatever the ending: an export must mean the same on every machine.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 255  # bytes of one part: what common file systems hold


def safe_name(name: str) -> str:
    """The name with ``/`` between its parts and without ``./``, if it stays inside the export on every system.

    BadInput: absolute, drive letter or stream, ``..``, device name, trailing dot or blank, control character, too long.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part != "."]
    reason = _unsafe(name, parts)
    if reason:
        raise BadInput(
            f"The export names a file that {reason}.",
            next_step="do not use this export; ask for a new one from its maker",
            cause="unsafe_name",
        )
    return "/".join(parts)


def _unsafe(name: str, parts: list[str]) -> str:
    if not name or not parts:
        return "has no name"
    if name[0] in "/\\":
        return "has an absolute path"
    if ":" in name:
        return "has a drive letter or a colon in its path"
    if ".." in parts:
        return "lies outside the export"
    if "" in parts:
        return "has an empty part in its path"
    if _CONTROL.search(name):
        return "has a control character in its name"
    if any(part[-1] in ". " for part in parts):
        return "ends in a dot or a blank"
    if any(_DEVICES.match(part) for part in parts):
        return "has the name of a device"
    if any(len(part.encode("utf-8", "surrogatepass")) > _LONGEST for part in parts):
        return f"has a name longer than {_LONGEST} bytes"
    return ""


def collision_key(name: str) -> str:
    """Equal for two names that some file system would take for one."""
    return unicodedata.normalize("NFC", name).casefold()
