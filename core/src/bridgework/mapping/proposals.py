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
    SourceField,
    SourceObject,
    TargetField,
    TargetObject,
)

GOOD = 0.62  # below this a field of its own is the better answer
OWN_FIELD = 0.4
LIKE = 0.5  # below this an object is another thing
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.HTML, FieldType.PHONE, FieldType.CHOICE})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_TIMES = frozenset({FieldType.DATE, FieldType.INSTANT, FieldType.LOCAL_INSTANT})
_FAMILIES = (_TEXTS, _NUMBERS, _TIMES)
_LISTS = {FieldType.EMAILS: "email", FieldType.PHONES: "phone", FieldType.ADDRESS: "address"}
# Words by which systems name the same kind of record.
_KINDS = (
    frozenset({"person", "people", "contact", "client", "customer", "patient", "member", "guardian"}),
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
                label=own_label(field),
                type=own_type(field.type),
                options=field.options,
                reason=f"nothing on {item.label or item.name} fits; a field of its own",
                confidence=OWN_FIELD,
            )


def best_object(source: SourceObject, targets: DestinationSchema) -> TargetObject | None:
    """The destination object whose name or kind fits the source object best, None if there is none."""
    return next((item for _, item in fitting_objects(source, targets)), None)


def fitting_objects(source: SourceObject, targets: DestinationSchema) -> list[tuple[float, TargetObject]]:
    """Destination objects whose name or kind fits, the best first; of equal ones the one with the simplest name."""
    scored = [(object_score(source, item), item) for item in targets.objects]
    fitting = [(score, item) for score, item in scored if score >= LIKE]
    return sorted(fitting, key=lambda entry: (-entry[0], len(words(entry[1].name)), entry[1].name))


def object_score(source: SourceObject, target: TargetObject) -> float:
    """How well the two agree: 1 by a word, 0.8 by the kind of thing, else by the spelling."""
    own = {singular(word) for text in (source.name, source.concept, source.label) for word in words(text)}
    other = {singular(word) for text in (target.name, target.label) for word in words(text)}
    if own & other:
        return 1.0
    if any(own & kind and other & kind for kind in _KINDS):
        return 0.8
    return fuzz.ratio(source.name.casefold(), target.name.casefold()) / 100 * 0.7


def _fit(field: SourceField, target: TargetField) -> _Fit:
    names = {" ".join(words(text)) for text in (field.name.rpartition(".")[2], field.label) if text}
    concept = " ".join(words(field.concept.rpartition(".")[2]))
    label = " ".join(words(target.label)) or target.key
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


def words(text: str) -> list[str]:
    """The words of a name, in small letters: ``dateOfBirth`` → date, of, birth."""
    return [word.casefold() for word in _WORD.findall(text.replace("_", " "))]


def singular(word: str) -> str:
    """One of them: ``policies`` → policy."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def own_label(field: SourceField) -> str:
    """What a field of its own is called."""
    said = field.label or " ".join(words(field.name.rpartition(".")[2]))
    return said[:1].upper() + said[1:]


def own_type(kind: FieldType) -> FieldType:
    """The type a field of its own has."""
    return {FieldType.LOCAL_INSTANT: FieldType.DATE, FieldType.DATA: FieldType.LONG_TEXT}.get(kind, kind)
