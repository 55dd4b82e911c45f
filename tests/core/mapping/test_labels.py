"""Labels that a destination cannot hold, or keeps for itself: told apart, reported, the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import MappingError
from bridgework.mapping import Lengths, Mapped, MemoryStaging, Plan, compile_mapping, load_mapping
from bridgework.mapping.labels import fitted
from bridgework.mapping.override import override_text
from bridgework.mapping.workbook import edits, sheets
from bridgework.model import FieldType, SourceDescription, SourceField

from .conftest import CLIENT_RULE, CLIENTS, DESCRIPTION, bodies, client, compiled, run, settings

LONG = "Has the patient ever had an allergic reaction to a local anaesthetic"
LONGEST = 40


def own(**labels: str) -> SourceDescription:
    """The practice with these text fields of its own on its clients, by label."""
    fields = tuple(
        SourceField(name=f"own.{name}", type=FieldType.TEXT, label=label, custom=True) for name, label in labels.items()
    )
    plain = tuple(each for each in CLIENTS.fields if not each.custom)
    return replace(DESCRIPTION, objects=(replace(CLIENTS, fields=(*plain, *fields)), *DESCRIPTION.objects[1:]))


def practice(description: SourceDescription, more: str = "", **settings: Any) -> Plan:
    return compiled(f"{CLIENT_RULE}{more}    custom: true\n", description=description, **settings)


@given(st.text(max_size=80), st.text(max_size=80), st.integers(min_value=10, max_value=70))
def test_a_shortened_label_fits_and_stands_for_one_label_alone(first: str, second: str, longest: int) -> None:
    assert len(fitted(first, longest)) <= longest
    assert (fitted(first, longest) == first) is (len(first) <= longest)
    assert first == second or fitted(first, longest) != fitted(second, longest)


def test_long_labels_that_begin_alike_are_two_fields_that_are_the_same_everywhere() -> None:
    description = own(one=f"{LONG} (injected)", two=f"{LONG} (sprayed)", three="Short")
    plan = practice(description, label_length=LONGEST)
    labels = [field.label for field in plan.rules["clients"].fields if field.custom]
    assert len(set(labels)) == 3
    assert all(len(label) <= LONGEST for label in labels)
    assert labels[0].startswith("Has the patient ever had an all")
    assert "…" in labels[0]
    rows = {"clients": [client(**{"own": {"one": "yes", "two": "no", "three": "x"}})]}
    assert bodies(plan, "clients", rows)["c1"] == {
        "name": "Ana Ruiz",
        **dict(zip(labels, ["yes", "no", "x"], strict=True)),
    }
    wanted = [each.label for each in plan.wanted_fields(MemoryStaging(description, rows))]
    assert wanted == ["name", *labels]
    where = {each.field: each.where for each in plan.accounts if each.field.startswith("own.")}
    assert where == {
        f"own.{n}": (f"clients: {label}",) for n, label in zip(("one", "two", "three"), labels, strict=True)
    }
    assert [(each.rule, each.object, each.label, each.shown) for each in plan.renamed] == [
        ("clients", "person", f"{LONG} (injected)", labels[0]),
        ("clients", "person", f"{LONG} (sprayed)", labels[1]),
    ]


def test_long_labels_of_the_mapping_itself_are_shortened_wherever_it_names_them() -> None:
    more = f'      "{LONG}": {{from: first, overflow: "{LONG} whole"}}\n'
    more += f'      "{LONG} whole": {{from: last, type: long_text}}\n    match: ["{LONG}"]\n'
    plan = compiled(CLIENT_RULE + more, label_length=LONGEST, lengths=Lengths(line=10))
    short, whole = fitted(LONG, LONGEST), fitted(f"{LONG} whole", LONGEST)
    assert plan.rules["clients"].match == (short,)
    found = bodies(plan, "clients", {"clients": [client(first="Maximiliane Elisabeth")]})["c1"]
    assert set(found) == {"name", short, whole}


def test_long_options_are_shortened_where_they_are_declared_found_and_loaded() -> None:
    more = f'      Kind: {{from: status, type: choice, options: ["{LONG}"]}}\n'
    more += f'      Kinds: {{from: number, type: choices}}\n      Fixed: {{constant: "{LONG}!", type: choice}}\n'
    plan = compiled(CLIENT_RULE + more, option_length=LONGEST)
    rows = {"clients": [client(status=f"{LONG} (two)", number=["short", f"{LONG} (three)"])]}
    short = {tail: fitted(LONG + tail, LONGEST) for tail in ("", " (two)", " (three)", "!")}
    fields = plan.wanted_fields(MemoryStaging(DESCRIPTION, rows))
    assert {each.label: dict(each.whole) for each in fields if each.whole} == {
        "Kind": {short[" (two)"]: f"{LONG} (two)"},
        "Kinds": {short[" (three)"]: f"{LONG} (three)"},
    }
    wanted = {each.label: each.options for each in fields}
    assert wanted["Kind"] == (short[""], short[" (two)"])
    assert wanted["Kinds"] == (short[" (three)"], "short")
    assert wanted["Fixed"] == (short["!"],)
    [made] = run(plan, "clients", rows)
    assert isinstance(made, Mapped)
    assert made.body["Kind"] == short[" (two)"]
    assert made.body["Kinds"] == ["short", short[" (three)"]]
    assert made.body["Fixed"] == short["!"]
    assert len(made.warnings) == 3 and not any("anaesthetic" in each or "…" not in each for each in made.warnings)
    declared = [(each.field, each.label, each.shown) for each in plan.renamed]
    assert declared == [("Kind", LONG, short[""]), ("Fixed", f"{LONG}!", short["!"])]


def test_a_label_the_connector_keeps_for_itself_is_not_taken_from_it() -> None:
    plan = practice(own(src="source ID"), reserved_labels=frozenset({"Source id"}))
    rows = {"clients": [client(**{"own": {"src": "SRC-1"}})]}
    assert bodies(plan, "clients", rows)["c1"] == {"name": "Ana Ruiz", "source ID (clients)": "SRC-1"}
    [renamed] = plan.renamed
    assert (renamed.label, renamed.shown) == ("source ID", "source ID (clients)")


@pytest.mark.parametrize("label", ["Source id", "source ID"])
def test_a_label_the_connector_keeps_for_itself_is_refused_where_the_mapping_writes_it(label: str) -> None:
    more = f'      "{label}": first\n'
    with pytest.raises(MappingError, match="keeps a field of this label for itself"):
        compiled(CLIENT_RULE + more, reserved_labels=frozenset({"Source id"}))
    columns = CLIENT_RULE.replace("to: person", "export: kept in a file")
    assert compiled(columns + more, reserved_labels=frozenset({"Source id"})).rules["clients"].kind == "export"


def test_a_workbook_changes_a_field_that_has_a_shortened_label_under_its_whole_one() -> None:
    text = f'{CLIENT_RULE}      "{LONG}": {{from: first, reason: "old"}}\n'
    plan = compiled(text, label_length=LONGEST)
    made = sheets(plan)
    rows = {each.name: [each.columns, *each.rows] for each in made}
    assert edits(made, rows) == []
    [sheet] = [each for each in made if each.rule]
    rows[sheet.name] = [tuple("new" if cell == "old" else cell for cell in row) for row in rows[sheet.name]]
    changed = override_text(plan, "", edits(made, rows))
    again = compile_again(text, changed)
    assert [field.label for field in again.rules["clients"].fields] == ["name", fitted(LONG, LONGEST)]
    assert again.rules["clients"].fields[1].spec.reason == "new"


def compile_again(*texts: str) -> Plan:
    """The texts one over the other."""
    named = [(f"{number}.yaml", text) for number, text in enumerate(texts)]
    return compile_mapping(load_mapping(named), DESCRIPTION, settings=settings(label_length=LONGEST))


def test_two_fields_of_one_label_are_two_fields() -> None:
    plan = practice(own(one="Shoe size", two="Shoe size", three="shoe size"))
    rows = {"clients": [client(**{"own": {"one": "1", "two": "2", "three": "3"}})]}
    assert bodies(plan, "clients", rows)["c1"] == {
        "name": "Ana Ruiz",
        "Shoe size": "1",
        "Shoe size (clients)": "2",
        "shoe size (own.three)": "3",
    }


def test_blanks_in_a_label_of_the_practice_are_single_ones() -> None:
    plan = practice(own(one="  Shoe   size "))
    assert [field.label for field in plan.rules["clients"].fields if field.custom] == ["Shoe size"]
