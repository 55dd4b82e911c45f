# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""How rows become records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridgework.hookspecs.marks import hookspec
from bridgework.model import Before, DestinationSchema, NamedTransform, Proposal, SourceField, SourceObject


@hookspec("pair", first=True, required=True)
def mapping() -> str | None:
    """Give the pair's mapping document as YAML text.

    Called once per command that maps. The migration's own mapping.yaml overrides it rule by rule and field by field.

    Example::

        @hookimpl
        def mapping(self) -> str:
            return files(__package__).joinpath("mapping.yaml").read_text("utf-8")

    .. versionadded:: 0.1
    """


@hookspec("all")
def transforms() -> Iterable[NamedTransform]:
    """Register functions that mappings may name with `use:`.

    Two transforms of one name are refused, naming both plugins.

    Example::

        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            return [NamedTransform(name="last_word", function=lambda text: text.split()[-1],
                                   examples=(("Ana Ruiz", "Ruiz"),))]

    .. versionadded:: 0.1
    """


@hookspec("all")
def propose(fields: Sequence[tuple[SourceObject, SourceField]], targets: DestinationSchema) -> Iterable[Proposal]:
    """Suggest where unmapped source fields could go, best first.

    Called in `plan` with the fields no rule accounts for. The core's own answer compares concept, name, type, values.

    Example::

        @hookimpl
        def propose(self, fields, targets):
            for source, field in fields:
                if field.concept == "patient.birth_date":
                    yield Proposal(source_object=source.name, source_field=field.name, object="person",
                                   label="Date of birth", type=FieldType.DATE, reason="concept", confidence=1.0)

    .. versionadded:: 0.1
    """


@hookspec("all")
def load_order(rules: Sequence[str]) -> Iterable[Before]:
    """Add "rule a before rule b, because …" to the order that references give.

    Called by `plan`. The engine sorts rules topologically; a circle is an error that names the reasons.

    Example::

        @hookimpl
        def load_order(self, rules):
            return [Before("organizations", "patients", "persons point to organizations")]

    .. versionadded:: 0.1
    """
