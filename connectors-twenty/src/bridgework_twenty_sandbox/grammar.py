"""The filter and order grammar of REST, with its faults (reference, section 3). Errors here cost no token."""

import re
from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox.answers import Record, unreadable
from bridgework_twenty_sandbox.comparing import OPERATORS

_GROUP = re.compile(r"^(and|or|not)\((.*)\)$", re.DOTALL)
_OPENING = re.compile(r"^(and|or|not)\(")
_PREDICATE = re.compile(r"^(?P<field>[^\[\]]+)\[(?P<operator>[^\[\]]+)\]:(?P<value>.+)$", re.DOTALL)
_DIRECTIONS = ("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")
_ORDER = re.compile(r"^(?P<field>[^\[\]]+)(?:\[(?P<direction>[^\[\]]*)\])?$")
_EXAMPLE = "eg: price[gte]:10"


def filter_tree(text: str) -> Record:
    """A REST filter in the GraphQL form. Brackets are counted without regard to quotes. Raises Refused."""
    missing = text.count("(") - text.count(")")
    if missing:
        which = "close" if missing > 0 else "open"
        raise unreadable(
            f"'filter' invalid. {abs(missing)} {which} bracket{'s are' if abs(missing) > 1 else ' is'} "
            "missing in the query"
        )
    return _group(text if _OPENING.match(text) else f"and({text})")


def _group(text: str) -> Record:
    found = _GROUP.match(text)
    if found is None:
        return _predicate(text)
    conjunction, content = found.groups()
    parts = [part.strip() for part in _split(content)]
    if not content:
        raise unreadable(f"'filter' invalid for '{text}'. {_EXAMPLE}")
    if conjunction == "not":
        if len(parts) > 1:
            raise unreadable(
                "'filter' invalid. 'not' conjunction should contain only 1 condition. eg: not(field[eq]:1)"
            )
        return {"not": _group(parts[0])}
    return {conjunction: [_group(part) for part in parts]}


def _split(content: str) -> Iterator[str]:
    """At commas outside brackets and quotes. That an apostrophe opens a quote too is inferred from one recording."""
    depth, quote, current = 0, "", ""
    for character in content:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            yield current
            current = ""
            continue
        current += character
    yield current


def _predicate(text: str) -> Record:
    found = _PREDICATE.match(text)
    if found is None:
        raise unreadable(f"'filter' invalid for '{text}'. {_EXAMPLE}")
    operator = found["operator"]
    if operator not in OPERATORS:
        raise unreadable(f"'filter' invalid for '{text}', comparator {operator} not in {', '.join(OPERATORS)}")
    tree: Record = {operator: _operand(operator, found["value"])}
    for name in reversed(found["field"].split(".")):
        tree = {name: tree}
    return tree


def _operand(operator: str, text: str) -> Any:
    if operator not in ("in", "containsAny"):
        return _unquoted(text)
    if not (text.startswith("[") and text.endswith("]")):
        raise unreadable(
            f"'filter' invalid for '{operator}' operator. Received '{text}' but array value expected "
            "eg: 'field[in]:[value_1,value_2]'"
        )
    inner = text[1:-1]
    return [_unquoted(part) for part in inner.split(",")] if inner else []


def _unquoted(text: str) -> str:
    for quote in "\"'":
        if len(text) >= 2 and text[0] == text[-1] == quote:
            return text[1:-1]
    return text


def order_terms(text: str) -> list[Record]:
    """``order_by`` in the GraphQL form. Raises Refused."""
    terms: list[Record] = []
    for part in text.split(","):
        found = _ORDER.match(part.strip())
        if found is None:
            raise unreadable(f"'order_by' invalid for '{part}'. eg: ?order_by=field_1[AscNullsFirst]")
        direction = found["direction"] if found["direction"] is not None else _DIRECTIONS[0]
        if direction not in _DIRECTIONS:
            allowed = ", ".join(f"'{each}'" for each in _DIRECTIONS)
            raise unreadable(
                f"'order_by' direction '{direction}' invalid. Allowed values are {allowed}. "
                "eg: ?order_by=field_1[AscNullsFirst],field_2[DescNullsLast],field_3"
            )
        term: Any = direction
        for name in reversed(found["field"].split(".")):
            term = {name: term}
        terms.append(term)
    return terms
