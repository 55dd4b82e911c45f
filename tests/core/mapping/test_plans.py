"""A compiled plan: accounts of every source field, wanted fields, own fields, people, content hash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridgework.errors import BadInput, MappingError
from bridgework.mapping import Decisions, FieldAccount, MemoryStaging, Plan
from bridgework.mapping.labels import fitted
from bridgework.model import FieldType, NamedTransform, SourceField, WantedField

from .conftest import CLIENT_RULE, CLIENTS, DESCRIPTION, bodies, client, compiled, endings, run


def accounts(plan: Plan, object_name: str) -> dict[str, FieldAccount]:
    return {each.field: each for each in plan.accounts if each.object == object_name}


def test_every_field_is_mapped_used_archived_dropped_or_unaccounted() -> None:
    plan = compiled(
        CLIENT_RULE
        + """
    when: {status: Active}
    drop: {score: not wanted}
    archive_fields: {born: for the records only}
  offices: {from: offices, archive: not needed}
"""
    )
    found = accounts(plan, "clients")
    states = {name: each.state for name, each in found.items()}
    assert states["first"] == "mapped" and found["first"].where == ("clients: name",)
    assert states["status"] == "used"
    assert states["score"] == "dropped" and found["score"].reason == "not wanted"
    assert states["born"] == "archived"
    assert states["email"] == "unaccounted"
    assert states["id"] == states["deletedAt"] == states["mergedInto"] == "used"
    assert {each.state for name, each in accounts(plan, "offices").items()} == {"archived"}
    assert {each.object for each in plan.unaccounted} == {"clients", "team", "visits", "entries"}
    assert plan.unruled == ("team", "visits", "entries")


def test_a_field_read_through_a_reference_is_accounted_where_it_stands() -> None:
    plan = compiled(f"{CLIENT_RULE}      Office: office.name\n")
    assert accounts(plan, "offices")["name"].state == "mapped"
    assert accounts(plan, "clients")["office"].state == "used"


def test_dropping_an_unknown_field_is_refused() -> None:
    with pytest.raises(MappingError, match="did you mean score"):
        compiled(f"{CLIENT_RULE}    drop: {{scor: typing}}\n")


def test_an_absent_object_has_nothing_to_account_for_and_no_rows() -> None:
    gone = tuple(
        replace(item, absent="not exported", fields=()) if item.name == "visits" else item
        for item in DESCRIPTION.objects
    )
    text = (
        CLIENT_RULE
        + "      Last: {rollup: visits, take: whatever, pick: last}\n  visits: {from: visits, archive: kept}\n"
    )
    plan = compiled(text, description=replace(DESCRIPTION, objects=gone))
    assert not accounts(plan, "visits")
    assert run(plan, "visits", {}) == []
    assert bodies(plan, "clients", {"clients": [client()]})["c1"] == {"name": "Ana Ruiz"}
    assert [each.label for each in plan.wanted_fields()] == ["name"]


OPTIONS = """
options:
  mails: {default: false, values: [true, false]}
rules:
  clients:
    from: clients
    to: person
    fields:
      name: first
      Mail: {from: email, option: {mails: true}}
  team: {from: team, option: {mails: true}, to: person, fields: {name: name}}
"""


def test_options_switch_fields_and_rules() -> None:
    off, on = compiled(OPTIONS), compiled(OPTIONS, options={"mails": True})
    assert list(off.rules) == ["clients"] and list(on.rules) == ["clients", "team"]
    assert accounts(off, "clients")["email"].state == "dropped"
    assert accounts(on, "clients")["email"].state == "mapped"
    assert off.content_hash != on.content_hash


def test_an_option_nobody_asks_for_is_refused() -> None:
    with pytest.raises(MappingError, match=r"options\.mial: no rule asks for this option, did you mean mails"):
        compiled(OPTIONS.replace("options:", "options:\n  mial: {default: true}"))


def test_a_rule_that_an_option_switches_off_accounts_for_nothing() -> None:
    rules = """
  other:
    from: clients
    option: {mails: true}
    to: person
    fields:
      Status: status
      Never: {from: score, option: {mails: false}}
    custom: {leave_out: {remark: said elsewhere}}
    archive_fields: {last: kept}
    drop: {born: not used, own.tier: taken over field by field}
"""
    off, on = accounts(compiled(OPTIONS + rules), "clients"), compiled(OPTIONS + rules, options={"mails": True})
    for name in ("status", "score", "last", "born", "own.tier", "own.ssn", "own.remark"):
        assert off[name].state == "unaccounted", name
        assert accounts(on, "clients")[name].state != "unaccounted", name


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mail": True}, r"migration\.toml: migration\.options\.mail: is no option of the mapping, did you mean mails"),
        ({"mails": "maybe"}, "must be one of"),
    ],
)
def test_unknown_options_and_values_are_refused(options: dict[str, str], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        compiled(OPTIONS, options=options)


def test_own_fields_are_taken_over_by_label_and_type_but_not_government_ids() -> None:
    plan = compiled(CLIENT_RULE + "      Remark: {from: first, type: date}\n    custom: {leave_out: {}}\n")
    labels = {field.label: field.type for field in plan.rules["clients"].fields if field.custom}
    assert labels == {"Tier": FieldType.CHOICE, "Remark (clients)": FieldType.TEXT}
    assert accounts(plan, "clients")["own.ssn"].state == "dropped"
    named = compiled(f"{CLIENT_RULE}      SSN: {{from: own.ssn, type: text}}\n    custom: true\n")
    assert accounts(named, "clients")["own.ssn"].state == "mapped"


def test_two_rules_that_disagree_about_a_field_are_refused() -> None:
    text = (
        CLIENT_RULE
        + "      X: {from: born, type: date}\n  team: {from: team, to: person, fields: {name: name, X: email}}\n"
    )
    with pytest.raises(MappingError, match="is text here, but another rule has X of type date"):
        compiled(text)


def test_a_wanted_field_names_its_rule_as_people_call_it() -> None:
    rules = "{clients: {from: clients, label: Everybody, to: person, fields: {name: first}}}"
    assert [each.reason for each in compiled(f"rules: {rules}").wanted_fields()] == ["rule Everybody"]


def test_wanted_fields_carry_types_options_references_and_ranks() -> None:
    text = """
rules:
  clients:
    from: clients
    when: {deletedAt: empty}
    to: person
    fields:
      name: first
      Status: {from: status, values: {A: Active}, type: choice, optional: 3}
      Stage: {from: vip, values: {"true": Two}, options: [One, Two], under: Line, type: choice}
      Kind: {first: [{constant: Big, when: {vip: true}}, {constant: Small}], type: choice}
      Office: {ref: offices, by: office}
      From list: {from: number, type: choice, options_from: {object: offices, take: name, where: {active: true}}}
    custom: true
  offices: {from: offices, to: organization, fields: {name: name}}
  team: {from: team, to: person, fields: {name: name, Status: {constant: Team, type: choice}}}
"""
    plan = compiled(text)
    rows = {
        "clients": [
            client("c1", status="A"), client("c4", status="L" * 256),
            client("c2", status="Held", own={"tier": "Silver", "remark": "x" * 300}),
            client("c3", status="Gone", deletedAt="2026-01-01T00:00:00Z"),
        ],
        "offices": [{"id": "o1", "name": "North", "active": True}, {"id": "o2", "name": "South"}],
    }  # fmt: skip
    wanted = {(each.object, each.label): each for each in plan.wanted_fields(MemoryStaging(DESCRIPTION, rows))}
    assert wanted["person", "Status"].options == ("Active", "Held", fitted("L" * 256, 255), "Team")
    assert wanted["person", "Status"].optional is None  # the team's rule does not let it go
    assert wanted["person", "Stage"] == WantedField(
        object="person",
        label="Stage",
        type=FieldType.CHOICE,
        options=("One", "Two"),
        under="Line",
        reason="rule clients",
    )
    assert wanted["person", "Kind"].options == ("Big", "Small")
    assert wanted["person", "Office"].reference == "organization"
    assert wanted["person", "From list"].options == ("North",)
    assert wanted["person", "Tier"].options == ("Gold", "Silver")
    assert wanted["person", "Remark"].type is FieldType.LONG_TEXT
    assert {each.label for each in plan.wanted_fields() if each.optional} == set()


def test_people_are_resolved_by_key_or_by_exactly_one_form() -> None:
    forms = NamedTransform(name="forms", function=lambda row: [row["name"].lower(), row["name"].split()[-1].lower()])
    text = """
people: {from: team, name: "{name}", email: email, forms: forms, text: lower}
rules:
  clients: {from: clients, to: person, fields: {name: first, owner: {owner: {first: [owner, status]}}}}
"""
    lower = NamedTransform(name="lower", function=lambda text: text.strip().lower())
    plan = compiled(text, transforms=[forms, lower])
    rows = {
        "team": [{"id": "t1", "name": "Eve Ito", "email": "eve@x.example"}, {"id": "t2", "name": "Bob Ito"}],
        "clients": [
            client("1", owner="t1"),
            client("2", status=" EVE ITO"),
            client("3", status="Ito"),
            client("4"),
            client("5", owner="t1"),
        ],
    }
    found = {
        person.value: (person.key, number) for person, number in plan.owner_people(MemoryStaging(DESCRIPTION, rows))
    }
    assert found == {"t1": ("t1", 2), "EVE ITO": ("t1", 1), "Ito": ("", 1), "": ("", 1)}


@pytest.mark.parametrize(
    ("said", "made"),
    [("t2", "Bob Ito"), (" eve ito", "Eve Ito"), ("Ito", "Ito"), ("Dr. Who", "Dr. Who"), ("", None)],
)
def test_a_team_member_is_named_as_the_team_knows_them_and_a_stranger_as_written(said: str, made: str | None) -> None:
    forms = NamedTransform(name="forms", function=lambda row: [row["name"].lower(), row["name"].split()[-1].lower()])
    lower = NamedTransform(name="lower", function=lambda text: text.strip().lower())
    text = """
people: {from: team, name: "{name}", email: email, forms: forms, text: lower}
rules:
  clients: {from: clients, to: person, fields: {name: first, By: {team: {first: [owner, status]}}}}
"""
    team = [{"id": "t1", "name": "Eve Ito"}, {"id": "t2", "name": "Bob Ito"}]
    field = "owner" if said == "t2" else "status"
    found = bodies(
        compiled(text, transforms=[forms, lower]), "clients", {"team": team, "clients": [client(**{field: said})]}
    )
    assert found["c1"].get("By") == made


def test_a_computed_field_names_no_team_members() -> None:
    text = """
people: {from: team, name: "{name}", email: email}
computed: {clients: {keeper: {team: owner}}}
rules:
  clients: {from: clients, to: person, fields: {name: keeper}}
"""
    with pytest.raises(MappingError, match="knows no team"):
        compiled(text)


def test_naming_team_members_needs_a_team() -> None:
    with pytest.raises(MappingError, match="team needs people"):
        compiled("rules: {clients: {from: clients, to: person, fields: {name: {team: status}}}}")


def test_computed_fields_stand_for_their_parts_everywhere() -> None:
    text = """
computed:
  clients: {full: {text: "{last}, {first}"}}
rules:
  visits: {from: visits, to: activity, fields: {subject: {text: "For {client.full}"}}}
"""
    plan = compiled(text)
    rows = {"clients": [client()], "visits": [{"id": "v1", "client": "c1"}]}
    assert bodies(plan, "visits", rows)["v1"]["subject"] == "For Ruiz, Ana"
    assert accounts(plan, "clients")["first"].state == "mapped"
    with pytest.raises(MappingError, match="fields of the row itself"):
        compiled("computed: {clients: {bad: {from: office.name}}}\n")


def test_exports_carry_their_columns_and_archives_their_reason() -> None:
    text = """
rules:
  clients: {from: clients, export: {reason: for the desk, name: list}, fields: {Name: first, Office: office.name}}
  offices: {from: offices, archive: not needed}
"""
    plan = compiled(text)
    rows = {"clients": [client(office="o1")], "offices": [{"id": "o1", "name": "North"}]}
    made = endings(run(plan, "clients", rows))["c1"]
    assert (made.kind, made.reason, made.values) == ("export", "for the desk", {"Name": "Ana", "Office": "North"})
    assert endings(run(plan, "offices", rows))["o1"].kind == "archive"
    assert [(rule.name, said.name) for rule, said in plan.dispositions()] == [("clients", "list"), ("offices", "")]


def test_the_hash_changes_with_decisions_cutover_new_and_computed_fields() -> None:
    base = compiled(CLIENT_RULE)
    assert base.content_hash == compiled(CLIENT_RULE + "# a remark\n").content_hash
    others = [
        compiled(CLIENT_RULE, decisions=Decisions.of([("clients", "c1", "exclude")])),
        compiled(CLIENT_RULE, currency="EUR"),
        compiled(f"computed: {{clients: {{whole: {{text: '{{first}}'}}}}}}\n{CLIENT_RULE}"),
        compiled(CLIENT_RULE, description=replace(DESCRIPTION, objects=(
            replace(CLIENTS, fields=(*CLIENTS.fields, SourceField(name="new"))), *DESCRIPTION.objects[1:]))),
    ]  # fmt: skip
    assert len({base.content_hash, *(each.content_hash for each in others)}) == 5


def test_sensitive_fields_that_are_mapped_are_listed() -> None:
    marked = replace(
        CLIENTS,
        fields=tuple(
            replace(each, sensitivity="identifier") if each.name == "number" else each for each in CLIENTS.fields
        ),
    )
    plan = compiled(
        f"{CLIENT_RULE}      No: number\n", description=replace(DESCRIPTION, objects=(marked, *DESCRIPTION.objects[1:]))
    )
    assert [(each.rule, each.label, each.field) for each in plan.sensitive] == [("clients", "No", "number")]


@pytest.mark.parametrize("decision", ["merge", "delete", "merge into"])
def test_a_decision_nobody_knows_is_refused(decision: str) -> None:
    with pytest.raises(BadInput):
        Decisions.of([("clients", "c1", decision)])


def test_contradicting_decisions_are_refused() -> None:
    with pytest.raises(BadInput):
        Decisions.of([("clients", "c1", "exclude"), ("clients", "c1", "merge into c2")])
    with pytest.raises(BadInput):
        Decisions.of([("clients", "c1", "merge into c2"), ("clients", "c1", "merge into c3")])


def test_decisions_without_effect_are_accepted() -> None:
    made = Decisions.of([("a", "1", "keep both"), ("a", "2", "accept"), ("a", "3", "fix at source"), ("a", "4", "")])
    assert not made.exclusions and not made.merges
