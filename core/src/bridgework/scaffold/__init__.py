"""Packages to begin with: working files in which the name is acme, written under another name.

The file name of a template ends in ``.template``. Words in it are replaced: ``bridgework_acme`` and ``ACME`` by the
name with underscores, ``Acme`` by the name of a class, ``acme`` by the name itself.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bridgework.errors import UsageError
from bridgework.plugins import installed

KINDS = ("destination", "source", "pair")
ENDING = ".template"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40


def scaffold(kind: str, name: str, folder: Path, names: tuple[tuple[str, str], ...] = ()) -> list[Path]:
    """Write a package for a plugin of that kind; the files, relative to the folder.

    :param names: further words to replace, before those of the name itself.
    :raises UsageError: the name cannot be one, a plugin of that name is installed, or the folder is there.
    """
    _check_name(kind, name)
    if folder.exists():
        raise UsageError(f"{folder} exists already.", next_step="name another folder with --into, or remove it")
    words = (*names, *_words(name))
    written = []
    for place, template in _templates(files(__package__).joinpath(kind)):
        path = folder / _renamed(place.removesuffix(ENDING), words)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_renamed(template.read_text("utf-8"), words), "utf-8")
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}.", next_step="name a folder that you may write to"
            ) from None
        written.append(path.relative_to(folder))
    return sorted(written)


def _check_name(kind: str, name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} cannot name a {kind}: small letters, digits and single dashes between them, at most {_LONGEST}.",
            next_step=f"bridgework new {kind} acme",
        )
    for plugin in installed(kind):
        if plugin.name == name:
            raise UsageError(
                f"A {kind} called {name} is installed already ({plugin.distribution}).", next_step="choose another name"
            )


def _words(name: str) -> tuple[tuple[str, str], ...]:
    module = name.replace("-", "_")
    title = "".join(part.title() for part in name.split("-"))
    return (("bridgework_acme", f"bridgework_{module}"), ("ACME", module.upper()), ("Acme", title), ("acme", name))


def _renamed(text: str, words: tuple[tuple[str, str], ...]) -> str:
    """All words at once, longest first, so that no replacement is replaced again."""
    table = dict(words)
    pattern = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    return re.sub(pattern, lambda found: table[found[0]], text)


def _templates(root: Traversable, place: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in root.iterdir():
        below = f"{place}/{entry.name}" if place else entry.name
        if entry.is_dir():
            yield from _templates(entry, below)
        elif entry.name.endswith(ENDING):
            yield below, entry
