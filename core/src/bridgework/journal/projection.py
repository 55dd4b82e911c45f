"""The projection of the chain: what intents, outcomes and events mean for targets, inside the same transactions.

The same functions are used when a row is appended and when the projection is rebuilt from the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from bridgework.errors import ContractBroken
from bridgework.journal.records import Intent, OutcomeState, TargetState
from bridgework.model import Verb
from bridgework.store import Connection

RESENDABLE = frozenset({OutcomeState.REJECTED, OutcomeState.NOT_SENT, OutcomeState.PROVED_ABSENT})
SUCCESS = frozenset({OutcomeState.DONE, OutcomeState.FOUND})
_MAKES = frozenset({Verb.CREATE, Verb.UPLOAD})


def as_json(value: Any) -> str:
    """For `json_each`, which takes any number of values in one parameter."""
    return orjson.dumps(value).decode()


def check_and_count(connection: Connection, intents: Sequence[Intent]) -> list[int]:
    """The attempt number of each intent.

    :raises ContractBroken: the write could happen twice: an operation on the same target is open, or a create of the
        same generation was not proved to be without effect.
    """
    names = [(intent.rule, intent.key) for intent in intents]
    if len(set(names)) != len(names):
        raise ContractBroken("a batch holds two operations on one record")
    known = {
        (row[0], row[1]): _Known(*row[2:])
        for row in connection.execute(
            "SELECT t.rule, t.key, t.verb, t.generation, t.attempt, t.outcome, t.operation, t.id, t.state"
            " FROM json_each(?) AS j CROSS JOIN target AS t ON t.rule = j.value ->> 0 AND t.key = j.value ->> 1",
            (as_json(names),),
        )
    }
    return [_attempt(intent, known.get(name)) for intent, name in zip(intents, names, strict=True)]


class _Known(NamedTuple):
    """What decides whether a further operation on a target is safe."""

    verb: str
    generation: int
    attempt: int
    outcome: str
    operation: int
    id: str
    state: str


def _attempt(intent: Intent, known: _Known | None) -> int:
    attempt = 1
    if known is not None:
        if known.operation and known.outcome in ("", OutcomeState.IN_DOUBT):
            raise ContractBroken(f"operation {known.operation} on the same record is not settled yet")
        if intent.verb in _MAKES and not _may_create(intent.generation, known):
            raise ContractBroken(f"the record of operation {known.operation} would be created a second time")
        same = known.verb == intent.verb and known.generation == intent.generation
        attempt = known.attempt + 1 if same and known.outcome in RESENDABLE else 1
    if intent.attempt not in (0, attempt):
        raise ContractBroken(f"attempt {intent.attempt} was announced where attempt {attempt} is due")
    return attempt


def _may_create(generation: int, known: _Known) -> bool:
    live = known.id and known.state != TargetState.UNDONE
    if live or known.outcome == OutcomeState.QUARANTINED or generation < known.generation:
        return False
    if not known.operation or generation > known.generation:
        return True
    return known.verb in _MAKES and known.outcome in RESENDABLE


def apply_intents(connection: Connection, rows: Sequence[tuple[int, Sequence[Any]]]) -> None:
    """Mark the targets of new intents: until an outcome is known they are in doubt."""
    changes = []
    for operation, (_, verb, _, rule, key, name, generation, _, _, attempt, *_) in rows:
        makes = verb in _MAKES or verb == Verb.SCHEMA
        changes.append((rule, key, name, generation, operation, verb, attempt, makes, makes, makes, makes))
    connection.executemany(
        "INSERT INTO target(rule, key, object, generation, operation, verb, attempt, state, prior)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, 'in_doubt', 'pending')"
        " ON CONFLICT(rule, key) DO UPDATE SET object = excluded.object, generation = excluded.generation,"
        " operation = excluded.operation, verb = excluded.verb, attempt = excluded.attempt, outcome = '',"
        " prior = state, state = 'in_doubt', reason = '', field = '',"
        " id = iif(?, '', id), version = iif(?, '', version), origin = iif(?, 0, origin),"
        " settled_hash = iif(?, '', settled_hash)",
        changes,
    )
    connection.executemany("INSERT INTO open_operation(operation) VALUES(?)", [(row[0],) for row in rows])


def state_after(verb: str, outcome: str, prior: str) -> TargetState:
    """Where a target stands after an outcome. `prior` is where it stood before the operation."""
    match outcome:
        case OutcomeState.DONE | OutcomeState.FOUND:
            if verb == Verb.DELETE:
                return TargetState.UNDONE
            return TargetState.UPDATED if verb == Verb.UPDATE else TargetState.CREATED
        case OutcomeState.REJECTED:
            return TargetState.CONFLICT if verb == Verb.DELETE else TargetState.REJECTED
        case OutcomeState.NOT_SENT | OutcomeState.PROVED_ABSENT:
            return TargetState.PENDING if verb in _MAKES or verb == Verb.SCHEMA else TargetState(prior)
        case OutcomeState.UNDONE | OutcomeState.ALREADY_GONE:
            return TargetState.UNDONE
        case OutcomeState.KEPT | OutcomeState.REFUSED:
            return TargetState.CONFLICT
        case _:  # in doubt; and quarantined: nobody can say which record is ours until a person has looked
            return TargetState.IN_DOUBT


def apply_outcomes(connection: Connection, rows: Sequence[tuple[int, Sequence[Any]]]) -> None:
    """Move the targets of settled operations, and take the operations off the open list."""
    known = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT i.seq, i.verb, i.rule, i.key, i.mapped_hash, t.prior FROM json_each(?) AS j"
            " CROSS JOIN intent AS i ON i.seq = j.value"
            " CROSS JOIN target AS t ON t.rule = i.rule AND t.key = i.key",
            (as_json([values[1] for _, values in rows]),),
        )
    }
    changes, final, doubted = [], list[tuple[int]](), list[tuple[int]]()
    for _, (_, operation, outcome, id_, version, reason, field, _) in rows:
        verb, rule, key, mapped_hash, prior = known[operation]
        success = outcome in SUCCESS
        if success and verb in _MAKES and not id_:
            raise ContractBroken(f"operation {operation} is said to be done, but no id is known")
        state = state_after(verb, outcome, prior)
        written = mapped_hash if success and verb != Verb.DELETE else ""
        origin = operation if success and verb in (*_MAKES, Verb.SCHEMA) else 0
        changes.append((state, outcome, reason, field, id_, version, written, origin, success, rule, key, operation))
        (doubted if outcome == OutcomeState.IN_DOUBT else final).append((operation,))
    connection.executemany(
        "UPDATE target SET state = ?1, outcome = ?2, reason = ?3, field = ?4, id = iif(?5 = '', id, ?5),"
        " version = iif(?6 = '', version, ?6), mapped_hash = iif(?7 = '', mapped_hash, ?7),"
        " origin = iif(?8 = 0, origin, ?8), settled_hash = iif(?9, '', settled_hash)"
        " WHERE rule = ?10 AND key = ?11 AND operation = ?12",
        changes,
    )
    connection.executemany("DELETE FROM open_operation WHERE operation = ?", final)
    connection.executemany("UPDATE open_operation SET doubted = 1 WHERE operation = ?", doubted)


# ------------------------------------------------------------------------------------------ from events


def apply_matched(connection: Connection, rule: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Targets that exist without our doing: (key, id, version)."""
    connection.executemany(
        "INSERT INTO target(rule, key, object, id, version, state) VALUES(?1, ?2, ?3, ?4, ?5, 'matched')"
        " ON CONFLICT(rule, key) DO UPDATE SET object = ?3, id = ?4, version = ?5, state = 'matched', origin = 0,"
        " reason = '', field = ''",
        [(rule, key, name, id_, version) for key, id_, version in rows],
    )


def apply_settled(connection: Connection, rule: str, rows: Sequence[Sequence[str]]) -> None:
    """Images read back: (key, hash, version)."""
    connection.executemany(
        "UPDATE target SET settled_hash = ?, version = ? WHERE rule = ? AND key = ?",
        [(digest, version, rule, key) for key, digest, version in rows],
    )


def apply_state(connection: Connection, rule: str, state: str, reason: str, field: str, keys: Sequence[str]) -> None:
    """A state that no operation brought about. A target with an open operation keeps being in doubt."""
    connection.executemany(
        "UPDATE target SET state = ?, reason = ?, field = ? WHERE rule = ? AND key = ?"
        " AND NOT (operation <> 0 AND outcome IN ('', 'in_doubt'))",
        [(state, reason, field, rule, key) for key in keys],
    )
