"""A field's origin in one line of plain words, for workbooks, audit logs and guides."""

from __future__ import annotations

from bridgework.mapping.document import FieldSpec, Test, Where


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
    if spec.owner is not None and spec.owner.constant == "":
        return "the fallback owner"
    if spec.owner is not None:
        return f"user of {describe(spec.owner)}"
    if spec.team is not None:
        return f"team member of {describe(spec.team)}"
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


def conditions(where: Where) -> str:
    """Which rows take part, in one line: ``status is Active, deletedAt is empty``."""
    parts = [f"{path} {_test(test)}" for path, test in where.tests.items()]
    if where.any_:
        parts.append(f"one of ({'; '.join(map(conditions, where.any_))})")
    if where.none is not None:
        parts.append(f"not ({conditions(where.none)})")
    return ", ".join(parts)


def _test(test: Test) -> str:
    said = test.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return " and ".join(_said(name, value) for name, value in said.items())


def _said(name: str, value: object) -> str:
    if isinstance(value, bool) and name in _WORDS:
        return f"is {_WORDS[name][0 if value else 1]}"
    listed = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{name.replace('_', ' ')} {listed}"


_WORDS = {"empty": ("empty", "filled"), "past": ("past", "future")}
