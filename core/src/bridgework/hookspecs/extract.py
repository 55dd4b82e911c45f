# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""What a source gives, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bridgework.hookspecs.marks import hookspec
from bridgework.model import Finding, SourceDescription, SourceFile, SourceRecord

if TYPE_CHECKING:
    from bridgework.staging import Staging


@hookspec("source", first=True, required=True)
def describe_source() -> SourceDescription | None:
    """Say what the source holds: objects, fields, keys, references, picklists.

    Called once at the start of `extract` and by `check`. Verifies the export as a whole (manifest, hashes) before a row
    is read. Objects a pair names and the export lacks are listed with `absent` set.

    :return: the description. Fields carry a `concept` where the vocabulary knows one.
    :raises BadInput: the export is missing, damaged, unsafe or not what it says.

    Repeatable: yes, it only reads.

    Example::

        @hookimpl
        def describe_source(self) -> SourceDescription:
            patients = SourceObject(name="patients", fields=(SourceField(name="id"), SourceField(name="email")))
            return SourceDescription(objects=(patients,), generated_at=self.made, time_zone="America/Denver")

    .. versionadded:: 0.1
    """


@hookspec("source", first=True, required=True)
def extract(object_name: str, since: datetime | None) -> Iterator[SourceRecord] | None:
    """Yield every row of one object, uncleaned, in the source's order.

    Called once per object in `extract` and `delta`. A value that cannot be read is null and reported in `problems`; the
    raw row keeps it. A row that cannot be read at all is a record without values and with a problem.

    :param object_name: a name of `describe_source`.
    :param since: only rows changed since that instant are wanted; a source that cannot tell yields all rows.
    :return: an iterator that streams; None if the object is not the plugin's.
    :raises BadInput: the object ends early or disagrees with what the source declared.

    Repeatable: yes; two calls yield the same rows.

    Example::

        @hookimpl
        def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
            for line, raw in enumerate(self.open(object_name), start=1):
                values = json.loads(raw)
                yield SourceRecord(object_name, values["id"], values, raw, file="patients.ndjson", line=line)

    .. versionadded:: 0.1
    """


@hookspec("source", first=True)
def open_file(ref: str) -> SourceFile | None:
    """Open a document of the source.

    Called for each document that is uploaded or archived, and once to verify its hash.

    :param ref: the path as a record names it; untrusted.
    :return: the file, or None if it is not there.
    :raises BadInput: the path leaves the export.

    Repeatable: yes.

    Example::

        @hookimpl
        def open_file(self, ref: str) -> SourceFile | None:
            return self.export.document(ref)

    .. versionadded:: 0.1
    """


@hookspec("all")
def audit(staging: Staging) -> Iterable[Finding]:
    """Look for what is wrong with the staged data.

    Called in `audit`, once per plugin, with read access to the frozen staging. Generic checks come from the core,
    checks of a trade from its extension.

    :param staging: rows by object or concept, children in parent order, counts by group.
    :return: findings, as an iterator; never a value of a record outside `evidence`.

    Repeatable: yes; the same data gives the same findings.

    Example::

        @hookimpl
        def audit(self, staging: Staging) -> Iterator[Finding]:
            for row in staging.rows("patients"):
                if not row.get("email"):
                    yield Finding(check="MIS-01", severity=Severity.WARN, object="patients", key=row.key,
                                  field="email", summary="no e-mail")

    .. versionadded:: 0.1
    """
