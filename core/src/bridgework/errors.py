"""Everything that can go wrong, grouped by what happens next.

    BridgeworkError
      UsageError            the operator can fix it                                    exit 2
        SettingsError       migration.toml, environment, key file
        MappingError        mapping file, with file, line and field
        BadInput            an export that is missing, damaged or not what it says
        ApprovalMissing     a gate is closed
        PluginNotFound      no such plugin, or it does not import
        AccessDenied        wrong token (401), missing right (403)
      StopRun               nothing more may be written; the journal is intact         exit 3
        Paused              a day budget is used up; carries the resume time
        Busy                another process works on this migration
        StoreFailure        disk full, store not writable
        SchemaDrift         the destination's schema changed during the run
      ContractBroken        a plugin broke the hook contract                           exit 4

`NotSent` and `InDoubt` are raised by the client inside a connector's generator and belong to the engine:
a connector lets them pass. A rejected record is a value (`Rejected`), never an exception.

Texts are written for the operator: one sentence that names no value of a record; `next_step` says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class BridgeworkError(Exception):
    """Root of all expected errors. `cause` is a short machine word, `next_step` a command or an action."""

    exit_code = 3
    cause = "error"

    def __init__(self, message: str, *, next_step: str = "", cause: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if cause:
            self.cause = cause


class UsageError(BridgeworkError):
    """The operator can fix it."""

    exit_code = 2
    cause = "usage"


class SettingsError(UsageError):
    """A setting is missing, unknown or wrong."""

    cause = "settings"


class MappingError(UsageError):
    """A mapping does not hold; `problems` are `file:line: field: reason` sentences."""

    cause = "mapping"

    def __init__(self, message: str, *, problems: Sequence[str] = (), next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.problems = tuple(problems)


class BadInput(UsageError):
    """An export (or another file) is missing, damaged, unsafe or not what it says."""

    cause = "bad_input"


class ApprovalMissing(UsageError):
    """A stage was called before its gate was passed, or the approved content has changed."""

    cause = "approval_missing"


class PluginNotFound(UsageError):
    """No plugin of that name, two of them, or one that does not import."""

    cause = "plugin_not_found"


class AccessDenied(UsageError):
    """The account refuses the token (401) or a right is missing (403)."""

    cause = "access_denied"


class StopRun(BridgeworkError):
    """Nothing more may be written now; the journal is intact and the same command continues."""

    exit_code = 3
    cause = "stopped"


class Paused(StopRun):
    """An allowance is used up; `until` is the instant at which the same command can go on."""

    cause = "budget"

    def __init__(self, message: str, *, until: datetime, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.until = until


class Busy(StopRun):
    """Another process works on this migration."""

    cause = "busy"


class StoreFailure(StopRun):
    """A store cannot be written or read: disk full, wrong key, damaged file."""

    cause = "store"


class SchemaDrift(StopRun):
    """The destination refuses what it accepted before: its schema changed during the run."""

    cause = "schema_drift"


class ContractBroken(BridgeworkError):
    """A plugin broke the hook contract; the message names the distribution and the hook."""

    exit_code = 4
    cause = "contract"


class Undecided(BridgeworkError):
    """Raised by the client inside a connector's generator; the engine catches it, connectors let it pass."""

    def __init__(self, message: str, *, operations: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.operations = tuple(operations)


class NotSent(Undecided):
    """The request did not reach the destination, or was turned away unread (429): safe to send again."""

    cause = "not_sent"


class InDoubt(Undecided):
    """The request left and nobody knows whether it was carried out: must be settled before it is sent again."""

    cause = "in_doubt"
