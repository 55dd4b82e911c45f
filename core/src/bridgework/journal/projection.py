"""The projection of the chain: what intents, outcomes and events mean for targets, inside the same transactions.

The same functions are used when a row is appended and when the projection is rebuilt from the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from bridgework.errors import ContractBroken
from bridgework.journal.records import Intent, OutcomeState, TargetState
from bridgework.model import Verb
from bridgework.store import Connection

RESENDABLE: frozenset[str] = frozenset({OutcomeState.REJECTED, OutcomeState.NOT_SENT, OutcomeState.PROVED_ABSENT})
SUCCESS: frozenset[str] = frozenset({OutcomeState.DONE, OutcomeState.FOUND})
_MAKES: frozenset[str] = frozenset({Verb.CREATE, Verb.UPLOAD})


# Plain text: the driver looks for an adapter for every value of a class of its own, which costs more than the row.
PLAIN_VERBS: dict[str, str] = {verb: verb.value for verb in Verb}
_PENDING, _CONFLICT, _REJECTED = TargetState.PENDING.value, TargetState.CONFLICT.value, TargetState.REJECTED.value


def as_json(value: Any) -> str:
    """For `json_each`, which takes any number of values in one parameter."""
    return orjson.dumps(value).decode()


class Opened(NamedTuple):
    """An operation that is about to be sent: what settling it needs to know."""

    verb: str
    object: str
    generation: int
    attempt: int
    mapped_hash: str
    target: int
    prior: str  # where the target stood before


_NOTHING: Mapping[int, Opened] = MappingProxyType({})


def check(connection: Connection, intents: Sequence[Intent]) -> list[Opened]:
    """Count attempts and find targets; a target that does not exist yet is made.

    :raises ContractBroken: the write could happen twice: an operation on the same target is open, or a create of the
        same generation was not proved to be without effect.
    """
    keys: dict[str, list[str]] = {}
    for intent in intents:
        keys.setdefault(intent.rule, []).append(intent.key)
    if any(len(set(wanted)) < len(wanted) for wanted in keys.values()):
        raise ContractBroken("A batch holds two operations on one record")
    known = _known(connection, keys)
    if sum(map(len, known.values())) < len(intents):
        connection.executemany(
            "INSERT OR IGNORE INTO target(rule, key, object, schema) VALUES(?, ?, ?, ?)",
            [(i.rule, i.key, i.object, int(i.verb == Verb.SCHEMA)) for i in intents],
        )
        known = _known(connection, keys)
    opened = []
    for intent in intents:
        found = known[intent.rule][intent.key]
        # Most records are met for the first time.
        first = found[2] is None and found[-1] is None and intent.attempt == 0
        attempt, prior = (1, _PENDING) if first else (_attempt(intent, found[2:]), found[-2] or _PENDING)
        mark = (PLAIN_VERBS[intent.verb], intent.object, intent.generation, attempt, intent.mapped_hash)
        opened.append(Opened(*mark, found[1], prior))
    return opened


def _known(connection: Connection, keys: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Sequence[Any]]]:
    """By rule and key: key, number of the target, and what decides whether a further operation on it is safe."""
    return {
        rule: {
            row[0]: row
            for row in connection.execute(
                "SELECT t.key, t.number, s.verb, s.generation, s.attempt, s.outcome, s.operation, s.id, s.state,"
                " o.operation FROM json_each(?) AS j CROSS JOIN target AS t ON t.rule = ? AND t.key = j.value"
                " LEFT JOIN standing AS s ON s.target = t.number LEFT JOIN open_operation AS o ON o.target = t.number",
                (as_json(wanted), rule),
            ).fetchall()
        }
        for rule, wanted in keys.items()
    }


def _attempt(intent: Intent, known: Sequence[Any]) -> int:
    """`known`: verb, generation, attempt, outcome and number of the newest settled operation; id and state of the
    target; number of the open operation."""
    verb, generation, newest, outcome, operation, id_, state, still_open = known
    if still_open:
        raise ContractBroken(f"Operation {still_open} on the same record is not settled yet")
    if intent.verb in _MAKES and verb is not None:
        live = id_ and state not in (TargetState.UNDONE, TargetState.SKIPPED)
        repeated = operation and generation == intent.generation and not (verb in _MAKES and outcome in RESENDABLE)
        if live or repeated or generation > intent.generation or outcome == OutcomeState.QUARANTINED:
            raise ContractBroken(f"The record of operation {operation} would be created a second time")
    same = operation and verb == intent.verb and generation == intent.generation
    attempt = newest + 1 if same and outcome in RESENDABLE else 1
    if intent.attempt not in (0, attempt):
        raise ContractBroken(f"Attempt {intent.attempt} was announced where attempt {attempt} is due")
    return attempt


def open_operations(connection: Connection, numbers: Iterable[int], operations: Iterable[int]) -> None:
    """Until they are settled, the targets of open operations count as in doubt.

    How a target stood before stays written, so that an operation without effect leaves no trace in it.
    """
    connection.executemany(
        "INSERT INTO open_operation(target, operation) VALUES(?, ?)", zip(numbers, operations, strict=True)
    )


def target_numbers(connection: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Numbers of targets by (rule, key); those that do not exist yet are made, pending."""
    connection.executemany("INSERT OR IGNORE INTO target(rule, key, object) VALUES(?, ?, '')", names)
    return {
        (row[0], row[1]): row[2]
        for row in connection.execute(
            "SELECT t.rule, t.key, t.number FROM json_each(?) AS j CROSS JOIN target AS t"
            " ON t.rule = j.value ->> 0 AND t.key = j.value ->> 1",
            (as_json(names),),
        )
    }


def replay_intents(connection: Connection, rows: Sequence[tuple[int, Sequence[Any]]]) -> None:
    """Open the operations of intents that are in the chain already."""
    keys: dict[str, list[str]] = {}
    for _, values in rows:
        keys.setdefault(values[3], []).append(values[4])
    connection.executemany(
        "INSERT OR IGNORE INTO target(rule, key, object, schema) VALUES(?, ?, ?, ?)",
        [(values[3], values[4], values[5], int(values[1] == Verb.SCHEMA)) for _, values in rows],
    )
    known = _known(connection, keys)
    open_operations(connection, [known[each[3]][each[4]][1] for _, each in rows], [operation for operation, _ in rows])


class _Effect(NamedTuple):
    """What an outcome means: where the target stands then; whether it is a success, and of what makes records.

    Whole numbers, because the driver looks for an adapter for every `bool`.
    """

    state: str
    success: int
    makes: int


@cache
def _effect(verb: str, outcome: str, prior: str) -> _Effect:
    return _Effect(state_after(verb, outcome, prior), int(outcome in SUCCESS), int(verb in _MAKES))


def state_after(verb: str, outcome: str, prior: str) -> str:
    """Where a target stands after an outcome. `prior` is where it stood before the operation."""
    if outcome in SUCCESS:
        return _SUCCEEDED[verb]
    if outcome in (OutcomeState.NOT_SENT, OutcomeState.PROVED_ABSENT):
        return _PENDING if verb in _MAKES else prior
    if outcome == OutcomeState.REJECTED:
        return prior if verb == Verb.RESTORE else _CONFLICT if verb == Verb.DELETE else _REJECTED
    return _OTHERWISE[outcome]


_SUCCEEDED: dict[str, str] = {
    Verb.CREATE: TargetState.CREATED.value,
    Verb.UPLOAD: TargetState.CREATED.value,
    Verb.SCHEMA: TargetState.CREATED.value,
    Verb.UPDATE: TargetState.UPDATED.value,
    Verb.DELETE: TargetState.UNDONE.value,
    Verb.RESTORE: TargetState.CREATED.value,
}
_OTHERWISE: dict[str, str] = {
    OutcomeState.UNDONE: TargetState.UNDONE.value,
    OutcomeState.ALREADY_GONE: TargetState.UNDONE.value,
    OutcomeState.KEPT: _CONFLICT,
    OutcomeState.REFUSED: _CONFLICT,
    OutcomeState.QUARANTINED: TargetState.IN_DOUBT.value,  # nobody can say which record is ours until a person looked
}


def _opened(connection: Connection, operations: Sequence[int]) -> dict[int, Opened]:
    return {
        row[0]: Opened(*row[1:])
        for row in connection.execute(
            "SELECT i.seq, i.verb, i.object, i.generation, i.attempt, i.mapped_hash, t.number,"
            " coalesce(s.state, 'pending') FROM json_each(?) AS j CROSS JOIN intent AS i ON i.seq = j.value"
            " CROSS JOIN target AS t ON t.rule = i.rule AND t.key = i.key"
            " CROSS JOIN open_operation AS o ON o.target = t.number AND o.operation = i.seq"
            " LEFT JOIN standing AS s ON s.target = t.number",
            (as_json(operations),),
        )
    }


def apply_outcomes(
    connection: Connection, rows: Sequence[Sequence[Any]], remembered: Mapping[int, Opened] = _NOTHING
) -> None:
    """Move the targets of settled operations, and close the operations.

    :param remembered: operations opened by this process, which spares looking them up.

    :raises ContractBroken: an operation is unknown or settled already, or a create succeeded without an id.
    """
    known = {row[1]: remembered[row[1]] for row in rows if row[1] in remembered}
    if len(known) < len(rows):
        known.update(_opened(connection, [row[1] for row in rows if row[1] not in remembered]))
    changes, closed, doubted = [], list[tuple[int]](), list[tuple[int]]()
    for _, operation, outcome, id_, version, reason, field, _ in rows:
        if operation not in known:
            raise ContractBroken(f"Operation {operation} is unknown or settled already")
        if outcome == OutcomeState.IN_DOUBT:
            doubted.append((known[operation].target,))
            continue
        verb, name, generation, attempt, mapped_hash, number, prior = known.pop(operation)
        state, success, makes = _effect(verb, outcome, prior)
        if success and makes and not id_:
            raise ContractBroken(f"Operation {operation} is said to be done, but no id is known")
        written = mapped_hash if success and verb != Verb.DELETE else ""
        origin = operation if success else 0
        altered = int(success and verb != Verb.RESTORE)  # a record that comes back is the one that was read back before
        mark = (operation, verb, attempt, outcome, reason, field)
        changes.append((number, state, name, id_, version, generation, origin, written, *mark, makes, altered))
        closed.append((number,))
    connection.executemany(
        "INSERT INTO standing(target, state, object, id, version, generation, origin, mapped_hash, operation, verb,"
        " attempt, outcome, reason, field)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, iif(?15, ?7, 0), ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT(target) DO UPDATE SET state = ?2, object = ?3, id = iif(?15 OR ?4 <> '', ?4, id),"
        " version = iif(?15 OR ?5 <> '', ?5, version), generation = max(generation, ?6), origin = iif(?15, ?7, origin),"
        " mapped_hash = iif(?15 OR ?8 <> '', ?8, mapped_hash), settled_hash = iif(?16, '', settled_hash),"
        " operation = ?9, verb = ?10, attempt = ?11, outcome = ?12, reason = ?13, field = ?14",
        changes,
    )
    connection.executemany("DELETE FROM open_operation WHERE target = ?", closed)
    if doubted:
        connection.executemany("UPDATE open_operation SET doubted = 1 WHERE target = ?", doubted)


# ------------------------------------------------------------------------------------------ from events


_NOT_OPEN = "t.number NOT IN (SELECT target FROM open_operation)"


def apply_matched(connection: Connection, rule: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Targets that exist without our doing: (key, id, version)."""
    _name(connection, rule, name, [row[0] for row in rows])
    connection.executemany(
        "INSERT INTO standing(target, state, object, id, version) SELECT t.number, 'matched', ?3, ?4, ?5"  # noqa: S608
        f" FROM target AS t WHERE t.rule = ?1 AND t.key = ?2 AND {_NOT_OPEN}"
        " ON CONFLICT(target) DO UPDATE SET object = ?3, id = ?4, version = ?5, state = 'matched', origin = 0,"
        " reason = '', field = ''",
        [(rule, key, name, id_, version) for key, id_, version in rows],
    )


def apply_adopted(connection: Connection, rule: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Records of ours that stood in quarantine until only one was left: (key, id, version)."""
    connection.executemany(
        "UPDATE standing SET object = ?3, id = ?4, version = ?5, state = 'created', outcome = 'found', reason = '',"
        " field = '', settled_hash = '', origin = operation,"
        " mapped_hash = (SELECT i.mapped_hash FROM intent AS i WHERE i.seq = standing.operation)"
        " WHERE outcome = 'quarantined' AND target ="
        " (SELECT t.number FROM target AS t WHERE t.rule = ?1 AND t.key = ?2)",
        [(rule, key, name, id_, version) for key, id_, version in rows],
    )


def apply_settled(connection: Connection, rule: str, rows: Sequence[Sequence[str]]) -> None:
    """Images read back: (key, hash, version)."""
    connection.executemany(
        "UPDATE standing SET settled_hash = ?, version = ?"
        " WHERE target = (SELECT number FROM target WHERE rule = ? AND key = ?)",
        [(digest, version, rule, key) for key, digest, version in rows],
    )


def apply_state(connection: Connection, rule: str, state: str, reason: str, field: str, keys: Sequence[str]) -> None:
    """A state that no operation brought about. A target with an open operation keeps being in doubt."""
    connection.executemany(
        "INSERT INTO standing(target, object, state, reason, field) SELECT t.number, t.object, ?3, ?4, ?5"  # noqa: S608
        f" FROM target AS t WHERE t.rule = ?1 AND t.key = ?2 AND {_NOT_OPEN}"
        " ON CONFLICT(target) DO UPDATE SET state = ?3, reason = ?4, field = ?5",
        [(rule, key, state, reason, field) for key in keys],
    )


def _name(connection: Connection, rule: str, name: str, keys: Sequence[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO target(rule, key, object) VALUES(?, ?, ?)", [(rule, key, name) for key in keys]
    )
