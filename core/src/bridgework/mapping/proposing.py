"""A mapping from nothing: a whole document proposed for a pair that nobody has written, each line with its reason.

One rule per object of the source. A line ends with the confidence in it, between 0 and 1, and why it was proposed. The
document compiles as it is; it is meant to be read and changed before anybody approves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bridgework.mapping.proposals import OWN_FIELD, fitting_objects, own_label, own_type, propose, singular, words
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

# Words that mean the same in the names of fields, for what a record needs most.
_SAME = (
    frozenset({"created", "added", "add"}),
    frozenset({"start", "begin", "due", "scheduled"}),
    frozenset({"value", "amount", "fee", "total", "price"}),
    frozenset({"duration", "minutes", "length"}),
    frozenset({"content", "body", "text", "note"}),
)
_FIRST, _LAST = frozenset({"first", "given", "forename"}), frozenset({"last", "family", "surname"})
_TEAM = frozenset({"team", "staff", "user", "employee", "provider", "member"})
_CALLED = ("name", "title", "subject", "label", "description", "type", "kind", "category", "number", "code")
_HEAD = """\
# Proposed by `bridgework plan` from concepts, names, types and values, because no pair maps {source} to {destination}.
# Every line ends with the confidence in it (0 to 1) and its reason. Read and change them: what each rule takes, where
# it goes, what is left behind. Then run `bridgework plan` again; nothing is loaded before the mapping is approved.
"""


@dataclass(frozen=True, slots=True)
class _Line:
    """A proposed field: its specification as YAML, how sure it is, and why."""

    spec: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Home:
    """Where rows of an object go, with the fields proposed by label, and what is left behind with its reason."""

    target: TargetObject
    score: float
    lines: dict[str, _Line]
    left: dict[str, str] = field(default_factory=dict)
    file: str = ""


def propose_mapping(
    description: SourceDescription, targets: DestinationSchema, *, source: str = "", destination: str = ""
) -> str:
    """The document as text. Deterministic; objects without a counterpart, or that cannot fill it, are archived."""
    return _Proposer(description, targets).text(source or "the source", destination or "the destination")


class _Proposer:
    def __init__(self, description: SourceDescription, targets: DestinationSchema) -> None:
        self.present = [item for item in description.objects if not item.absent]
        self.targets = targets
        self.types: dict[tuple[str, str], str] = {}  # type of every field of its own, by object and label
        self.team = next((item for item in self.present if _is_team(item)), None)
        self.homes: dict[str, _Home] = {}
        for item in self.present:
            if item is not self.team and not item.nested_in and (home := self._home(item)) is not None:
                self.homes[item.name] = home

    # ---------------------------------------------------------------------------------- the text

    def text(self, source: str, destination: str) -> str:
        out = [_HEAD.format(source=source, destination=destination)]
        if self.team is not None:
            name, email = _person_name(self.team), _named(self.team, "email")
            out += ["# Who may own records.", "people:", f"  from: {_quoted(self.team.name)}"]
            out += [f"  name: {_quoted(name)}", f"  email: {_quoted(email)}"]
            out += [f"  active: {_quoted(each.name)}" for each in self.team.fields if words(each.name) == ["active"]]
            out.append("")
        out.append("rules:")
        for item in self.present:
            out += ["", f"  {_quoted(item.name)}:", f"    from: {_quoted(item.name)}", *self._rule(item)]
        return "\n".join(out) + "\n"

    def _rule(self, item: SourceObject) -> Iterator[str]:
        home = self.homes.get(item.name)
        if item is self.team:
            yield "    reference: team members own records  # 0.80: rows of people with an e-mail address"
        elif home is None or not (home.lines or self._references(item, home)):
            why = "a list inside other rows" if item.nested_in else "no name and no kind agree"
            yield f"    archive: no record of the destination fits  # 0.50: {why}"
        else:
            why = "the names agree" if home.score >= 1 else "both are the same kind of thing"
            yield f"    to: {_quoted(home.target.name)}  # {home.score:.2f}: {why}"
            if home.file:
                yield f"    file: {home.file}"
            yield "    fields:"
            for label, line in [*home.lines.items(), *self._references(item, home)]:
                yield f"      {_quoted(label)}: {line.spec}  # {line.confidence:.2f}: {line.reason}"
            if any(each.custom for each in item.fields) and home.target.custom_fields_possible:
                yield "    custom: true  # 0.80: the practice's own fields keep their labels and types"
            if left := self._left(item, home):
                yield "    archive_fields:"
                yield from (f"      {_quoted(name)}: {_quoted(reason)}" for name, reason in left.items())

    def _left(self, item: SourceObject, home: _Home) -> dict[str, str]:
        followed = {line.spec for _, line in self._references(item, home)}
        nowhere = [each.field for each in item.references if not any(_quoted(each.field) in said for said in followed)]
        return {**home.left, **dict.fromkeys(nowhere, "what it names becomes no record, or nothing there points to it")}

    # ---------------------------------------------------------------------------------- where an object goes

    def _home(self, item: SourceObject) -> _Home | None:
        candidates = fitting_objects(item, self.targets)
        return next((home for score, target in candidates if (home := self._at(item, target, score)) is not None), None)

    def _at(self, item: SourceObject, target: TargetObject, score: float) -> _Home | None:
        """The object at that target, None if it cannot fill what every record there needs."""
        if any(each.required and each.type is FieldType.REFERENCE for each in target.fields):
            return None
        uploads = any(each.settable == "never" for each in target.fields)
        file = _file(item) if uploads else ""
        if uploads and not file:
            return None
        lines = dict(_composed(item, target))
        left: dict[str, str] = {}
        taken = [line.spec for line in lines.values()] + [file]
        found = [each for each in _open(item) if not any(_mentions(said, each.name) for said in taken)]
        for each in sorted(found, key=lambda each: -self._proposal(item, each, target).confidence):
            self._place(item, each, target, lines, left)
        for needed in target.fields:
            if needed.required and needed.label not in lines:
                if (stand_in := _stand_in(item, needed)) is None:
                    return None
                lines[needed.label] = stand_in
            if needed.required and "constant" not in (said := lines[needed.label].spec):
                lines[needed.label] = replace(lines[needed.label], spec=f"{said[:-1]}, required: true}}")
        return _Home(target, score, lines, left, file)

    @staticmethod
    def _proposal(item: SourceObject, source: SourceField, target: TargetObject) -> Proposal:
        only = DestinationSchema(account="", account_label="", objects=(replace(target, custom_fields_possible=True),))
        return next(iter(propose([(item, source)], only)))

    def _place(
        self,
        item: SourceObject,
        source: SourceField,
        target: TargetObject,
        lines: dict[str, _Line],
        left: dict[str, str],
    ) -> None:
        """Put a field where it fits, give it a field of its own, or leave it to the archive."""
        where = target.label or target.name
        if source.sensitivity:
            left[source.name] = f"{source.sensitivity.replace('_', ' ')}: left out unless somebody maps it"
            return
        if source.type in (FieldType.DATA, FieldType.HTML, FieldType.REFERENCE):
            left[source.name] = "nested or formatted values and references without rows have no field there"
            return
        each = self._proposal(item, source, target)
        there = next((known for known in target.fields if known.label == each.label), None)
        if there is not None and each.label not in lines and (spec := _filled(source, there)):
            lines[each.label] = _Line(spec, each.confidence, each.reason)
        elif not target.custom_fields_possible:
            left[source.name] = f"{where} has no field for it and takes none of its own"
        elif not source.custom:  # those the rule takes over as they are
            kind, use = _own(source)
            label = self._free_label(item, own_label(source), kind, target, lines)
            spec = f"{{from: {_quoted(source.name)}{use}, type: {kind}}}"
            lines[label] = _Line(spec, OWN_FIELD, f"nothing on {where} fits; a field of its own")

    def _free_label(
        self, item: SourceObject, label: str, kind: str, target: TargetObject, lines: dict[str, _Line]
    ) -> str:
        """The label, with its object beside it where another field has it."""
        built_in = {name.casefold() for each in target.fields for name in (each.label, each.key)}
        for name in (label, f"{label} ({item.label or item.name})"):
            used = self.types.get((target.name, name.casefold()), kind)
            if name not in lines and name.casefold() not in built_in and used == kind:
                self.types[target.name, name.casefold()] = kind
                return name
        return f"{label} ({item.name}, {kind})"

    # ---------------------------------------------------------------------------------- references

    def _references(self, item: SourceObject, home: _Home) -> list[tuple[str, _Line]]:
        """References to rows that become records, and to the team that owns them."""
        found: dict[str, _Line] = {}
        for reference in item.references:
            name = _quoted(reference.field)
            parent = self.homes.get(reference.object)
            label = own_label(SourceField(name=reference.field)).removesuffix(" id")
            if self.team is not None and reference.object == self.team.name and item is not self.team:
                owner = next((each for each in home.target.fields if each.type is FieldType.OWNER), None)
                if owner is not None and owner.label not in found:
                    found[owner.label] = _Line(f"{{owner: {name}}}", 0.7, "team members become owners")
                continue
            if parent is None:
                continue
            there = next(
                (
                    each
                    for each in home.target.fields
                    if each.type is FieldType.REFERENCE
                    and each.reference == parent.target.name
                    and each.label not in found
                    and each.label not in home.lines
                ),
                None,
            )
            later = ", deferred: true" if reference.object == item.name else ""
            spec = f"{{ref: {_quoted(reference.object)}, by: {name}{later}}}"
            if there is not None and reference.object != item.name:
                found[there.label] = _Line(spec, 0.8, "what it names becomes such a record")
            elif home.target.custom_fields_possible and label not in home.lines and label not in found:
                found[label] = _Line(spec, OWN_FIELD, "a field of its own that points to the record")
        return list(found.items())


# ------------------------------------------------------------------------------------------ what a record needs


def _composed(item: SourceObject, target: TargetObject) -> Iterator[tuple[str, _Line]]:
    """A person's name made of its parts, and fields whose names mean the same in other words."""
    name = _person_name(item)
    for each in target.fields:
        if each.label.casefold() == "name" and each.type is FieldType.TEXT and name and each.settable != "never":
            yield each.label, _Line(f"{{text: {_quoted(name)}}}", 0.9, "first and last name make the name")
        elif (match := _same_word(item, each)) is not None:
            yield each.label, _Line(match, 0.6, "the names mean the same, the types agree")


def _same_word(item: SourceObject, target: TargetField) -> str | None:
    if target.settable == "never" or target.type in (FieldType.TEXT, FieldType.CHOICE, FieldType.REFERENCE):
        return None
    wanted = set(words(target.label))
    for source in item.fields:
        said = {*words(source.name), *words(source.concept.rpartition(".")[2])}
        agree = any(wanted & same and said & same for same in _SAME)
        if agree and not source.sensitivity and not _is_nested(item, source) and (spec := _filled(source, target)):
            return spec
    return None


def _stand_in(item: SourceObject, target: TargetField) -> _Line | None:
    """What stands in a field that every record needs and no field of the row fits."""
    kind = _singular_label(item)
    if target.type is FieldType.CHOICE:
        said = f"{{constant: {_quoted(kind)}, type: choice}}"
        return _Line(said, 0.3, "every record needs one; named after the rows")
    if target.type is not FieldType.TEXT:
        return None
    plain = [each for each in item.fields if each.type in (FieldType.TEXT, FieldType.CHOICE) and not each.sensitivity]
    own = {form for text in (item.name, item.concept) for word in words(text) for form in (word, singular(word))}
    calling = [
        each for word in _CALLED for each in plain if [part for part in words(each.name) if part not in own] == [word]
    ]
    shown = f"{kind} {{{calling[0].name}}}" if calling else kind
    return _Line(f"{{text: {_quoted(shown)}}}", 0.3, "every record needs one; made of what names the row best")


def _filled(source: SourceField, target: TargetField) -> str | None:
    """The field as the target takes it, None if it cannot."""
    own, wanted = source.type, target.type
    name = _quoted(source.name)
    moments = (FieldType.INSTANT, FieldType.LOCAL_INSTANT)
    use = {
        FieldType.EMAILS: "email_list",
        FieldType.PHONES: "telephone_list",
        FieldType.ADDRESS: "address",
    }.get(wanted, "")
    if wanted is FieldType.DATE and own in moments:
        use = "utc_date" if own is FieldType.LOCAL_INSTANT else "local_date"
    elif wanted is FieldType.TIME and own in moments:
        use = "utc_time"
    elif wanted is FieldType.TIME and own is FieldType.INTEGER:
        use = "hours_minutes"
    elif wanted is FieldType.INSTANT and own is FieldType.LOCAL_INSTANT:
        use = "utc"
    elif wanted is FieldType.MONEY and own in (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY):
        return f"{{from: {name}, type: money}}"
    elif wanted in (FieldType.CHOICE, FieldType.CHOICES):
        there = {option.label.casefold() for option in target.options}
        known = source.options and {option.casefold() for option in source.options} <= there
        return f"{{from: {name}, type: {wanted.value}}}" if known else None
    elif not use and own is not wanted and not _holds(wanted, own):
        return None
    return f"{{from: {name}, use: {use}}}" if use else f"{{from: {name}}}"


def _holds(wanted: FieldType, own: FieldType) -> bool:
    """Whether a field takes values of another type as they are."""
    texts = (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.PHONE, FieldType.CHOICE)
    if wanted in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.HTML):
        return own in texts
    return wanted is FieldType.NUMBER and own is FieldType.INTEGER


def _own(source: SourceField) -> tuple[str, str]:
    """Type of a field of its own, and the transform that makes it."""
    kind = own_type(source.type)
    if source.type in (FieldType.INSTANT, FieldType.LOCAL_INSTANT):
        return FieldType.DATE.value, ", use: local_date"
    if kind is FieldType.ADDRESS:
        return kind.value, ", use: address"
    if kind in (FieldType.PHONES, FieldType.EMAILS, FieldType.REFERENCE, FieldType.CHOICES, FieldType.BOOLEAN):
        return FieldType.TEXT.value, ", use: text"
    return kind.value, ""


# ------------------------------------------------------------------------------------------ looking at the source


def _open(item: SourceObject) -> list[SourceField]:
    """Fields to find a place for: not what names the row, points elsewhere or says that it is gone."""
    known = {*item.key, item.deleted, item.merged_into, *(each.field for each in item.references)}
    return [_shaped(each) for each in item.fields if each.name not in known and not _is_nested(item, each)]


def _shaped(source: SourceField) -> SourceField:
    """A nested value whose name says that it is an address or a list of contacts, as that."""
    said = {singular(word) for text in (source.name, source.concept.rpartition(".")[2]) for word in words(text)}
    kinds = {"address": FieldType.ADDRESS, "phone": FieldType.PHONES, "email": FieldType.EMAILS}
    found = next((kind for word, kind in kinds.items() if word in said), None)
    return replace(source, type=found) if found is not None and source.type is FieldType.DATA else source


def _is_nested(item: SourceObject, source: SourceField) -> bool:
    """Whether it is a part of another field of the row; the practice's own fields stand for themselves."""
    first = source.name.partition(".")[0]
    return not source.custom and first != source.name and any(each.name == first for each in item.fields)


def _is_team(item: SourceObject) -> bool:
    said = {singular(word) for text in (item.name, item.concept, item.label) for word in words(text)}
    return bool(said & _TEAM) and bool(_named(item, "email")) and bool(_person_name(item))


def _named(item: SourceObject, *wanted: str) -> str:
    """The plain field whose name or concept holds one of the words."""
    for each in item.fields:
        said = {*words(each.name), *words(each.concept.rpartition(".")[2])}
        if said & set(wanted) and "." not in each.name and each.type is FieldType.TEXT:
            return each.name
    return ""


def _person_name(item: SourceObject) -> str:
    """``{first} {last}`` as far as the rows have such fields; else their name."""
    first, last = _named(item, *_FIRST), _named(item, *_LAST)
    if not (first and last):
        return ""
    return " ".join(f"{{{name}}}" for name in (first, last, _named(item, "suffix")) if name)


def _file(item: SourceObject) -> str:
    """The three fields that name a document, as the rule's `file`."""
    path, name, digest = (
        _named(item, "path", "file"),
        _named(item, "name", "filename"),
        _named(item, "sha", "hash", "checksum"),
    )
    if not path:
        return ""
    parts = {"path": path, "name": name or path, "sha256": digest}
    return "{" + ", ".join(f"{key}: {_quoted(value)}" for key, value in parts.items() if value) + "}"


def _mentions(said: str, name: str) -> bool:
    return _quoted(name) in said or f"{{{name}}}" in said


def _singular_label(item: SourceObject) -> str:
    said = (item.label or " ".join(words(item.name))).split()
    return " ".join([*said[:-1], singular(said[-1])]).capitalize() if said else item.name


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
