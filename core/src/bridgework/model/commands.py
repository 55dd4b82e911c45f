"""What plugins answer to `check` and `demo`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a pair's `demo(folder, patients, seed)` made: a generated source and what goes with it.

    `settings` are dotted keys for `init`, `sandbox` options of the destination's simulator (a list repeats an option),
    `decisions` a decisions.csv that answers the planted findings.
    """

    settings: Mapping[str, str]
    sandbox: Mapping[str, str | tuple[str, ...]] = made_by(default_factory=dict)
    decisions: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of `bridgework check`."""

    name: str
    ok: bool
    detail: str
    next_step: str = ""
