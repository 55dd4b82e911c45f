"""Plays recorded exchanges against a server and says what is answered differently.

Waiting is left to the caller's ``wait`` (simulated milliseconds), so that nothing here depends on real time.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

DATA = Path(__file__).parent / "data"
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_PICK = re.compile(r"\[(\w+)=(.*)\]")
_EVENTUALLY_MS = 500


@cache
def recorded() -> Mapping[str, Any]:
    text = gzip.decompress((DATA / "exchanges-2.21.0.json.gz").read_bytes())
    found: Mapping[str, Any] = json.loads(text)
    return found


def scenarios(mode: str) -> dict[str, Mapping[str, Any]]:
    """Scenarios of a mode (lifted, shipped-limits, legacy-metadata) by name."""
    return {each["scenario"]: each for each in recorded()["scenarios"] if each.get("mode", "lifted") == mode}


@dataclass
class Player:
    """``keys`` are tokens by the names that steps use; ``wait`` lets simulated milliseconds pass."""

    http: httpx.Client
    keys: Mapping[str, str]
    wait: Callable[[float], None]
    saved: dict[str, Any] = field(default_factory=lambda: dict(recorded()["variables"]))

    def play(self, scenario: Mapping[str, Any]) -> list[str]:
        """All differences, each with the step it belongs to."""
        found: list[str] = []
        for step in scenario["steps"]:
            found += [f"{scenario['scenario']}/{step['id']} {each}" for each in self._step(step)]
        return found

    def _step(self, step: Mapping[str, Any]) -> list[str]:
        self.wait(step.get("wait_ms", 0))
        left = step.get("eventually_s", 0) * 1000
        while True:
            found = self._attempt(step)
            if not found or left <= 0:
                return found
            self.wait(_EVENTUALLY_MS)
            left -= _EVENTUALLY_MS

    def _attempt(self, step: Mapping[str, Any]) -> list[str]:
        answer: Any = None
        for turn in range(step.get("repeat", 1)):
            if turn:
                self.wait(step.get("spacing_ms", 0))
            reply = self._send(step)
            answer = _content(reply)
            if reply.status_code != step["status"]:
                return [f"request {turn + 1}: status {reply.status_code}, not {step['status']}: {str(answer)[:300]}"]
        for name, pointer in step.get("save", {}).items():
            self.saved[name] = resolve(answer, pointer)
        if "answer" not in step:
            return []
        return list(_differences(step, self.saved, filled(step["answer"], self.saved), answer, []))

    def _send(self, step: Mapping[str, Any]) -> httpx.Response:
        headers = {"authorization": "", **{name.lower(): value for name, value in step.get("headers", {}).items()}}
        if (name := step.get("key", "default")) != "none":
            headers["authorization"] = f"Bearer {self.keys[name]}"
        sent: dict[str, Any] = {}
        if "multipart" in step:
            parts = filled(step["multipart"], self.saved)
            sent["data"] = {name: json.dumps(parts[name]) for name in ("operations", "map")}
            sent["files"] = {
                name: (file["filename"], file["text"].encode(), file["content_type"])
                for name, file in parts["files"].items()
            }
        elif (body := self._body(step)) is not None:
            sent["content"] = body
            headers["content-type"] = "application/json"
        request = self.http.build_request(
            step["method"],
            filled(step["path"], self.saved),
            params=filled(step["query"], self.saved) if "query" in step else None,
            headers=headers,
            **sent,
        )
        if not headers["authorization"]:
            del request.headers["authorization"]
        return self.http.send(request)

    def _body(self, step: Mapping[str, Any]) -> str | None:
        if "raw" in step:
            return str(step["raw"])
        if "graphql" in step:
            variables = filled(step["graphql"].get("variables", {}), self.saved)
            return json.dumps({"query": step["graphql"]["query"], "variables": variables})
        if "json" not in step:
            return None
        body = filled(step["json"], self.saved)
        for pointer, filler in step.get("expand", {}).items():
            body[pointer.removeprefix("/")] = filler["text"] * filler["times"]
        return json.dumps(body)


def _content(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return reply.text


def filled(value: Any, saved: Mapping[str, Any]) -> Any:
    """Replace ``{{name}}`` in every text; a text that is nothing else becomes the saved value itself."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        return saved[whole[1]] if whole else _PLACE.sub(lambda found: str(saved[found[1]]), value)
    if isinstance(value, list):
        return [filled(each, saved) for each in value]
    if isinstance(value, dict):
        return {name: filled(each, saved) for name, each in value.items()}
    return value


def resolve(document: Any, pointer: str) -> Any:
    """Follow a pointer; ``[name=value]`` picks the entry of a list."""
    for segment in pointer.split("/")[1:]:
        if isinstance(document, list) and (pick := _PICK.fullmatch(segment)):
            document = next(each for each in document if str(each.get(pick[1])) == pick[2])
        else:
            document = document[int(segment) if isinstance(document, list) else segment]
    return document


def _covers(pointer: str, path: list[str]) -> bool:
    wanted = pointer.split("/")[1:]
    return len(wanted) == len(path) and all(each in ("*", step) for each, step in zip(wanted, path, strict=True))


def _differences(
    step: Mapping[str, Any], saved: Mapping[str, Any], wanted: Any, got: Any, path: list[str]
) -> Iterator[str]:
    where = "/" + "/".join(path)
    for pointer, pattern in step.get("match", {}).items():
        if _covers(pointer, path):
            if not isinstance(got, str) or not re.fullmatch(pattern, got, re.DOTALL):
                yield f"{where}: {str(got)[:200]} does not match {pattern}"
            return
    if _kind(wanted) != _kind(got):
        yield f"{where}: {str(got)[:200]}, not {str(wanted)[:200]}"
    elif any(_covers(pointer, path) for pointer in step.get("volatile", ())):
        return
    elif isinstance(wanted, dict):
        for name in sorted(wanted.keys() ^ got.keys()):
            yield f"{where}/{name}: {'missing' if name in wanted else 'not expected'}"
        for name in wanted.keys() & got.keys():
            yield from _differences(step, saved, wanted[name], got[name], [*path, name])
    elif isinstance(wanted, list):
        yield from _list_differences(step, saved, wanted, got, path)
    elif wanted != got:
        yield f"{where}: {str(got)[:200]}, not {str(wanted)[:200]}"


def _list_differences(
    step: Mapping[str, Any], saved: Mapping[str, Any], wanted: list[Any], got: list[Any], path: list[str]
) -> Iterator[str]:
    where = "/" + "/".join(path)
    rule = next((each for pointer, each in step.get("lists", {}).items() if _covers(pointer, path)), {})
    size = rule.get("of", None if rule.get("open") else len(wanted))
    if size is not None and len(got) != size:
        yield f"{where}: {len(got)} entries, not {size}"
        return
    by = rule.get("by")
    for place, entry in enumerate(wanted):
        if by is None:
            found = got[place : place + 1]
        else:
            found = [each for each in got if _named(each, by) == _named(entry, by)][:1]
        if not found:
            yield f"{where}/{place}: missing"
        else:
            yield from _differences(step, saved, entry, found[0], [*path, str(place)])


def _named(entry: Any, by: str) -> Any:
    return entry.get(by) if isinstance(entry, dict) else entry


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, (int, float)) else type(value).__name__
