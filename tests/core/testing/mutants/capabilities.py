"""Connectors that declare what is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bridgework.model import Ability, Service

from .making import Base, capable, noticed_by


@noticed_by("declares_what_it_has")
def charges_a_budget_it_does_not_declare(base: Base) -> Base:
    return capable(base, costs={**base.capabilities.costs, ("contact", "read"): {"tokens": 1}})


@noticed_by("declares_its_horizon")
def has_a_short_horizon(base: Base) -> Base:
    return capable(base, horizon=timedelta(seconds=58))


@noticed_by("refuses_what_it_cannot_do")
def updates_what_it_calls_impossible(base: Base) -> Base:
    company, contact = base.capabilities.objects
    return capable(base, objects=(company, replace(contact, update=Ability.IMPOSSIBLE)))


@noticed_by("charges_for_every_call")
def charges_nothing(base: Base) -> Base:
    class Mutant(base):
        @classmethod
        def services(cls, settings: Any) -> tuple[Service, ...]:
            return tuple(replace(each, charges=lambda *_: {}) for each in super().services(settings))

    return Mutant
