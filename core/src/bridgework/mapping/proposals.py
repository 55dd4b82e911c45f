"""Suggestions where fields could go: by concept, name, type and values, each with its reason and confidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bridgework.model import (
    DestinationSchema,
    FieldType,
    Proposal,
    SourceDescription,
    SourceField,
    SourceObject,
    TargetField,
    TargetObject,
)

GOOD = 0.62  # below this a field of its own is the better answer
OWN_FIELD = 0.4
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.HTML, FieldType.PHONE, FieldType.CHOICE})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_TIMES = frozenset({FieldType.DATE, FieldType.INSTANT, FieldType.LOCAL_INSTANT})
_FAMILIES = (_TEXTS, _NUMBERS, _TIMES)
_LISTS = {FieldType.EMAILS: "email", FieldType.PHONES: "phone", FieldType.ADDRESS: "address"}
# Words by which systems name the same kind of record.
_KINDS = (
    frozenset({"person", "people", "contact", "client", "customer", "patient", "member"}),
    frozenset({"organization", "organisation", "company", "account", "practice", "location", "payer", "lab", "office"}),
    frozenset({"deal", "opportunity", "plan", "case", "quote"}),
    frozenset({"activity", "appointment", "task", "event", "visit", "meeting", "call"}),
    frozenset({"note", "comment", "annotation", "memo"}),
    frozenset({"file", "document", "attachment", "image"}),
)


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    reason: str


def propose(fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema) -> Iterator[Proposal]:
    """For every field the best existing field of the destination, or a new one on the record that fits best.

    Deterministic; `confidence` weighs name and concept (together 0.7), type (0.2) and values (0.1).
    """
    for source, field in fields:
        item = best_object(source, targets)
        if item is None:
            continue
        found = [(_fit(field, target), target) for target in item.fields if target.settable != "never"]
        fit, target = max(found, key=lambda pair: (pair[0].score, pair[1].label), default=(_Fit(0, ""), None))
        if target is not None and fit.score >= GOOD:
            yield Proposal(
                source_object=source.name,
                source_field=field.name,
                object=item.name,
                label=target.label,
                type=target.type,
                reason=fit.reason,
                confidence=round(fit.score, 2),
            )
        elif item.custom_fields_possible:
            yield Proposal(
                source_object=source.name,
                source_field=field.name,
                object=item.name,
                label=_label(field),
                type=_own_type(field.type),
                options=field.options,
                reason=f"nothing on {item.label or item.name} fits; a field of its own",
                confidence=OWN_FIELD,
            )


def best_object(source: SourceObject, targets: DestinationSchema) -> TargetObject | None:
    """The destination object whose name or kind fits the source object best, None if there is none."""
    scored = [(_object_score(source, item), item.name, item) for item in targets.objects]
    score, _, item = max(scored, key=lambda entry: (entry[0], entry[1]), default=(0.0, "", None))
    return item if score >= 0.5 else None


def _object_score(source: SourceObject, target: TargetObject) -> float:
    own = {_singular(word) for text in (source.name, source.concept, source.label) for word in _words(text)}
    other = {_singular(word) for text in (target.name, target.label) for word in _words(text)}
    if own & other:
        return 1.0
    if any(own & kind and other & kind for kind in _KINDS):
        return 0.8
    return fuzz.ratio(source.name.casefold(), target.name.casefold()) / 100 * 0.7


def _fit(field: SourceField, target: TargetField) -> _Fit:
    names = {" ".join(_words(text)) for text in (field.name.rpartition(".")[2], field.label) if text}
    concept = " ".join(_words(field.concept.rpartition(".")[2]))
    label = " ".join(_words(target.label)) or target.key
    by_name = max((fuzz.token_sort_ratio(name, label) / 100 for name in names), default=0.0)
    by_concept = fuzz.token_set_ratio(concept, label) / 100 if concept else 0.0
    holds = _LISTS.get(target.type)
    if holds and holds in f"{concept} {' '.join(names)}".split():
        by_name = by_concept = 1.0
    kind = _type_fit(field.type, target.type, bool(holds))
    values = _value_fit(field, target)
    text = max(by_name, by_concept)
    score = 0.7 * text + 0.2 * kind + 0.1 * (values if values is not None else text)
    if kind == 0:
        score = min(score, GOOD - 0.01)
    return _Fit(score, _reason(by_name, by_concept, kind, values))


def _reason(by_name: float, by_concept: float, kind: float, values: float | None) -> str:
    parts = ["concept" if by_concept > by_name else "name"]
    if kind == 1:
        parts.append("type")
    if values:
        parts.append("values")
    return f"{', '.join(parts)} agree"


def _type_fit(own: FieldType, other: FieldType, is_list: bool) -> float:
    if own is other or is_list:
        return 1.0
    if any(own in family and other in family for family in _FAMILIES):
        return 0.8
    return 0.5 if other in _TEXTS and own is not FieldType.REFERENCE else 0.0


def _value_fit(field: SourceField, target: TargetField) -> float | None:
    """Share of the field's options that the target has; None if one of the two has none."""
    own = {option.casefold() for option in field.options}
    other = {option.label.casefold() for option in target.options}
    return len(own & other) / len(own) if own and other else None


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text.replace("_", " "))]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _label(field: SourceField) -> str:
    words = field.label or " ".join(_words(field.name.rpartition(".")[2]))
    return words[:1].upper() + words[1:]


def _own_type(kind: FieldType) -> FieldType:
    return {FieldType.LOCAL_INSTANT: FieldType.DATE, FieldType.DATA: FieldType.LONG_TEXT}.get(kind, kind)


# -------------------------------------------------------------------------------------- a mapping from nothing


@dataclass(frozen=True, slots=True)
class _Home:
    """The destination object proposed for a source object: proposals by label, and fields whose label was taken."""

    target: TargetObject
    taken: dict[str, Proposal]
    left: list[str]


def propose_mapping(description: SourceDescription, targets: DestinationSchema) -> str:
    """A whole mapping document for a pair that nobody has written yet: one rule per object, each line with its reason.

    Objects without a counterpart, or that cannot fill what it requires, are archived. References follow the rules of
    the objects they name. The document compiles as it is; what nobody decided stays unaccounted and blocks the gate.
    """
    present = [item for item in description.objects if not item.absent]
    homes = {item.name: home for item in present if (home := _home(item, targets)) is not None}
    lines = ["# Proposed from concepts, names, types and values. Read every line before it is approved.", "rules:"]
    for item in present:
        lines += ["", f"  {_quoted(item.name)}:", f"    from: {_quoted(item.name)}", *_rule(item, homes)]
    return "\n".join(lines) + "\n"


def _home(item: SourceObject, targets: DestinationSchema) -> _Home | None:
    target = best_object(item, targets)
    if target is None:
        return None
    fields = [field for field in item.fields if field.type is not FieldType.REFERENCE and not _is_nested(item, field)]
    found = sorted(propose([(item, field) for field in fields], targets), key=lambda each: -each.confidence)
    taken: dict[str, Proposal] = {}
    for each in found:
        taken.setdefault(each.label, each)
    left = [each.source_field for each in found if taken[each.label] is not each]
    filled = all(field.label in taken for field in target.fields if field.required)
    return _Home(target, taken, left) if taken and filled else None


def _rule(item: SourceObject, homes: dict[str, _Home]) -> Iterator[str]:
    home = homes.get(item.name)
    if home is None:
        yield "    archive: no record of the destination fits"
        return
    yield f"    to: {_quoted(home.target.name)}"
    yield "    fields:"
    known = {field.label for field in home.target.fields}
    for label, each in home.taken.items():
        kind = "" if label in known else f", type: {each.type.value}"
        remark = f"  # {each.confidence:.2f}: {each.reason}"
        yield f"      {_quoted(label)}: {{from: {_quoted(each.source_field)}{kind}}}{remark}"
    for reference in item.references:
        label = _label(SourceField(name=reference.field)).removesuffix(" id")
        if reference.object in homes and label not in home.taken:
            yield f"      {_quoted(label)}: {{ref: {_quoted(reference.object)}, by: {_quoted(reference.field)}}}"
    if home.left:
        yield "    drop:"
        yield from (f"      {_quoted(name)}: another field stands under the same label" for name in home.left)


def _is_nested(item: SourceObject, field: SourceField) -> bool:
    parents = {other.name for other in item.fields if other.type is FieldType.DATA}
    return any(field.name.startswith(f"{parent}.") for parent in parents) or field.type is FieldType.DATA


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
