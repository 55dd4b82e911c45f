"""Honest capabilities: the connector declares what it does, and does what it declares."""

from __future__ import annotations

from dataclasses import replace

from bridgework.errors import BridgeworkError
from bridgework.model import Ability, Rejected, Verb
from bridgework.plugins import settings_model
from bridgework.testing.destination.bench import Bench
from bridgework.testing.promise import write
from bridgework.testing.run import Run
from bridgework.testing.standards import Standards, fail, require, skip_unless

STANDARDS = Standards()

VERBS = frozenset({"create", "update", "delete", "restore", "upload", "read", "scan"})
BESIDE = frozenset({"schema", "owners"})


@STANDARDS.required
def declares_what_it_has(bench: Bench) -> None:
    """Capabilities, description, settings and budgets agree with each other."""
    with bench.run() as run:
        capabilities = run.migration.capabilities
        described = {each.name: each for each in run.migration.schema.objects}
        names = [each.name for each in capabilities.objects]
        missing = [name for name in names if name not in described]
        require(not missing, f"the capabilities name {', '.join(missing)}, which the description of the account lacks.")
        require(len(set(names)) == len(names), "the capabilities name an object twice.")
        budgets = {budget.name for budget in run.migration.budgets}
        for (name, verb), charged in capabilities.costs.items():
            require(name in {*names, *BESIDE, "*"}, f"`costs` names {name}, which is no object of the capabilities.")
            require(verb in VERBS, f"`costs` names the verb {verb}.")
            unknown = set(charged) - budgets
            require(not unknown, f"`costs` charges {', '.join(sorted(unknown))}, which the service does not declare.")
        for each in capabilities.objects:
            require(each.batch_size >= each.records_per_request >= 1, f"{each.name}: a batch holds no whole request.")
        for target in described.values():
            keys = [field.key for field in target.fields]
            require(len(set(keys)) == len(keys), f"{target.name} has two fields of one key.")
        undescribed = [
            name for name, info in settings_model(run.account.connector).model_fields.items() if not info.description
        ]
        require(not undescribed, f"the setting {', '.join(undescribed)} has no description.")


@STANDARDS.required
def declares_its_horizon(bench: Bench) -> None:
    """An identity that nothing enforces needs a horizon, and one that is not shorter than the simulator's."""
    with bench.account() as account:
        capabilities = account.connector.capabilities
        loose = [each.name for each in capabilities.objects if each.identity.kind == "marker"]
        skip_unless(loose, "every identity is enforced by the service")
        require(capabilities.horizon.total_seconds() > 0, f"{loose[0]} is recognised by a marker and needs a horizon.")
        if account.simulated:
            real = account.subject.simulator.horizon
            require(
                capabilities.horizon.total_seconds() >= real,
                f"the simulator carries out lost requests for {real} seconds, the horizon is shorter.",
            )


@STANDARDS.required
def refuses_what_it_cannot_do(bench: Bench) -> None:
    """What the capabilities call impossible or not written yet is refused, and changes nothing."""
    with bench.run() as run:
        fixed = [name for name in run.objects() if run.capability(name).update is not Ability.SUPPORTED]
        skip_unless(fixed, "every object can be updated")
        for name in fixed:
            run.prepare(name)
            [record] = run.records(1, name)
            write(run, [record])
            before = run.stored(record)
            _tries_to_update(run, name, run.id(record))
            require(run.stored(record) == before, f"{name} cannot be updated by its capabilities, and was.")


@STANDARDS.required
def charges_for_every_call(bench: Bench) -> None:
    """Calls are charged to the budgets the service declares, so that limits are kept and a forecast is true."""
    with bench.run() as run:
        skip_unless(run.migration.budgets, "the service declares no budget")
        before = dict(run.migration.client.counts.tokens)
        write(run, run.records(1))
        charged = run.migration.client.counts.tokens
        require(any(charged[name] > before.get(name, 0) for name in charged), "a write is charged to no budget.")
        capabilities = run.migration.capabilities
        unknown = [name for name in run.objects() if all(capabilities.cost(name, verb) is None for verb in VERBS)]
        require(not unknown, f"`costs` says nothing about {', '.join(unknown)}: no forecast is possible.")


def _tries_to_update(run: Run, name: str, id_: str) -> None:
    operation = run.operation(run.record("other", name, number=5), 1)
    values = {field.key: operation.body.get(field.key, "") for field in run.target(name).fields[:1]}
    with run.account.outsider() as (connector, _):
        try:
            results = list(
                connector.write([replace(operation, verb=Verb.UPDATE, target_id=id_, body=values, file=None)])
            )
        except BridgeworkError:
            return
        if not all(isinstance(each, Rejected) for each in results):
            fail(f"{name} cannot be updated by its capabilities, and an update is not refused.")
