"""The forms a record's identity takes where Pipedrive has no field for it, and how it is read back."""

from __future__ import annotations

import re

SOURCE_ID = "Source id"  # label of the custom field on persons, organizations and deals

# Plain in HTML and, after two replacements, in file names on every system.
CHARACTERS = r"[A-Za-z0-9._/|@+~-]*"

_ONE = r"([A-Za-z0-9._/|@+~-]+)"
_LINE = re.compile(rf"(?:\A|\n)\[source: {_ONE}\]\s*\Z")
_FOOTER = re.compile(rf"(?:<br>|<p>|<div>)*\[source: {_ONE}\](?:<br>|</p>|</div>|\s)*\Z")
_IN_NAME = re.compile(r" \[([A-Za-z0-9._=!@+~-]+)\](\.[^.\[\]]{1,16})?\Z")
_TO_NAME = str.maketrans({"/": "=", "|": "!"})
_FROM_NAME = str.maketrans({"=": "/", "!": "|"})
_NAME_BYTES = 255
_UNWANTED_IN_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def line(marker: str) -> str:
    """The line that carries the marker in a text."""
    return f"[source: {marker}]"


def split_text(text: str) -> tuple[str, str]:
    """A plain text without its marker line, and the marker (empty if there is none)."""
    found = _LINE.search(text)
    return (text[: found.start()].rstrip(), found[1]) if found else (text, "")


def split_html(content: str) -> tuple[str, str]:
    """Cleaned HTML without its marker footer, and the marker (empty if there is none)."""
    found = _FOOTER.search(content)
    return (content[: found.start()], found[1]) if found else (content, "")


def file_name(name: str, marker: str) -> str:
    """``X-ray 2024 [sensei.documents.d1=ab12cd].pdf``: readable, safe everywhere, at most 255 bytes."""
    stem, ending = _parts(_UNWANTED_IN_NAME.sub("_", name).strip(" ."))
    tail = f" [{marker.translate(_TO_NAME)}]{ending}"
    room = _NAME_BYTES - len(tail.encode())
    kept = (stem or "document").encode()[:room].decode(errors="ignore").rstrip(" .")
    return kept + tail


def split_file_name(name: str) -> tuple[str, str]:
    """The original name and the marker (empty if there is none)."""
    found = _IN_NAME.search(name)
    if not found:
        return name, ""
    return name[: found.start()] + (found[2] or ""), found[1].translate(_FROM_NAME)


def _parts(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,15}", ending):
        return name.replace(".", "_") if dot and not stem else name, ""
    return stem, f".{ending}"
