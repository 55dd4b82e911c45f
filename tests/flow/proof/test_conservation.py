"""No row disappears: the figures of every report are made again from the rows of the chain."""

from __future__ import annotations

from pathlib import Path

import orjson

from bridgework.conservation import conservation

from .checking import accounted_for, recomputed
from .lab import Template


def test_the_figures_of_every_report_are_those_of_the_chain(templates: dict[str, Template], memory: Path) -> None:
    """T10: after a load with faults, an update, somebody's edit, a delta, half a rollback and a second load."""
    lab = templates["load"].copy(memory / "counted")
    for nth, kind in ((4, "lost after"), (7, "500 before"), (9, "truncated")):
        lab.world.arm(kind, nth)
    steps = ["load", "delta", "rollback", "load", "delta"]
    for number, command in enumerate(steps):
        if command == "delta":
            lab.world.people["p1"]["city"] = f"Linz {number}"
            lab.world.people[f"n{number}"] = {"name": f"New {number}", "city": "", "guardian": "p1"}
            lab.world.visits[f"n{number}"] = {"person": "nobody", "what": "of nobody"}
            lab.world.describe()
            row = next(row for row in lab.world.live().values() if row.object == "contact")
            lab.world.person_edits(row.id, "city", f"Edited {number}")
        if command == "rollback":
            lab.arm_crash("any", 9)
            lab.attempt("rollback")
            accounted_for(lab)
        lab.until_done(command)
        accounted_for(lab)
        report = orjson.loads((lab.folder / "reports" / f"{command}.json").read_bytes())
        with lab.open(look=True) as migration:
            objects, rules = conservation(migration)
        assert (report["objects"], report["rules"]) == (objects, rules)
        for states in report["objects"].values():
            assert states["extracted"] == sum(count for name, count in states.items() if name != "extracted")
        for rule, states in report["rules"].items():
            told = {name: count for name, count in recomputed(lab)[rule].items() if name != "pending" and count}
            assert told == {k: v for k, v in states.items() if k not in ("planned", "pending") and v}, (command, rule)
