"""The forms a record's identity takes where Pipedrive has no field for it, and how it is read back."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

SOURCE_ID = "Source id"  # label of the custom field on persons, organizations and deals

# What a key may hold to stand in a marker as it is: plain in HTML, and nearly so in file names. The core takes a hash
# in place of other keys; names of sources and rules are the mapping's and may hold anything but brackets.
CHARACTERS = r"[A-Za-z0-9._/|@+~-]*"

_LINE = re.compile(r"(?:\A|\n)\[source: ([^\[\]\n]{1,255})\]\s*\Z")
_FOOTER = re.compile(r"(?:<br>|<p>|<div>)*\[source: ([^\[\]<>\n]{1,255})\](?:<br>|</p>|</div>|\s)*\Z")
_IN_NAME = re.compile(r" \[([A-Za-z0-9._=!@+~-]{1,255})\](\.[^.\[\]]{1,16})?\Z")
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
    return (content[: found.start()], html.unescape(found[1])) if found else (content, "")


def file_name(name: str, marker: str) -> str:
    """``X-ray 2024 [sensei.documents.d1=ab12cd].pdf``: readable, safe everywhere, at most 255 bytes."""
    stem, ending = _parts(_UNWANTED_IN_NAME.sub("_", name).strip(" ."))
    tail = f" [{_to_name(marker)}]{ending}"
    room = _NAME_BYTES - len(tail.encode())
    kept = (stem or "document").encode()[:room].decode(errors="ignore").rstrip(" .")
    return kept + tail


def split_file_name(name: str) -> tuple[str, str]:
    """The original name and the marker (empty if there is none)."""
    found = _IN_NAME.search(name)
    if not found:
        return name, ""
    return name[: found.start()] + (found[2] or ""), _from_name(found[1])


def _to_name(marker: str) -> str:
    """A slash becomes ``=``, what no file system likes ``!`` and two hexadecimal digits for each byte."""
    return re.sub(
        r"[^A-Za-z0-9._@+~/-]", lambda found: "".join(f"!{byte:02X}" for byte in found[0].encode()), marker
    ).replace("/", "=")


def _from_name(text: str) -> str:
    plain = re.sub(r"!([0-9A-F]{2})", r"%\1", text.replace("=", "/").replace("%", "%25"))
    return unquote(plain, errors="replace")


def _parts(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,15}", ending):
        return name.replace(".", "_") if dot and not stem else name, ""
    return stem, f".{ending}"
