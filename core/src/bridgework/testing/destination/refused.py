"""Records the service refuses: each alone, with a reason that tells nothing about it."""

from __future__ import annotations

import orjson

from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import break_creates, exactly_once, mended, way
from bridgework.testing.run import Run, Wanted
from bridgework.testing.standards import NotApplicable, Standards, require, skip_unless

STANDARDS = Standards()

QUOTED = "Xylophonia Quennell"
_QUOTE = f"{QUOTED} is not acceptable"
QUOTING = orjson.dumps(
    dict.fromkeys(("error", "error_info", "message", "detail", "title"), _QUOTE)
    | {"success": False, "errors": [{"message": _QUOTE, "detail": _QUOTE}], "messages": [_QUOTE]}
).decode()
FEW = 5


@STANDARDS.required
def isolates_a_poison_record(bench: Bench) -> None:
    """A record the service refuses is refused alone, at every position of a batch."""
    with bench.run() as run:
        size = min(max(2, run.capability(run.main()).batch_size), 60 if bench.large else FEW)
        for position in range(size):
            numbers = range(100 * position, 100 * position + size)
            records = [run.record(f"{position}-{n}", number=n) for n in numbers]
            bad = records[position] = _poison(run, f"{position}-poison", 100 * position + 99)
            run.send(records)
            standing = run.standing(bad)
            state = "lost" if standing is None else str(standing.state)
            require(state == "rejected", f"a record the service refuses is {state} at position {position + 1}.")
            exactly_once(run, [each for each in records if each is not bad])


@STANDARDS.required
def tells_no_value(bench: Bench) -> None:
    """The reason of a refusal holds no value of the record, even where the service quotes one."""
    with bench.run() as run:
        way(run)
        field = run.text(run.main())
        record = run.record("1", fields={field.key: QUOTED})
        break_creates(run, "answer", status=400, body=QUOTING, times=None)
        [done] = run.send([record])
        fired = mended(run)
        require(fired > 0, "the refusal met no write.")
        require(fired <= 2, f"a refused record was sent {fired} times; one that is unclear is asked once more.")
        require(done.outcome.state == "rejected", f"a record refused with 400 is {done.outcome.state}.")
        require(done.outcome.reason, "a refusal needs a reason.")
        shown = f"{done.outcome.reason} {done.outcome.field}"
        require(QUOTED not in shown, "the reason of a refusal quotes a value of the record.")


@STANDARDS.optional("length limits")
def keeps_to_its_lengths(bench: Bench) -> None:
    """A text of the declared length is stored whole; one more character is refused or stored, never cut off."""
    with bench.run() as run:
        name = run.main()
        limited = [
            field
            for field in run.target(name).fields
            if field.type in ("text", "long_text")
            and field.settable == "always"
            and field.max_length
            and not field.unique
        ]
        skip_unless(limited, f"no text field of {name} declares a length")
        for field in limited:
            length = field.max_length or 0
            for extra in (0, 1):
                text = ("edge " * (length // 5 + 1))[: length - 1] + "x" + "y" * extra
                record = run.record(f"{field.key}-{extra}", fields={field.key: text})
                [done] = run.send([record])
                if extra and done.outcome.state == "rejected":
                    continue
                require(
                    done.outcome.state == "done",
                    f"{field.label} declares {length} characters, and a text of {len(text)} is {done.outcome.state}.",
                )
                require(
                    not run.differences(record, {field.key: text}),
                    f"a text of {len(text)} characters is not stored whole in {field.label}.",
                )


def _poison(run: Run, key: str, number: int) -> Wanted:
    """A record the service refuses. NotApplicable if nobody knows one."""
    name = run.main()
    given = run.account.subject.poison.get(name)
    if given is not None:
        return run.record(key, number=number, fields=given)
    empty = _empty(run)
    if not empty:
        raise NotApplicable(f"nothing is required of {name}: say in `poison` what makes a record be refused")
    return run.record(key, number=number, fields={empty: ""})


def _empty(run: Run) -> str:
    required = (field for field in run.target(run.main()).fields if field.required and field.type == "text")
    return next((field.key for field in required), "")
