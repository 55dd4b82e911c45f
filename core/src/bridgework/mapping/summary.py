"""A field's origin in one line of plain words, for workbooks, audit logs and guides."""

from __future__ import annotations

from bridgework.mapping.document import FieldSpec


def describe(spec: FieldSpec) -> str:
    """Where a value comes from and what is done to it: ``email, then email_list``."""
    parts = [_origin(spec)]
    if spec.use:
        parts.append(f"then {', '.join(spec.use)}")
    if spec.join is not None and spec.rollup is None:
        parts.append("joined")
    if spec.values:
        parts.append(f"{len(spec.values)} values translated")
    if spec.default is not None:
        parts.append(f"else {spec.default}")
    return ", ".join(parts)


def _origin(spec: FieldSpec) -> str:
    if spec.from_ is not None:
        return spec.from_
    if spec.text is not None:
        return f"text “{' / '.join(spec.text.strip().splitlines())}”"
    if spec.constant is not None:
        return f"always {spec.constant}"
    if spec.ref is not None:
        return f"record of rule {spec.ref} that {describe(spec.by) if spec.by else 'it'} names"
    if spec.owner is not None:
        return f"user of {describe(spec.owner)}"
    if spec.rollup is not None:
        return _rollup(spec)
    if spec.first is not None:
        return f"first filled of ({'; '.join(map(describe, spec.first))})"
    if spec.all_ is not None:
        return f"all of ({'; '.join(map(describe, spec.all_))})"
    return ", ".join(f"{name} = {describe(each)}" for name, each in (spec.given or {}).items())


def _rollup(spec: FieldSpec) -> str:
    if spec.count:
        return f"number of {spec.rollup}"
    taken = _taken(spec.take)
    chosen = ", those that fit" if spec.where else ""
    if spec.sum_:
        return f"sum of {taken} over {spec.rollup}{chosen}{', sign turned' if spec.negate else ''}"
    if spec.pick:
        return f"{taken} of the {spec.pick} of {spec.rollup}{f' by {spec.order}' if spec.order else ''}{chosen}"
    return f"{taken} of all {spec.rollup}{chosen}"


def _taken(take: str | list[str] | dict[str, str] | None) -> str:
    if isinstance(take, dict):
        return ", ".join(take.values())
    return take if isinstance(take, str) else " or ".join(take or ())
