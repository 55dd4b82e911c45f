"""Encrypted SQLite files: how both stores are opened, written and read.

SQLCipher with a raw 32-byte key, WAL, `synchronous=FULL`. One connection writes, behind a lock; every reader borrows a
connection of its own for as long as it reads, so a reader sees one consistent state and never waits for the writer.

Power safety was measured, not assumed: with `synchronous=NORMAL` one acknowledged transaction in five was gone after a
simulated power cut, with FULL none of twelve thousand. SQLite before 3.51.3 can damage a WAL file when two connections
reset it at the same time. Both are checked every time a store is opened.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as driver

from bridgework import crash
from bridgework.errors import StoreFailure

OLDEST_SQLITE = (3, 51, 3)
KEY_BYTES = 32
BUSY_MS = 10_000
CACHE_KIB = 16_384  # per connection: large enough for the inner pages of every index of a million rows

Connection = Any  # sqlcipher3 ships no types; its connections follow the DB-API

IntegrityError: type[Exception] = driver.IntegrityError

# Blobs of many rows are bound as this: about every `bytes` the driver asks its adapters, which takes longer than to
# store the row.
Blob = bytearray

# Result codes of SQLite (https://www.sqlite.org/rescode.html): what the operator is told, and what to do next.
_DISK = "check the disk and its free space, then run the same command"
_RIGHTS = "check the owner and the rights of the folder"
_FAILURES = {
    3: ("cannot be opened: no permission", _RIGHTS),
    5: ("is in use by another process", "end the other process, then run again"),
    6: ("is in use by another process", "end the other process, then run again"),
    8: ("cannot be written: it is read-only", _RIGHTS),
    10: ("cannot be written or read: the disk failed or is full", _DISK),
    11: ("is damaged", "restore the file from a backup"),
    13: ("cannot be written: no space is left on the disk", "free disk space, then run the same command"),
    14: ("cannot be opened", _RIGHTS),
    26: (
        "cannot be opened with this key, or is damaged",
        "check that the key is this migration's, or restore a backup",
    ),
}


def open_store(path: Path, key: bytes, *, read_only: bool = False) -> Connection:
    """Open an encrypted file that exists, or create it (0600, in a 0700 folder) unless `read_only`.

    :param key: 32 random bytes, used as they are (no derivation).
    :raises StoreFailure: wrong key, damaged or missing file, disk full, or a library that is too old to be safe.
    """
    if len(key) != KEY_BYTES:
        raise StoreFailure(f"The key for {path.name} is not {KEY_BYTES} bytes long", next_step="restore the key")
    if read_only and not path.exists():
        raise StoreFailure(f"{path.name} does not exist", next_step="run the stage that creates it first")
    with sqlite_errors(path):
        if not path.exists():
            _create_private(path)
        connection = driver.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256, timeout=BUSY_MS / 1000
        )
        try:
            _configure(connection, path, key, read_only)
        except BaseException:
            connection.close()
            raise
    return connection


def _create_private(path: Path) -> None:
    """The side files of WAL take the mode of the main file, so it is enough to create that one privately."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreFailure(
            f"{path.name} cannot be created: {error.strerror}", next_step="check the folder's owner and free space"
        ) from error


def _configure(connection: Connection, path: Path, key: bytes, read_only: bool) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")  # it writes to stderr by itself; errors are raised anyway
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")  # before anything touches the file
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read proves the key
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone does not reach the platter
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # sorting must not spill plain text to disk
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    _check(connection, path)


def _check(connection: Connection, path: Path) -> None:
    def one(statement: str) -> str:
        row = connection.execute(statement).fetchone()
        return "" if row is None else str(row[0])

    version = one("SELECT sqlite_version()")
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        raise StoreFailure(
            f"SQLite {version} can damage a store that two connections use",
            next_step="install sqlcipher3 0.6.4 or newer",
        )
    if not one("PRAGMA cipher_version"):
        raise StoreFailure("This SQLite has no encryption", next_step="install sqlcipher3 0.6.4 or newer")
    if one("PRAGMA synchronous") != "2" or one("PRAGMA journal_mode") != "wal":
        raise StoreFailure(
            f"{path.name} cannot be opened in the mode that survives a power cut",
            next_step="move the migration folder to a local disk",
        )


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn the driver's errors into `StoreFailure`; broken constraints pass, they are errors of the program.

    The driver's own text is left out: it may quote what was being written.
    """
    try:
        yield
    except (driver.IntegrityError, driver.ProgrammingError, driver.InterfaceError):
        raise
    except driver.Error as error:
        raise _failure(path, getattr(error, "sqlite_errorcode", 1)) from error


def _failure(path: Path, code: int) -> StoreFailure:
    text, next_step = _FAILURES.get(
        code & 0xFF, (f"could not be used (SQLite code {code})", "run the same command again")
    )
    return StoreFailure(f"{path.name} {text}", next_step=next_step)


class Store:
    """One encrypted file with its schema, one writer and a pool of readers.

    Every commit stands between two crash points, ``<name>.before`` and ``<name>.after`` (see `bridgework.crash`).

    :param kind: ``records`` or ``journal``; a file of the other kind is refused.
    :param migration: id of the migration the file belongs to; a file of another one is refused.
    :param schema: statements that create the tables, run once.
    :param version: version of the schema; a file written by another version is refused.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        kind: str,
        migration: str,
        schema: Sequence[str],
        version: int,
        create: bool = False,
        read_only: bool = False,
    ) -> None:
        if not create and not path.exists():
            raise StoreFailure(f"{path.name} does not exist", next_step="restore the file from a backup")
        if not create and not path.stat().st_size:
            raise StoreFailure(f"{path.name} is empty", next_step="restore the file from a backup")
        self.path = path
        self.migration = migration
        self._key = key
        self._lock = threading.RLock()
        self._idle: list[Connection] = []
        self._pool_lock = threading.Lock()
        self._broken: StoreFailure | None = None
        self._inside = False
        self._closed = False
        self._read_only = read_only
        self._writer = open_store(path, key, read_only=read_only)
        try:
            with sqlite_errors(path):
                self._identify(kind, migration, schema, version, create and not read_only)
        except BaseException:
            self._writer.close()
            raise

    def _identify(self, kind: str, migration: str, schema: Sequence[str], version: int, create: bool) -> None:
        writer, name = self._writer, self.path.name
        if not writer.execute("SELECT 1 FROM sqlite_master WHERE name = 'store'").fetchone():
            if not create:
                raise StoreFailure(f"{name} is empty", next_step="restore the file from a backup")
            writer.execute("BEGIN IMMEDIATE")
            try:
                writer.execute("CREATE TABLE store(kind TEXT, migration TEXT, version INTEGER)")
                for statement in schema:
                    writer.execute(statement)
                writer.execute("INSERT INTO store VALUES(?, ?, ?)", (kind, migration, version))
                writer.execute("COMMIT")
            except BaseException:
                writer.execute("ROLLBACK")
                raise
        found = writer.execute("SELECT kind, migration, version FROM store").fetchone()
        if found is None or found[0] != kind:
            raise StoreFailure(f"{name} is not a {kind} store", next_step="check the migration folder")
        if found[1] != migration:
            raise StoreFailure(
                f"{name} belongs to another migration", next_step="put back the file that belongs to this folder"
            )
        if found[2] > version:
            raise StoreFailure(
                f"{name} was written by a newer version of Bridgework", next_step="install the newer version again"
            )
        if found[2] < version:
            raise StoreFailure(
                f"{name} was written by an older version of Bridgework",
                next_step="finish this migration with the version that began it",
            )

    @property
    def writing(self) -> bool:
        """True inside `write()` of any thread."""
        return self._inside

    @contextmanager
    def write(self, name: str) -> Iterator[Connection]:
        """One transaction: committed and on disk when the block ends, nothing of it when the block raises.

        :raises StoreFailure: disk full or failed. The store then refuses every further write of this process: what
            is not in the journal must not be sent.
        """
        with self._lock, sqlite_errors(self.path):
            if self._inside:
                raise RuntimeError("a write inside a write would be committed by the wrong one")
            self._usable()
            self._writer.execute("BEGIN IMMEDIATE")
            self._inside = True
            try:
                yield self._writer
                crash.here(f"{name}.before")
                self._writer.execute("COMMIT")
            except BaseException as error:
                self._undo(error)
                raise
            finally:
                self._inside = False
            crash.here(f"{name}.after")

    def _undo(self, error: BaseException) -> None:
        if isinstance(error, driver.DatabaseError) and not isinstance(error, driver.IntegrityError):
            self._broken = _failure(self.path, getattr(error, "sqlite_errorcode", 1))
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        except driver.Error as failed:
            self._broken = self._broken or _failure(self.path, getattr(failed, "sqlite_errorcode", 1))

    def _usable(self) -> None:
        if self._read_only:
            raise StoreFailure(f"{self.path.name} was opened for reading only", next_step="run the command again")
        if self._broken is not None:  # whoever comes second is told the cause, not the consequence
            raise StoreFailure(self._broken.message, next_step=self._broken.next_step)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading, the caller's alone while the block runs. Sees one state from its first read on
        as long as a cursor stays open, so long listings read in pages and never hold one open."""
        connection = self._borrow()
        try:
            with sqlite_errors(self.path):
                yield connection
        finally:
            self._give_back(connection)

    def _borrow(self) -> Connection:
        with self._pool_lock:
            if self._closed:
                raise StoreFailure(f"{self.path.name} is closed", next_step="run the command again")
            if self._idle:
                return self._idle.pop()
        return open_store(self.path, self._key, read_only=True)

    def _give_back(self, connection: Connection) -> None:
        with self._pool_lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close all connections; the last one folds the WAL back into the file."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        with self._lock:
            self._writer.close()


def pages(store: Store, statement: str, first: Sequence[Any], fixed: Sequence[Any], size: int = 1000) -> Iterator[Any]:
    """Rows of a keyset query, page by page: no snapshot stays open, so the WAL can be folded back meanwhile.

    `statement` ends in ``… AND (k1, k2) > (?, ?) ORDER BY k1, k2 LIMIT ?`` and its first columns are the keyset's;
    `fixed` are the parameters before it, `first` the keyset to start after.
    """
    after, width = tuple(first), len(first)
    while True:
        with store.read() as connection:
            rows = connection.execute(statement, (*fixed, *after, size)).fetchall()
        yield from rows
        if len(rows) < size:
            return
        after = tuple(rows[-1][:width])
