"""Connectors that say of a refusal what it was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bridgework import hookimpl
from bridgework.errors import AccessDenied
from bridgework.model import Because, Operation, Rejected, Service, Throttle, WriteResult

from .making import Base, altering, noticed_by, rejecting


@noticed_by("isolates_a_poison_record")
def gives_up_a_batch_after_a_refusal(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for at, result in enumerate(super().write(batch), start=1):
                yield result
                if isinstance(result, Rejected):
                    yield from (Rejected(each.number, "given up") for each in batch[at:])
                    return

    return Mutant


@noticed_by("tells_no_value")
def quotes_the_record_it_refuses(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            names = {each.number: each.body.get("name") for each in batch}
            for result in super().write(batch):
                if isinstance(result, Rejected):
                    result = replace(result, reason=f"{names[result.operation]} was refused")
                yield result

    return Mutant


@noticed_by("keeps_to_its_lengths")
def cuts_long_texts_off(base: Base) -> Base:
    return altering(base, lambda body: {key: value[:100] if value else value for key, value in body.items()})


@noticed_by("says_when_the_plan_is_full")
def takes_a_full_plan_for_a_refusal(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for result in super().write(batch):
                yield replace(result, because=Because.RECORD) if isinstance(result, Rejected) else result

    return Mutant


def _reading(base: Base, throttle: Callable[[int, Any], Throttle | None]) -> Base:
    class Mutant(base):
        @classmethod
        def services(cls, settings: Any) -> tuple[Service, ...]:
            return tuple(replace(each, throttle=throttle) for each in super().services(settings))

    return Mutant


@noticed_by("waits_as_long_as_it_is_told")
def waits_half_a_second_whatever_it_is_told(base: Base) -> Base:
    return _reading(base, lambda status, headers: Throttle(budget="window", retry_after=0.5))


@noticed_by("waits_when_no_time_is_given")
def expects_a_time_with_every_429(base: Base) -> Base:
    return _reading(base, lambda status, headers: Throttle(budget="window", retry_after=float(headers["retry-after"])))


@noticed_by("stops_when_the_token_expires")
def takes_an_expired_token_for_a_refusal(base: Base) -> Base:
    return rejecting(base, lambda error: isinstance(error, AccessDenied))
