"""The projection of the chain: what intents, outcomes and events mean for targets, inside the same transactions.

The same functions are used when a row is appended and when the projection is rebuilt from the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from bridgework.errors import ContractBroken
from bridgework.journal.chain import rows_at
from bridgework.journal.records import Intent, Outcome, OutcomeState, TargetState
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
    keys = _keys_by_rule(intents)
    if any(len(set(wanted)) < len(wanted) for wanted in keys.values()):
        raise ContractBroken("A batch holds two operations on one record")
    known = _numbers(connection, keys)
    if sum(map(len, known.values())) < len(intents):
        _make_targets(connection, intents)
        known = _numbers(connection, keys)
    begun = _begun(connection, known)
    opened = []
    for intent in intents:
        number = known[intent.rule][intent.key]
        before = begun.get(number)
        # Most records are met for the first time.
        attempt = _attempt(intent, before) if before or intent.attempt else 1
        opened.append(
            Opened(
                PLAIN_VERBS[intent.verb],
                intent.object,
                intent.generation,
                attempt,
                intent.mapped_hash,
                number,
                before.state if before else _PENDING,
            )
        )
    return opened


def _keys_by_rule(intents: Sequence[Intent]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for intent in intents:
        keys.setdefault(intent.rule, []).append(intent.key)
    return keys


def _make_targets(connection: Connection, intents: Sequence[Intent]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO target(rule, key, object, schema) VALUES(?, ?, ?, ?)",
        [(intent.rule, intent.key, intent.object, int(intent.verb == Verb.SCHEMA)) for intent in intents],
    )


def _numbers(connection: Connection, keys: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """Numbers of the targets that exist, by rule and key."""
    return {
        rule: dict(
            connection.execute(
                "SELECT t.key, t.number FROM json_each(?) AS j"
                " CROSS JOIN target AS t ON t.rule = ? AND t.key = j.value",
                (as_json(wanted), rule),
            ).fetchall()
        )
        for rule, wanted in keys.items()
    }


class _Begun(NamedTuple):
    """What decides whether a further operation on a target is safe: the newest settled one, the id and the state of the
    target, and the number of an open one."""

    verb: str | None
    generation: int
    attempt: int
    outcome: str
    operation: int
    id: str
    state: str
    still_open: int | None


_UNTOUCHED = _Begun(None, 0, 0, "", 0, "", _PENDING, None)


def _begun(connection: Connection, known: Mapping[str, Mapping[str, int]]) -> dict[int, _Begun]:
    """Those of the targets that an operation or an event was ever about, by number."""
    return {
        row[0]: _Begun(*row[1:])
        for numbers in known.values()
        for row in connection.execute(
            "SELECT j.value, s.verb, coalesce(s.generation, 0), coalesce(s.attempt, 0), coalesce(s.outcome, ''),"
            " coalesce(s.operation, 0), coalesce(s.id, ''), coalesce(s.state, 'pending'), o.operation"
            " FROM json_each(?) AS j LEFT JOIN standing AS s ON s.target = j.value"
            " LEFT JOIN open_operation AS o ON o.target = j.value"
            " WHERE s.target IS NOT NULL OR o.target IS NOT NULL",
            (as_json(list(numbers.values())),),
        ).fetchall()
    }


def _attempt(intent: Intent, before: _Begun | None) -> int:
    verb, generation, newest, outcome, operation, id_, state, still_open = before or _UNTOUCHED
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


def open_operations(connection: Connection, first: int, numbers: Sequence[int]) -> None:
    """Until they are settled, the targets of open operations, numbered from `first` on, count as in doubt.

    How a target stood before stays written, so that an operation without effect leaves no trace in it.
    """
    connection.execute(
        "INSERT INTO open_operation(target, operation) SELECT value, ? + key FROM json_each(?)",
        (first, as_json(numbers)),
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


def replay_intents(connection: Connection, first: int, intents: Sequence[Intent]) -> None:
    """Open the operations of intents that are in the chain already, numbered from `first` on."""
    _make_targets(connection, intents)
    known = _numbers(connection, _keys_by_rule(intents))
    open_operations(connection, first, [known[intent.rule][intent.key] for intent in intents])


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
    """Open operations of an earlier process, read back from the chain."""
    intents = {number: Intent(*values) for number, (_, values) in rows_at(connection, operations).items()}
    known = _numbers(connection, _keys_by_rule(list(intents.values())))
    begun = _begun(connection, known)
    opened = {}
    for operation, intent in intents.items():
        number = known[intent.rule].get(intent.key)
        before = None if number is None else begun.get(number)
        if number is not None and before is not None and before.still_open == operation:
            mark = (intent.verb, intent.object, intent.generation, intent.attempt, intent.mapped_hash)
            opened[operation] = Opened(*mark, number, before.state)
    return opened


def apply_outcomes(
    connection: Connection, first: int, outcomes: Sequence[Outcome], remembered: Mapping[int, Opened] = _NOTHING
) -> None:
    """Move the targets of settled operations, and close the operations. The outcomes are numbered from `first` on.

    :param remembered: operations opened by this process, which spares looking them up.

    :raises ContractBroken: an operation is unknown or settled already, or a create succeeded without an id.
    """
    known = {each[0]: remembered[each[0]] for each in outcomes if each[0] in remembered}
    if len(known) < len(outcomes):
        known.update(_opened(connection, [each[0] for each in outcomes if each[0] not in remembered]))
    changes, closed, doubted = [], list[int](), list[tuple[int, int]]()
    for settled, (operation, outcome, id_, version, reason, field, _) in enumerate(outcomes, first):
        if operation not in known:
            raise ContractBroken(f"Operation {operation} is unknown or settled already")
        if outcome == OutcomeState.IN_DOUBT:
            doubted.append((settled, known[operation].target))
            continue
        verb, name, generation, attempt, mapped_hash, number, prior = known.pop(operation)
        state, success, makes = _effect(verb, outcome, prior)
        if success and makes and not id_:
            raise ContractBroken(f"Operation {operation} is said to be done, but no id is known")
        written = mapped_hash if success and verb != Verb.DELETE else ""
        origin = operation if success else 0
        altered = int(success and verb != Verb.RESTORE)  # a record that comes back is the one that was read back before
        now = (number, state, name, id_, version, generation, origin, written)
        changes.append((*now, operation, settled, verb, attempt, outcome, reason, field, makes, altered))
        closed.append(number)
    connection.executemany(
        "INSERT INTO standing(target, state, object, id, version, generation, origin, mapped_hash, operation, settled,"
        " verb, attempt, outcome, reason, field)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, iif(?16, ?7, 0), ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        " ON CONFLICT(target) DO UPDATE SET state = ?2, object = ?3, id = iif(?16 OR ?4 <> '', ?4, id),"
        " version = iif(?16 OR ?5 <> '', ?5, version), generation = max(generation, ?6), origin = iif(?16, ?7, origin),"
        " mapped_hash = iif(?16 OR ?8 <> '', ?8, mapped_hash), settled_hash = iif(?17, '', settled_hash),"
        " operation = ?9, settled = ?10, verb = ?11, attempt = ?12, outcome = ?13, reason = ?14, field = ?15",
        changes,
    )
    if closed:
        _close(connection, closed)
    if doubted:
        connection.executemany("UPDATE open_operation SET doubted = ? WHERE target = ? AND doubted = 0", doubted)


def _close(connection: Connection, numbers: Sequence[int]) -> None:
    """The operations on these targets are open no more."""
    gone = connection.execute(
        "DELETE FROM open_operation WHERE target IN (SELECT value FROM json_each(?))", (as_json(numbers),)
    )
    if gone.rowcount != len(numbers):
        raise ContractBroken("An operation was to be settled a second time")


# ------------------------------------------------------------------------------------------ from events


_NOT_OPEN = "t.number NOT IN (SELECT target FROM open_operation)"


def apply_matched(connection: Connection, rule: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Targets that exist without our doing: (key, id, version)."""
    _name(connection, rule, name, [row[0] for row in rows])
    connection.executemany(
        "INSERT INTO standing(target, state, object, id, version) SELECT t.number, 'matched', ?3, ?4, ?5"
        f" FROM target AS t WHERE t.rule = ?1 AND t.key = ?2 AND {_NOT_OPEN}"
        " ON CONFLICT(target) DO UPDATE SET object = ?3, id = ?4, version = ?5, state = 'matched', origin = 0,"
        " reason = '', field = ''",
        [(rule, key, name, id_, version) for key, id_, version in rows],
    )


def apply_adopted(connection: Connection, rule: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Records of ours that stood in quarantine until only one was left: (key, id, version)."""
    adopted = {key: (id_, version) for key, id_, version in rows}
    found = connection.execute(
        "SELECT t.key, s.target, s.operation FROM json_each(?) AS j CROSS JOIN target AS t"
        " ON t.rule = ? AND t.key = j.value CROSS JOIN standing AS s ON s.target = t.number"
        " WHERE s.outcome = 'quarantined'",
        (as_json(list(adopted)), rule),
    ).fetchall()
    sent = rows_at(connection, [operation for _, _, operation in found])
    connection.executemany(
        "UPDATE standing SET object = ?, id = ?, version = ?, state = 'created', outcome = 'found', reason = '',"
        " field = '', settled_hash = '', origin = operation, mapped_hash = ? WHERE target = ?",
        [(name, *adopted[key], Intent(*sent[operation][1]).mapped_hash, target) for key, target, operation in found],
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
        "INSERT INTO standing(target, object, state, reason, field) SELECT t.number, t.object, ?3, ?4, ?5"
        f" FROM target AS t WHERE t.rule = ?1 AND t.key = ?2 AND {_NOT_OPEN}"
        " ON CONFLICT(target) DO UPDATE SET state = ?3, reason = ?4, field = ?5",
        [(rule, key, state, reason, field) for key in keys],
    )


def _name(connection: Connection, rule: str, name: str, keys: Sequence[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO target(rule, key, object) VALUES(?, ?, ?)", [(rule, key, name) for key in keys]
    )
