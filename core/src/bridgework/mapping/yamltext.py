"""Reading YAML that people write: plain data only, with the line of everything, and nothing that can surprise.

Refused: tags, anchors and aliases, a key written twice, more than one document, nesting deeper than `MAX_DEPTH`, texts
longer than `MAX_SIZE`. Scalars follow YAML 1.2 (``NO`` is a text); dates and numbers with a fraction stay texts: no
floating-point number is ever made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bridgework.errors import MappingError

MAX_SIZE = 2_000_000
MAX_DEPTH = 40

Place = tuple[str | int, ...]
_CONTENT = (AliasEvent, ScalarEvent, MappingStartEvent, MappingEndEvent, SequenceStartEvent, SequenceEndEvent)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class YamlText:
    """A document's data and, per place in it, the line where it stands (1 = first)."""

    name: str
    data: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of that place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(name: str, text: str) -> YamlText:
    """Read one document; MappingError names file and line of what is refused."""
    if len(text) > MAX_SIZE:
        raise _refused(name, 1, "the file is larger than two million characters")
    reader = _Reader(name)
    try:
        events = list(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise _refused(name, mark.line + 1 if mark else 1, f"not readable as YAML, {problem.problem}") from None
    except (YAMLError, ValueError):
        raise _refused(name, 1, "holds characters that YAML does not allow") from None
    return reader.read(events)


def _refused(name: str, line: int, reason: str) -> MappingError:
    problem = f"{name}:{line}: {reason}"
    return MappingError(f"{problem}.", problems=(problem,), next_step=f"correct line {line} of {name}")


class _Reader:
    """Builds the data from events, so that nothing is constructed that was not looked at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.events: list[Event] = []
        self.next = 0

    def read(self, events: list[Event]) -> YamlText:
        documents = [event for event in events if isinstance(event, DocumentStartEvent)]
        if len(documents) > 1:
            raise _refused(self.name, documents[1].start_mark.line + 1, "a second document begins; one is allowed")
        self.events = [event for event in events if isinstance(event, _CONTENT)]
        data = self._value(()) if self.events else None
        return YamlText(self.name, data, self.lines)

    def _take(self) -> Event:
        event = self.events[self.next]
        self.next += 1
        return event

    def _value(self, place: Place) -> Any:
        event = self._take()
        line = event.start_mark.line + 1
        self.lines.setdefault(place, line)
        if len(place) > MAX_DEPTH:
            raise _refused(self.name, line, "nested too deeply")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _refused(self.name, line, "anchors and aliases are not allowed; write the value out")
        if getattr(event, "tag", None) not in (None, "!") or getattr(event, "ctag", None):
            raise _refused(self.name, line, "tags (!…) are not allowed")
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._items(place)
        return self._entries(place)

    def _items(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(self.events[self.next], SequenceEndEvent):
            items.append(self._value((*place, len(items))))
        self._take()
        return items

    def _entries(self, place: Place) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(self.events[self.next], MappingEndEvent):
            event = self.events[self.next]
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                raise _refused(self.name, line, "a key must be a plain text")
            self._value((*place, "\0key"))
            self.lines.pop((*place, "\0key"))
            key = str(event.value)
            if key in entries:
                raise _refused(self.name, line, f"the key {key} is written twice")
            self.lines[(*place, key)] = line
            entries[key] = self._value((*place, key))
        self._take()
        return entries


def _scalar(event: ScalarEvent) -> Any:
    text = str(event.value)
    if event.style:  # quoted or a block: always a text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text in _TRUTH:
        return _TRUTH[text]
    return int(text) if _WHOLE.match(text) else text
