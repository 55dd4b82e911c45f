"""Refused at the door: a plugin that does not fit is turned away before it does anything, its distribution named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridgework.defaults import CoreDefaults
from bridgework.errors import ContractBroken, NotSent, PluginNotFound
from bridgework.hookspecs import hookimpl
from bridgework.model import Capabilities, FieldType, Identity, NamedTransform, ObjectCapability, Owner
from bridgework.plugins import Hooks, Registered, load_class


def capabilities(*objects: ObjectCapability) -> Capabilities:
    return Capabilities(objects=objects, field_types=frozenset(FieldType))


class Destination:
    """A destination with every required hook and nothing behind them."""

    capabilities: Any = capabilities(ObjectCapability(name="person", identity=Identity(kind="client-id")))

    @hookimpl
    def describe_destination(self) -> None: ...

    @hookimpl
    def create_schema(self) -> None: ...

    @hookimpl
    def drop_schema(self) -> None: ...

    @hookimpl
    def list_owners(self) -> Any:
        return [Owner(id="1", name="Front desk", email="desk@practice.example")]

    @hookimpl
    def write(self, batch: Any) -> Any: ...

    @hookimpl
    def read(self) -> None: ...

    @hookimpl
    def scan(self) -> None: ...

    @hookimpl
    def undo(self) -> None: ...


def registered(plugin: Any, role: str = "destination", distribution: str = "acme-crm") -> Registered:
    return Registered(role, "acme", distribution, plugin)


def hooks(*plugins: Registered) -> Hooks:
    return Hooks([Registered("core", "defaults", "bridgework", CoreDefaults()), *plugins])


def test_a_plugin_with_all_it_needs_is_let_in() -> None:
    assert [owner.name for owner in hooks(registered(Destination())).list_owners()] == ["Front desk"]


def test_a_hook_that_does_not_exist_is_refused() -> None:
    class Misspelt(Destination):
        @hookimpl
        def reed(self) -> None: ...

    with pytest.raises(ContractBroken, match=r"acme-crm.*reed"):
        hooks(registered(Misspelt()))


def test_a_hook_with_arguments_nobody_gives_is_refused() -> None:
    class Greedy(Destination):
        @hookimpl
        def write(self, batch: Any, password: str) -> Any: ...

    with pytest.raises(ContractBroken, match=r"acme-crm"):
        hooks(registered(Greedy()))


def test_a_hook_of_another_role_is_refused() -> None:
    class Meddling(Destination):
        @hookimpl
        def extract(self) -> None: ...

    with pytest.raises(
        ContractBroken, match=r"acme-crm: the destination acme answers extract, which belongs to a source"
    ):
        hooks(registered(Meddling()))


def test_a_missing_required_hook_is_named() -> None:
    class Empty:
        capabilities = Destination.capabilities

    with pytest.raises(ContractBroken, match=r"acme-crm: the destination acme does not answer .*write"):
        hooks(registered(Empty()))


def test_two_answers_to_a_hook_that_takes_one_are_refused_naming_both() -> None:
    with pytest.raises(ContractBroken, match=r"acme-crm.*rival-crm|rival-crm.*acme-crm"):
        Hooks(
            [
                Registered("destination", "acme", "acme-crm", Destination()),
                Registered("destination", "rival", "rival-crm", Destination()),
            ]
        )


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (None, "has no capabilities"),
        (
            capabilities(ObjectCapability(name="file", identity=Identity(kind="marker"), upload=True)),
            "file takes files but does not answer upload",
        ),
        (
            capabilities(ObjectCapability(name="link", identity=Identity(kind="natural"))),
            "recognises link by its values but does not answer find",
        ),
    ],
)
def test_a_capability_that_contradicts_the_hooks_is_refused(stated: Any, said: str) -> None:
    class Boasting(Destination):
        capabilities = stated

    with pytest.raises(ContractBroken, match=said):
        hooks(registered(Boasting()))


def test_a_hook_that_raises_is_named_and_its_text_is_kept_back() -> None:
    class Leaky(Destination):
        @hookimpl
        def write(self, batch: Any) -> Iterator[Any]:
            yield from ()
            raise ValueError("Ana Ruiz, 1980-02-29")

    with pytest.raises(ContractBroken) as caught:
        list(hooks(registered(Leaky())).write(["operation"]))  # type: ignore[list-item]
    assert str(caught.value) == "acme-crm: the hook write raised ValueError."


def test_a_hook_that_yields_something_else_is_named() -> None:
    class Confused(Destination):
        @hookimpl
        def write(self, batch: Any) -> Iterator[Any]:
            yield "done"

    with pytest.raises(ContractBroken, match=r"acme-crm: the hook write yielded str"):
        list(hooks(registered(Confused())).write(["operation"]))  # type: ignore[list-item]


def test_what_the_client_raises_passes_through_a_generator() -> None:
    class Unlucky(Destination):
        @hookimpl
        def write(self, batch: Any) -> Iterator[Any]:
            yield from ()
            raise NotSent("no connection", operations=[7])

    with pytest.raises(NotSent) as caught:
        list(hooks(registered(Unlucky())).write(["operation"]))  # type: ignore[list-item]
    assert caught.value.operations == (7,)


def test_two_transforms_of_one_name_are_refused() -> None:
    class Extension:
        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            return [NamedTransform(name="shout", function=str.upper)]

    both = [Registered("extension", name, f"{name}-words", Extension()) for name in ("one", "other")]
    with pytest.raises(ContractBroken, match="shout"):
        hooks(*both).transforms()


# ------------------------------------------------------------------------------------------ selection


def distribution(folder: Path, name: str, target: str) -> None:
    """The metadata of an installed distribution that registers a destination called acme."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bridgework.destinations]\nacme = {target}\n")


def connectors(folder: Path, *arguments: str) -> tuple[int, str]:
    """`bridgework connectors` in a process that sees these distributions too."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "bridgework", "--json", "connectors", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_two_distributions_with_one_name_are_refused_naming_both(tmp_path: Path) -> None:
    for name in ("acme-crm", "other-crm"):
        distribution(tmp_path, name, "json:JSONDecoder")
    code, answer = connectors(tmp_path, "acme")
    assert code == 2
    assert "acme-crm" in answer and "other-crm" in answer


def test_a_plugin_that_does_not_import_is_refused_naming_its_distribution(tmp_path: Path) -> None:
    distribution(tmp_path, "acme-crm", "module_that_is_not_there:Acme")
    code, answer = connectors(tmp_path, "acme")
    assert code == 2
    assert "acme-crm does not import" in answer


def test_the_list_is_read_from_metadata_and_imports_nothing(tmp_path: Path) -> None:
    distribution(tmp_path, "acme-crm", "module_that_is_not_there:Acme")
    code, answer = connectors(tmp_path)
    assert code == 0
    assert '"acme-crm"' in answer


def test_an_unknown_name_says_what_is_installed() -> None:
    with pytest.raises(PluginNotFound, match=r"No destination plugin is called hubspot \(installed: .*pipedrive"):
        load_class("destination", "hubspot")
