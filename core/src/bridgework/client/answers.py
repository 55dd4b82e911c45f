"""What a service answered, read strictly.

The common JSON readers keep the last of two equal keys, turn a 25-digit id into a float and accept NaN. Here each of
them makes the answer unreadable: a record must not change because it was read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from bridgework.model import Value
from bridgework.redaction import scrub, texts_in

MAX_DEPTH = 64  # levels of nesting; no supported service uses more than ten
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_TEXT_KEYS = ("code", "error", "message", "messages", "error_info", "detail", "details", "title", "reason")


class Unreadable(ValueError):
    """A body that is not the JSON it should be. The text says why and holds nothing of the body."""


def parse(body: bytes) -> Value:
    """Parse a JSON body: decimals as Decimal, whole numbers exact.

    :raises Unreadable: not UTF-8, not JSON, a key twice in one object, NaN or infinity, nested too deep.
    """
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _deeper_than_allowed(body):
        raise Unreadable("nested too deep")
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except ValueError:
        raise Unreadable("not JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return found


def _no_constant(_: str) -> NoReturn:
    raise Unreadable("a number is not finite")


def _deeper_than_allowed(body: bytes) -> bool:
    """Peel innermost bracket pairs at C speed; what is left after `MAX_DEPTH` rounds is too deep (or no JSON).

    Brackets inside texts can disturb the count. Where they make it fail it is done again without the texts, which costs
    twenty times as much; where they hide depth, the parser's own limit (about a thousand) ends it.
    """
    return not _peeled(body) and not _peeled(_STRING.sub(b"", body))


def _peeled(body: bytes) -> bool:
    brackets = body.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


class Answer:
    """An answer of a service.

    `status`, `headers` (names in lower case), `ok` (a 2xx that holds no error). A status the caller named in `accept`
    is not `ok` but expected. `json` is the parsed body, None if there is none. On a refused *read* `json` raises, so
    that a refusal is never taken for an empty list; `refusal` gives the body of a refusal without raising.
    """

    __slots__ = ("_explain", "_json", "_sent", "headers", "ok", "status")

    def __init__(
        self,
        status: int,
        json: Value = None,
        headers: Mapping[str, str] | None = None,
        *,
        ok: bool = True,
        sent: Value = None,
        refused: Callable[[Answer], Exception] | None = None,
    ) -> None:
        self.status = status
        self.ok = ok and 200 <= status < 300
        self.headers: Mapping[str, str] = headers if headers is not None else {}
        self._json = json
        self._sent = sent
        self._explain = refused

    @property
    def json(self) -> Value:
        """The parsed body.

        :raises AccessDenied: this is a read that was refused with 403.
        :raises StopRun: this is a read that was refused for another reason.
        """
        if self._explain is not None:
            raise self._explain(self)
        return self._json

    @property
    def refusal(self) -> Value:
        """The parsed body of a refusal, None if it was not JSON. Never raises; for error codes."""
        return self._json

    @property
    def error_text(self) -> str:
        """Status and reason in at most 200 characters, without e-mails, numbers, quotes and what was sent."""
        said = " ".join(_texts(self._json)) or "no reason given"
        return scrub(f"{self.status}: {said}", texts_in(self._sent))

    def __repr__(self) -> str:
        return f"Answer({self.status})"  # no body: a traceback must not show a record


def _texts(body: Value, depth: int = 0) -> list[str]:
    """What the usual error shapes say: `error`, `message`, `messages`, nested or not."""
    if depth > 3:
        return []
    if isinstance(body, str):
        return [body]
    if isinstance(body, list):
        return [text for part in body[:5] for text in _texts(part, depth + 1)]
    if isinstance(body, dict):
        return [text for key in _TEXT_KEYS if key in body for text in _texts(body[key], depth + 1)]
    return []
