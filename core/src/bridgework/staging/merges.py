"""Merged rows: which row stands for them."""

from __future__ import annotations

from collections.abc import Mapping

from bridgework.staging import insert, links
from bridgework.store import Store

CYCLE, DEAD_END = "cycle", "dead end"


def apply(store: Store, ids: Mapping[str, int], wanted: Mapping[tuple[str, str], str]) -> None:
    """Follow every merge to its survivor and put the children of merged rows there."""
    with store.write("merges") as connection:
        connection.execute("DELETE FROM merge")
        connection.execute("DELETE FROM heir")
        for name in sorted({name for name, _ in wanted}):
            into = {key: target for (known, key), target in wanted.items() if known == name}
            rows = insert.known_rows(connection, ids.get(name, 0), sorted({*into, *into.values()}))
            for key in sorted(into):
                survivor, problem = _followed(key, into)
                if not problem and survivor not in rows:
                    problem = DEAD_END
                connection.execute(
                    "INSERT INTO merge VALUES(?, ?, ?, ?, ?)",
                    (name, key, into[key], "" if problem else survivor, problem),
                )
                if not problem and key in rows:
                    connection.execute("INSERT INTO heir VALUES(?, ?)", (rows[key][0], rows[survivor][0]))
        links.adopt(connection)


def _followed(key: str, into: Mapping[str, str]) -> tuple[str, str]:
    passed = {key}
    while key in into:
        key = into[key]
        if key in passed:
            return key, CYCLE
        passed.add(key)
    return key, ""


def broken(store: Store) -> list[tuple[str, str, str]]:
    """(object, key, problem) of merges that lead nowhere."""
    with store.read() as connection:
        return list(
            connection.execute(
                "SELECT object, key, problem FROM merge WHERE problem <> '' ORDER BY object, key"
            ).fetchall()
        )


def survivor(store: Store, object_name: str, key: str) -> str:
    """The key of the row that stands for this one."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT survivor FROM merge WHERE object = ? AND key = ? AND problem = ''", (object_name, key)
        ).fetchone()
    return key if row is None else str(row[0])
