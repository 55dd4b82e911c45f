"""The one machine-readable shape of stage reports and `--json` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

from bridgework.errors import BridgeworkError, MappingError, Paused

State = Literal["done", "differences", "waiting", "stopped", "failed"]
EXIT_CODES: dict[str, int] = {"done": 0, "differences": 1, "waiting": 3, "stopped": 3, "failed": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a stage leaves behind. `objects` are dispositions per source object, `rules` outcomes per rule."""

    stage: str
    migration: str = ""
    state: State = "done"
    cause: str = ""
    next: str = ""
    until: datetime | None = None
    message: str = ""
    objects: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    exit_code: int | None = None

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return EXIT_CODES[self.state] if self.exit_code is None else self.exit_code

    def as_json(self) -> dict[str, Any]:
        """The JSON object; what belongs to one stage stands beside the common keys."""
        return {
            "format": 1,
            "migration": self.migration,
            "stage": self.stage,
            "state": self.state,
            "cause": self.cause,
            "next": self.next,
            "until": self.until.isoformat().replace("+00:00", "Z") if self.until else None,
            "message": self.message,
            "objects": self.objects,
            "rules": self.rules,
            **self.data,
        }

    def dump(self) -> bytes:
        """The JSON text, stable and indented."""
        return orjson.dumps(self.as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"


def failure(stage: str, migration: str, error: BridgeworkError) -> Result:
    """The result of a stage that ended with an expected error."""
    return Result(
        stage=stage,
        migration=migration,
        state="stopped" if error.exit_code == 3 else "failed",
        cause=error.cause,
        next=error.next_step,
        until=error.until if isinstance(error, Paused) else None,
        message=_sentence(error.message),
        data={"problems": list(error.problems)} if isinstance(error, MappingError) else {},
        exit_code=error.exit_code,
    )


def _sentence(text: str) -> str:
    """With a full stop. The beginning stays as it is written: it may be the name of a file or a folder."""
    return text if not text or text[-1] in ".!?…" else f"{text}."
