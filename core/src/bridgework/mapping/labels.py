"""Labels as a destination can hold them: what is too long ends visibly, and stays apart from every other."""

from __future__ import annotations

from hashlib import sha256


def fitted(label: str, longest: int) -> str:
    """The label, or as much of it as goes in, with … and six hexadecimal digits of its SHA-256 behind.

    The same label is shortened alike in every run and whatever stands beside it, and two that begin alike differ.
    """
    if len(label) <= longest:
        return label
    tail = f"… {sha256(label.encode()).hexdigest()[:6]}"
    return f"{label[: longest - len(tail)].rstrip()}{tail}"
