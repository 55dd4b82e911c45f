"""Transforms that only this pair needs: names in two parts, numbers that can be dialled, texts of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

import phonenumbers

from bridgework.canonical import one_line
from bridgework.model import FieldType, NamedTransform, TransformContext, Value
from bridgework_dental.transforms import priced
from bridgework_sensei_twenty.addresses import address_line

REGION: Final = "US"  # whose rules read numbers without a country code; Sensei Cloud serves practices there
_EXTENSION: Final = re.compile(r"\s*(?:;|,)?\s*(?:x|ext\.?|extension|#)\s*\d{1,7}\s*$", re.IGNORECASE)
_BLOCK_NAMES: Final = """
address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol option p pre search section summary table tbody tfoot thead
tr ul
"""
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_CELLS: Final = frozenset({"td", "th"})
_VERBATIM: Final = frozenset({"pre", "textarea"})  # whose line ends count
_NEXT_CELL: Final = "\x1f"
_BETWEEN: Final = re.compile(r"[;,\s]+")
_EMAIL: Final = re.compile(r"(?:<?[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+>?)?")  # or nothing, at the ends
_SILENT: Final = frozenset({"script", "style", "head", "title"})


# ------------------------------------------------------------------------------------------ names


def given_name(value: Value) -> Value:
    """The first name, without the underscore of a moved record; nothing where the patient has no name at all."""
    return _name(value, "first") or None


def family_name(value: Value) -> Value:
    """Last name and suffix; for a patient without any name the patient number."""
    named = " ".join(filter(None, (_name(value, "last"), _name(value, "suffix"))))
    nameless = not named and not _name(value, "first")
    return (named or (one_line(value.get("number")) if nameless else "")) or None


def _name(value: Value, part: str) -> str:
    return one_line(value.get(part)).rstrip("_ ")


# ------------------------------------------------------------------------------------------ telephones


def dialable(value: Value) -> Value:
    """Numbers that can be dialled, without their extension, as contacts: preferred first, labels in small letters."""
    found = [(item, number) for item in _phones(value) if (number := _dialled(item["number"]))]
    found.sort(key=lambda pair: pair[0]["preferred"] is not True)
    return [
        {"value": number, "label": item["label"], "primary": place == 0} for place, (item, number) in enumerate(found)
    ] or None


def not_dialable(value: Value) -> Value:
    """Numbers as typed that have an extension or that nobody can dial: ``work: 303-555-0102 x12``."""
    kept = [each for each in _phones(value) if _dialled(each["number"]) != each["number"]]
    return "; ".join(f"{each['label']}: {each['number']}" for each in kept) or None


def _phones(value: Value) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        table = item if isinstance(item, Mapping) else {"number": item}
        if number := one_line(table.get("number")):
            label = one_line(table.get("type")).lower() or "other"
            yield {"number": number, "label": label, "preferred": table.get("preferred")}


def _dialled(typed: str) -> str:
    """The number without its extension, empty if it cannot be dialled."""
    plain = _EXTENSION.sub("", typed)
    try:
        parsed = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        return ""
    whole = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    letters = any(map(str.isalpha, plain))
    return plain if whole and not parsed.extension and not letters else ""


def not_mailable(value: Value) -> Value:
    """Texts as typed in which something is no e-mail address; nothing where everything is one."""
    texts = [one_line(each) for each in (value if isinstance(value, list) else [value])]
    return "; ".join(each for each in texts if not all(map(_EMAIL.fullmatch, _BETWEEN.split(each)))) or None


# ------------------------------------------------------------------------------------------ texts


def first_address(value: Value) -> Value:
    """The first address in which something stands."""
    return next(filter(address_line, value if isinstance(value, list) else [value]), None)


def address_lines(value: Value) -> Value:
    """Every address once, one per line."""
    items = value if isinstance(value, list) else [value]
    return "\n".join(dict.fromkeys(filter(None, map(address_line, items)))) or None


def party_block(value: Value) -> Value:
    """Who is responsible: name and relationship, telephones, e-mail and address, an empty line between two."""
    blocks = []
    for item in value if isinstance(value, list) else [value]:
        name, relationship = one_line(item.get("name")), one_line(item.get("relationship"))
        head = f"{name} ({relationship})" if name and relationship else name or relationship
        numbers = [f"{each['number']} ({each['label']})" for each in _phones(item.get("phones") or [])]
        lines = [head, *numbers, one_line(item.get("email")), address_line(item.get("address"))]
        if text := "\n".join(filter(None, lines)):
            blocks.append(text)
    return "\n\n".join(blocks) or None


def policy_lines(value: Value) -> Value:
    """One line per policy: coverage, carrier, plan, group, relationship to the holder, dates, status."""
    lines = []
    for item in value if isinstance(value, list) else [value]:
        group, start, end = (one_line(item.get(key)) for key in ("group", "from", "until"))
        holder, relationship = one_line(item.get("holder")), one_line(item.get("relationship"))
        parts = (
            one_line(item.get("carrier")),
            one_line(item.get("plan")),
            f"group {group}" if group else "",
            f"{relationship} of {holder}" if relationship and holder else relationship or holder,
            f"from {start}" if start else "",
            f"until {end}" if end else "",
            one_line(item.get("status")),
        )
        lines.append(f"{one_line(item.get('coverage')) or 'Policy'}: {', '.join(filter(None, parts)) or 'no details'}")
    return "\n".join(lines) or None


def history_lines(value: Value) -> Value:
    """One line per visit: day, kind, codes, provider."""
    lines = []
    for item in value if isinstance(value, list) else [value]:
        listed = item.get("procedures")
        procedures = listed if isinstance(listed, list) else []
        codes = [one_line(each.get("code")) for each in procedures if isinstance(each, Mapping)]
        provider = one_line(item.get("provider")) or one_line(item.get("other"))
        parts = (one_line(item.get("kind")), ", ".join(filter(None, codes)), provider)
        lines.append(f"{one_line(item.get('start'))[:10]}: {', '.join(filter(None, parts))}")
    return "\n".join(lines) or None


def procedure_estimates(value: Value, context: TransformContext) -> Value:
    """What the insurance is expected to pay for each procedure of which that is known: ``D2740 tooth 14: USD 4.00``."""
    found = []
    for item in value if isinstance(value, list) else [value]:
        parts = item if isinstance(item, Mapping) else {}
        tooth, amount = one_line(parts.get("tooth")), priced(parts.get("estimatedInsurance"), context)
        named = " ".join(filter(None, (one_line(parts.get("code")), f"tooth {tooth}" if tooth else "")))
        if amount:
            found.append(f"{named or 'procedure'}: {amount}")
    return "; ".join(found) or None


def storage_link(value: Value) -> Value:
    """The address of a file below the practice's own storage; nothing without one."""
    base, path = one_line(value.get("base")).rstrip("/"), one_line(value.get("path")).lstrip("/")
    return f"{base}/{quote(path)}" if base and path else None


def file_name(value: Value) -> Value:
    """The last part of a path, whichever slash it has."""
    return one_line(value).replace("\\", "/").rstrip("/").rpartition("/")[2] or None


def html_text(value: Value) -> Value:
    """The plain text of HTML: one line per block, list items with a dash, cells of a row kept apart, no scripts."""
    reader = _Reader()
    reader.feed(str(value))
    reader.close()
    lines = map(_line, "".join(reader.parts).split("\n"))
    return "\n".join(filter(None, lines)) or None


def _line(raw: str) -> str:
    """A line without the blanks of its markup; an empty cell between others keeps its place."""
    cells = [one_line(cell) for cell in raw.split(_NEXT_CELL)]
    return " | ".join(cells) if any(cells) else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = self._verbatim = 0
        self._item = self._row_begins = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _CELLS:
            self.parts.append("" if self._row_begins else _NEXT_CELL)
            self._row_begins = False
        elif tag in _BLOCKS:
            self.parts.append("\n")
            self._item = self._item or tag == "li"
            self._row_begins = tag == "tr"
        self._verbatim += tag in _VERBATIM

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")
            self._item = self._item and tag != "li"
        self._verbatim = max(0, self._verbatim - (tag in _VERBATIM))

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._item and data.strip():
            self.parts.append("- ")
            self._item = False
        kept = data.replace(_NEXT_CELL, " ")
        self.parts.append(kept if self._verbatim else kept.replace("\n", " "))


TRANSFORMS: Final = (
    NamedTransform.of(given_name, FieldType.TEXT, ({"first": "SAM_", "last": "LEE"}, "SAM"), ({"number": "7"}, None)),
    NamedTransform.of(
        family_name,
        FieldType.TEXT,
        ({"first": "Ana", "last": "Ruiz", "suffix": "Jr"}, "Ruiz Jr"),
        ({"number": "7"}, "7"),
        ({"first": "Ana", "number": "7"}, None),
    ),
    NamedTransform.of(
        dialable,
        FieldType.PHONES,
        ("303-555-0102 x12", [{"value": "303-555-0102", "label": "other", "primary": True}]),
        ("ask at the desk", None),
    ),
    NamedTransform.of(
        not_dialable, FieldType.TEXT, ("303-555-0102 x12", "other: 303-555-0102 x12"), ("303-555-0102", None)
    ),
    NamedTransform.of(first_address, None, ([{"line1": ""}, {"line1": "1 Main St"}], {"line1": "1 Main St"})),
    NamedTransform.of(
        address_lines, FieldType.LONG_TEXT, ([{"line1": "1 Main St", "city": "Golden"}], "1 Main St, Golden")
    ),
    NamedTransform.of(
        party_block, FieldType.LONG_TEXT, ([{"name": "Eve Lee", "relationship": "Mother"}], "Eve Lee (Mother)")
    ),
    NamedTransform.of(policy_lines, FieldType.LONG_TEXT, ([{"coverage": "Primary", "plan": "Gold"}], "Primary: Gold")),
    NamedTransform.of(
        history_lines,
        FieldType.LONG_TEXT,
        ([{"start": "2026-03-01T09:00:00", "kind": "Filling"}], "2026-03-01: Filling"),
    ),
    NamedTransform.of(
        procedure_estimates,
        FieldType.LONG_TEXT,
        ([{"code": "D2740", "tooth": "14", "estimatedInsurance": "4"}, {"code": "D1110"}], "D2740 tooth 14: USD 4.00"),
    ),
    NamedTransform.of(
        storage_link, FieldType.TEXT, ({"base": "https://f.example/", "path": "a b.pdf"}, "https://f.example/a%20b.pdf")
    ),
    NamedTransform.of(file_name, FieldType.TEXT, ("documents/2025/a b.pdf", "a b.pdf")),
    NamedTransform.of(html_text, FieldType.LONG_TEXT, ("<p>a<br>b</p><script>x</script>", "a\nb")),
    NamedTransform.of(
        not_mailable,
        FieldType.TEXT,
        ("ask at the desk", "ask at the desk"),
        ("ana@example.org, N/A", "ana@example.org, N/A"),
        ("ana@example.org", None),
    ),
)
