"""What a mapping may hold, and the transforms it may name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic.fields import FieldInfo

from bridgework import plugins
from bridgework.mapping import document
from bridgework.mapping.transforms import TRANSFORMS
from bridgework.model import NamedTransform
from rendering.markdown import code, first_sentence, ours, plain, table

TITLES = {
    "MappingFile": "The document",
    "Rule": "A rule",
    "FieldSpec": "A field",
    "Test": "A test of a value",
    "Disposition": "A disposition",
    "OptionSpec": "An option",
    "CustomFields": "The practice's own fields (`custom`)",
    "FileSpec": "A document to upload (`file`)",
    "OptionsFrom": "Options from a column (`options_from`)",
    "People": "The team (`people`)",
    "GuideNote": "Advice for the admin guide (`guide`)",
    "MappingTest": "A mapping test (`tests`)",
}


def mapping_keys() -> str:
    """Every key a mapping may hold, table by table."""
    models = {each.__name__: each for each in document.Strict.__subclasses__() if each.__module__ == document.__name__}
    models.pop("Where")  # its keys are paths and the two words of the chapter about conditions
    parts: list[str] = []
    for name in sorted(models, key=lambda name: list(TITLES).index(name) if name in TITLES else len(TITLES)):
        rows = [
            (f"`{info.alias or key}`", _shape(info), "required" if info.is_required() else "", info.description or "")
            for key, info in models[name].model_fields.items()
        ]
        about = first_sentence(models[name].__doc__)
        parts += [f"#### {TITLES.get(name, name)}", "", about, "", table(("Key", "Holds", "", "Meaning"), rows)]
    return "\n".join(parts)


def _shape(info: FieldInfo) -> str:
    shown = re.sub(r"<class '([\w.]+)'>", r"\1", str(info.annotation))
    shown = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", shown)  # without modules
    shown = re.sub(r"^Optional\[(.*)\]$", r"\1", shown).replace(" | None", "")
    return f"`{shown}`"


def transforms() -> str:
    """The transforms every mapping has, then those of each extension and pair."""
    parts = ["#### Of the core", "", _transforms(TRANSFORMS)]
    for role in ("extension", "pair"):
        for plugin in ours(role):
            named = getattr(plugins.load_class(role, plugin.name)(), "transforms", None)
            if named is not None:
                parts += [f"#### Of the {role} `{plugin.name}`", "", _transforms(named())]
    return "\n".join(parts)


def _transforms(named: Iterable[NamedTransform]) -> str:
    rows = []
    for each in named:
        shown = "; ".join(f"{code(given)} → {code(result)}" for given, result in each.examples[:1])
        rows.append((f"`{each.name}`", plain(first_sentence(each.description)), shown))
    return table(("Name", "Does", "Example"), rows)
