"""Mapping documents: what they may say, how one overrides another, and how mistakes are reported."""

from __future__ import annotations

import jsonschema
import pytest
from ruamel.yaml import YAML

from bridgework.errors import MappingError
from bridgework.mapping import load_mapping, mapping_schema

from .conftest import CLIENT_RULE, compiled


def problems(*texts: str) -> tuple[str, ...]:
    with pytest.raises(MappingError) as refusal:
        load_mapping([(f"{number}.yaml", text) for number, text in enumerate(texts)])
    return refusal.value.problems


def test_an_unknown_key_is_named_with_file_line_and_the_nearest_known_one() -> None:
    found = problems("rules:\n  a:\n    from: x\n    to: person\n    fields:\n      name: {form: first}\n")
    assert found[0] == "0.yaml:6: rules.a.fields.name.form: unknown key, did you mean from"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("from: x", "a rule says one of"),
        ("{from: x, to: person, archive: why, fields: {n: a}}", "to and archive"),
        ("{from: x, to: person}", "to needs fields"),
        ("{from: x, into: y}", "into needs by"),
        ("{to: person, fields: {n: a}}", "is missing"),
        ("{from: x, to: person, fields: {n: {from: a, text: b}}}", "one source"),
        ("{from: x, to: person, fields: {n: {use: trim}}}", "has no source"),
        ("{from: x, to: person, fields: {n: {ref: y}}}", "ref needs by"),
        ("{from: x, to: person, fields: {n: {rollup: y}}}", "needs take"),
        ("{from: x, to: person, fields: {n: {from: y, sum: true}}}", "belong to rollup"),
        ("{from: x, to: person, fields: {n: {from: y, type: colour}}}", "input should be"),
        ("{from: x, archive: w, custom: true}", "belong to rules with to"),
    ],
)
def test_a_rule_that_does_not_hold_is_refused_with_the_reason(rule: str, said: str) -> None:
    text = f"rules:\n  a: {rule}\n" if rule.startswith("{") else f"rules:\n  a:\n    {rule}\n"
    assert any(said in problem for problem in problems(text)), problems(text)


def test_all_problems_are_reported_at_once() -> None:
    assert len(problems("rulez: {}\nrules:\n  a: {from: x}\n  b: {from: x, to: p, fieldz: {}}\n")) >= 3


def test_a_migration_overrides_rule_by_rule_and_field_by_field() -> None:
    override = """
rules:
  clients:
    fields:
      name: last
      Mail: email
    drop: {born: not wanted}
  offices: {from: offices, archive: no use}
"""
    rules = load_mapping([("pair", CLIENT_RULE), ("own", override)]).file.rules
    assert rules["clients"].to == "person"
    assert rules["clients"].fields["name"].from_ == "last"
    assert rules["clients"].fields["name"].text is None
    assert rules["clients"].fields["Mail"].from_ == "email"
    assert rules["clients"].drop == {"born": "not wanted"}
    assert rules["offices"].archive is not None


def test_null_removes_a_field_or_a_whole_rule() -> None:
    two = CLIENT_RULE + "      Mail: email\n  offices: {from: offices, archive: no use}\n"
    rules = load_mapping(
        [("pair", two), ("own", "rules: {clients: {fields: {Mail: null}}, offices: null}\n")]
    ).file.rules
    assert list(rules) == ["clients"]
    assert list(rules["clients"].fields) == ["name"]


def test_an_override_sets_an_option_by_its_value() -> None:
    pair = "options: {guardians: {default: attach, values: [attach, persons]}}\n"
    assert load_mapping([("pair", pair), ("own", "options: {guardians: persons}\n")]).file.options["guardians"].values
    assert (
        load_mapping([("p", pair), ("o", "options: {guardians: persons}\n")]).file.options["guardians"].default
        == "persons"
    )


def test_a_mistake_in_an_override_names_the_override() -> None:
    found = problems(CLIENT_RULE, "rules:\n  clients:\n    fields:\n      name: {txt: x}\n")
    assert found[0].startswith("1.yaml:4: rules.clients.fields.name.txt: unknown key")


def test_names_are_checked_against_the_source_with_the_nearest_one() -> None:
    text = """
rules:
  clients:
    from: clients
    to: person
    fields:
      name: frist
      A: {from: office.nme}
      B: {ref: ofices, by: office}
      C: {from: first, use: one_lin}
      D: {ref: clients, by: office}
      E: {rollup: visit, take: start}
      F: {rollup: offices, take: name}
      G: {text: "{first"}
      H: {from: first, option: {nothing: true}}
  offices:
    from: ofices
    archive: x
"""
    with pytest.raises(MappingError) as refusal:
        compiled(text)
    found = "\n".join(refusal.value.problems)
    for said in (
        "mapping.yaml:7: rules.clients.fields.name: clients has no field frist, did you mean first",
        "fields.A: offices has no field nme, did you mean name",
        "fields.B: there is no rule ofices, did you mean offices",
        "fields.C: there is no transform one_lin, did you mean one_line",
        "fields.D: office leads to offices, but clients is made of clients",
        "fields.E: the source has no object visit, did you mean visits",
        "fields.F: offices holds no reference to clients",
        "fields.G: a brace without its partner",
        "fields.H: there is no option nothing",
        "rules.offices: the source has no object ofices, did you mean offices",
    ):
        assert said in found, said


def test_the_schema_accepts_the_documented_forms_and_refuses_others() -> None:
    checker = jsonschema.Draft202012Validator(mapping_schema())
    good = YAML(typ="safe").load(CLIENT_RULE + "      Mail: email\n    when: {deletedAt: empty}\n")
    assert list(checker.iter_errors(good)) == []
    assert list(checker.iter_errors({"rules": {"a": {"from": "x", "too": "y"}}}))
