"""Tooth notations: Universal (1-32, A-T, supernumerary 51-82 and AS-TS) and FDI (11-48, 51-85), areas, surfaces."""

from __future__ import annotations

import re
from typing import Final, Literal

Kind = Literal["permanent", "primary", "area", "other notation", "none"]

_AREAS: Final = frozenset({"UR", "UL", "LL", "LR", "00", "01", "02", "09", "10", "20", "30", "40", "UA", "LA", "FM"})
_UNIVERSAL_PERMANENT: Final = frozenset({*map(str, range(1, 33)), *map(str, range(51, 83))})
_UNIVERSAL_PRIMARY: Final = frozenset({*"ABCDEFGHIJKLMNOPQRST", *(f"{letter}S" for letter in "ABCDEFGHIJKLMNOPQRST")})
_FDI_PERMANENT: Final = frozenset(f"{quadrant}{place}" for quadrant in "1234" for place in "12345678")
_FDI_PRIMARY: Final = frozenset(f"{quadrant}{place}" for quadrant in "5678" for place in "12345")
_BETWEEN: Final = re.compile(r"[,;/\s]+")
_SURFACES: Final = frozenset("MODBIFLVP")
# Restorations and sealants are made on surfaces; examinations, cleanings, crowns, roots and gums are not.
_ON_SURFACES: Final = (range(1351, 1355), range(2140, 2665))
_CODE: Final = re.compile(r"D\d{4}")


def teeth(text: str) -> list[str]:
    """The single teeth of a cell: `#30`, `3, 14`, `UR`."""
    return [part.upper() for part in _BETWEEN.split(text.replace("#", " ")) if part]


def tooth_kind(tooth: str, system: str) -> Kind:
    """What one tooth is in the system of the source (`universal` or `fdi`)."""
    permanent, primary = (
        (_FDI_PERMANENT, _FDI_PRIMARY) if system == "fdi" else (_UNIVERSAL_PERMANENT, _UNIVERSAL_PRIMARY)
    )
    if tooth in permanent:
        return "permanent"
    if tooth in primary:
        return "primary"
    if tooth in _AREAS:
        return "area"
    short = tooth.lstrip("0")
    if short in permanent:
        return "permanent"
    other = _UNIVERSAL_PERMANENT | _UNIVERSAL_PRIMARY if system == "fdi" else _FDI_PERMANENT | _FDI_PRIMARY
    return "other notation" if short in other else "none"


def code_valid(code: str) -> bool:
    """A procedure code: D and four digits."""
    return _CODE.fullmatch(code) is not None


def takes_surfaces(code: str) -> bool:
    """Whether a procedure of that code is made on surfaces; unknown codes may be."""
    if not code_valid(code):
        return True
    number = int(code[1:])
    return any(number in span for span in _ON_SURFACES)


def surfaces_fault(text: str, code: str) -> str:
    """What is wrong with the surfaces of a procedure, in words without them; empty if nothing is."""
    letters = _BETWEEN.sub("", text.upper())
    if any(letter.isdigit() for letter in letters):
        return "digits where surfaces belong"
    if not set(letters) <= _SURFACES:
        return "letters that are no surfaces"
    return "" if takes_surfaces(code) else "surfaces on a code that takes none"
