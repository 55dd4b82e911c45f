"""What must hold after whatever happened: once, accounted for, as wanted, and no human work destroyed."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping

from bridgework.conservation import conservation

from .lab import Lab
from .results import note
from .world import Body, World

_STATES = {  # what an outcome makes of a target, by the verb of its intent
    ("create", "done"): "created",
    ("create", "found"): "created",
    ("create", "rejected"): "rejected",
    ("create", "quarantined"): "in_doubt",
    ("update", "done"): "updated",
    ("update", "rejected"): "rejected",
    ("delete", "undone"): "pending",
    ("delete", "already_gone"): "pending",
    ("delete", "refused"): "conflict",
    ("delete", "rejected"): "conflict",
}


def made_once(world: World) -> None:
    """R1: no identity came to be twice."""
    twice = {identity: times for identity, times in world.made.items() if times > 1}
    note("identities checked for a second record", len(world.made))
    note("duplicates", len(twice))
    assert not twice, f"made more than once: {twice}"


def same_content(found: Mapping[str, Body], expected: Mapping[str, Body]) -> None:
    """Every record is there, every value whole."""
    lost = expected.keys() - found.keys()
    cut = [
        name
        for identity, values in expected.items()
        for name, value in values.items()
        if isinstance(value, str)
        and value != (held := found.get(identity, {}).get(name, value))
        and value.startswith(held)
    ]
    note("records compared", len(expected))
    note("values compared", sum(map(len, expected.values())))
    note("losses", len(lost))
    note("silent truncations", len(cut))
    assert found == expected


def human_work_stands(world: World) -> None:
    """R4: nothing was deleted after a person had worked on it."""
    assert not world.wrongs, world.wrongs


def accounted_for(lab: Lab) -> None:
    """R2: each row has one disposition, and what the reports say is what the chain says."""
    with lab.open(look=True) as migration:
        objects, rules = conservation(migration)
        told = recomputed(lab)
    for name, states in objects.items():
        counts = {key: value for key, value in states.items() if key != "extracted"}
        assert states["extracted"] == sum(counts.values()), (name, states)
        assert all(count >= 0 for count in counts.values()), (name, states)
    for rule, states in rules.items():
        begun = {name: count for name, count in states.items() if name not in ("planned", "pending") and count}
        seen = {name: count for name, count in told.get(rule, {}).items() if name != "pending" and count}
        assert begun == seen, (rule, begun, seen)


def recomputed(lab: Lab) -> dict[str, Counter[str]]:
    """T10: the outcomes per rule, from the rows of the chain alone: intents, outcomes, states that were set."""
    standing: dict[tuple[str, str], str] = {}
    open_: dict[int, tuple[str, tuple[str, str], str]] = {}
    doubtful: dict[tuple[str, str], int] = {}
    with lab.journal() as journal:
        for entry in journal.entries():
            values = entry.values
            if entry.table == "intent":
                name = (values["rule"], values["key"])
                open_[entry.seq] = (values["verb"], name, standing.get(name, "pending"))
                doubtful[name] = entry.seq
            elif entry.table == "outcome" and values["state"] != "in_doubt":
                verb, name, before = open_.pop(values["operation"])
                doubtful.pop(name, None)
                unsent = "pending" if verb in ("create", "upload") else before
                standing[name] = _STATES.get((verb, values["state"]), unsent)
            elif entry.table == "event" and values["kind"] == "targets_state":
                told = json.loads(values["payload"])
                for key in told["keys"]:
                    if (told["rule"], key) not in doubtful:
                        standing[told["rule"], key] = "pending" if told["state"] == "undone" else told["state"]
            elif entry.table == "event" and values["kind"] == "targets_matched":
                told = json.loads(values["payload"])
                for key, *_ in told["rows"]:
                    standing[told["rule"], key] = "matched"
    for name in doubtful:
        standing[name] = "in_doubt"
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (rule, _), state in standing.items():
        counts[rule][state] += 1
    return counts


def known(lab: Lab) -> None:
    """R10: what stands in the destination is what the journal says stands there, record by record."""
    with lab.journal() as journal:
        told = {target.id for target in journal.all_targets() if target.live}
    there = {row.id for row in lab.world.live().values() if row.identity}
    assert not there - told, f"records that the journal does not know: {there - told}"
    gone = {id_ for id_ in told - there if lab.world.rows[id_].hand != "person"}
    assert not gone, f"records that the journal believes to be there: {gone}"
