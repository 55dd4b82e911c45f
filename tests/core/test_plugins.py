"""Refused at the door: every plugin that does not fit is named with its distribution, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stevedore.extension import ExtensionManager

from bridgework import hookimpl
from bridgework.defaults import CoreDefaults
from bridgework.errors import ContractBroken, PluginNotFound
from bridgework.hookspecs import ROLES
from bridgework.model import Capabilities, FieldType, Finding, Identity, ObjectCapability, Severity, SourceRecord
from bridgework.plugins import Hooks, Registered, distribution_of, installed, load_class

IDENTITY = Identity(kind="marker", where="external id")


class Complete:
    """Answers what a destination must."""

    capabilities = Capabilities(
        objects=(ObjectCapability(name="person", identity=IDENTITY),), field_types=frozenset({FieldType.TEXT})
    )

    @hookimpl
    def describe_destination(self) -> Any: ...

    @hookimpl
    def create_schema(self, operation: Any) -> Any: ...

    @hookimpl
    def drop_schema(self, receipt: Any) -> Any: ...

    @hookimpl
    def list_owners(self) -> Any: ...

    @hookimpl
    def write(self, batch: Any) -> Any: ...

    @hookimpl
    def read(self, object_name: Any, ids: Any) -> Any: ...

    @hookimpl
    def scan(self, object_name: Any, fields: Any, since: Any) -> Any: ...

    @hookimpl
    def undo(self, operations: Any) -> Any: ...


class Source:
    """Answers what a source must."""

    def __init__(self, records: Iterator[Any] | None = None, error: Exception | None = None) -> None:
        self._records = records
        self._error = error

    @hookimpl
    def describe_source(self) -> Any:
        if self._error:
            raise self._error

    @hookimpl
    def extract(self, object_name: Any, since: Any) -> Any:
        return self._records


def destination(plugin: object, distribution: str = "acme-crm") -> Registered:
    return Registered("destination", "acme", distribution, plugin)


def source(plugin: object, distribution: str = "acme-files") -> Registered:
    return Registered("source", "files", distribution, plugin)


def test_plugins_that_fit_are_let_in() -> None:
    core = Registered("core", "defaults", "bridgework", CoreDefaults())
    hooks = Hooks([core, source(Source()), destination(Complete())])
    assert hooks.answers("write") is hooks.plugins[2]
    assert hooks.answers("find") is hooks.plugins[0]


def test_an_unknown_hook_is_refused() -> None:
    class Invents(Complete):
        @hookimpl
        def teleport(self) -> Any: ...

    with pytest.raises(ContractBroken, match=r"acme-crm .*does not exist.*teleport"):
        Hooks([destination(Invents())])


def test_a_hook_of_another_role_is_refused() -> None:
    class Meddles(Complete):
        @hookimpl
        def extract(self, object_name: Any, since: Any) -> Any: ...

    with pytest.raises(ContractBroken, match=r"acme-crm: the destination acme answers extract, .* source"):
        Hooks([destination(Meddles())])


@pytest.mark.parametrize("name", [name for name, role in ROLES.items() if role.who == "destination" and role.required])
def test_every_required_hook_that_is_missing_is_named(name: str) -> None:
    incomplete = type(
        "Incomplete", (), {k: v for k, v in vars(Complete).items() if k != name and not k.startswith("__")}
    )
    with pytest.raises(ContractBroken, match=rf"acme-crm: .* does not answer {name}\."):
        Hooks([destination(incomplete())])


def test_a_second_answerer_of_a_hook_that_takes_one_answer_is_refused() -> None:
    with pytest.raises(ContractBroken, match="acme-files and other-files both answer describe_source"):
        Hooks([source(Source()), Registered("source", "others", "other-files", Source())])


def test_an_argument_no_hook_has_is_refused() -> None:
    class Asks(Complete):
        @hookimpl
        def write(self, batch: Any, politely: Any) -> Any: ...

    with pytest.raises(ContractBroken, match=r"(?s)acme-crm does not fit the hook contract.*politely"):
        Hooks([destination(Asks())])


def with_capabilities(*objects: ObjectCapability, **methods: Any) -> object:
    capabilities = Capabilities(objects=objects, field_types=frozenset())
    return type("Claims", (Complete,), {"capabilities": capabilities, **methods})()


def upload(self: Any, files: Any) -> Any: ...


@pytest.mark.parametrize(
    ("plugin", "says"),
    [
        (lambda: type("Bare", (Complete,), {"capabilities": None})(), "has no capabilities"),
        (
            lambda: with_capabilities(ObjectCapability(name="file", identity=IDENTITY, upload=True)),
            "file takes files but does not answer upload",
        ),
        (
            lambda: with_capabilities(ObjectCapability(name="person", identity=IDENTITY), upload=hookimpl(upload)),
            "none of its objects takes files",
        ),
        (
            lambda: with_capabilities(ObjectCapability(name="link", identity=Identity(kind="natural"))),
            "recognises link by its values but does not answer find",
        ),
    ],
)
def test_capabilities_that_contradict_the_hooks_are_refused(plugin: Callable[[], object], says: str) -> None:
    with pytest.raises(ContractBroken, match=rf"acme-crm: the destination acme .*{says}|acme-crm: .*{says}"):
        Hooks([destination(plugin())])


# ---------------------------------------------------------------------------------------------- while it runs


def test_an_exception_of_a_plugin_names_hook_and_distribution_and_not_what_it_said() -> None:
    """B44. A result of a wrong type: below; one that hangs: `test_ending`; nothing it prints is read."""
    hooks = Hooks([source(Source(error=ValueError("Ana Ruiz")))])
    with pytest.raises(ContractBroken, match=r"acme-files: the hook describe_source raised ValueError\.") as caught:
        hooks.describe_source()
    assert "Ana" not in str(caught.value)


def test_a_generator_that_breaks_half_way_is_wrapped_too() -> None:
    def rows() -> Iterator[SourceRecord]:
        yield SourceRecord("cards", "1", {}, b"")
        raise KeyError("Ana Ruiz")

    stream = Hooks([source(Source(rows()))]).extract("cards")
    assert next(stream).key == "1"
    with pytest.raises(ContractBroken, match=r"acme-files: the hook extract raised KeyError\."):
        next(stream)


def test_a_result_of_the_wrong_kind_is_refused() -> None:
    """B44."""
    with pytest.raises(ContractBroken, match="acme-files: the hook extract yielded dict"):
        list(Hooks([source(Source(iter([{}])))]).extract("cards"))


@pytest.mark.parametrize(
    ("hook", "ask"),
    [
        ("check_destination", lambda hooks: hooks.check_destination()),
        ("match_owners", lambda hooks: hooks.match_owners((), ())),
        ("normalise", lambda hooks: hooks.normalise("person", [{}])),
    ],
)
def test_a_list_that_breaks_while_it_is_read_is_wrapped_too(hook: str, ask: Callable[[Hooks], object]) -> None:
    def breaks(self: Any) -> Iterator[Any]:
        yield from {}["Ana Ruiz"]

    plugin = type("Breaks", (Complete,), {hook: hookimpl(breaks)})()
    with pytest.raises(ContractBroken, match=rf"acme-crm: the hook {hook} raised KeyError\."):
        ask(Hooks([destination(plugin)]))


def test_a_hook_for_everybody_is_answered_by_everybody_and_blames_the_right_one() -> None:
    class Finds:
        @hookimpl
        def audit(self, staging: Any) -> Iterator[Finding]:
            yield Finding(check="X-1", severity=Severity.WARN, object="cards", key="1", summary="looks odd")

    class Breaks:
        @hookimpl
        def audit(self, staging: Any) -> Iterator[Finding]:
            raise RuntimeError

    hooks = Hooks([Registered("extension", "a", "dist-a", Finds()), Registered("extension", "b", "dist-b", Finds())])
    assert len(list(hooks.audit(None))) == 2
    broken = Hooks([Registered("extension", "a", "dist-a", Finds()), Registered("extension", "b", "dist-b", Breaks())])
    with pytest.raises(ContractBroken, match="dist-b: the hook audit raised RuntimeError"):
        list(broken.audit(None))


def test_two_transforms_of_one_name_are_refused() -> None:
    from bridgework.model import NamedTransform

    class Transforms:
        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            return [NamedTransform(name="trim", function=str.strip)]

    plugins = [Registered("extension", name, f"dist-{name}", Transforms()) for name in "ab"]
    with pytest.raises(ContractBroken, match="trim"):
        Hooks(plugins).transforms()


# ---------------------------------------------------------------------------------------------- distributions


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Put a distribution with one plugin and the text of its module on the path."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(ExtensionManager, "ENTRY_POINT_CACHE", {})  # of this process, whatever it looked for before
    before = set(sys.modules)

    def put(distribution: str, module: str, text: str, *, role: str = "sources", name: str = "cards") -> None:
        place = tmp_path / distribution
        metadata = place / f"{distribution.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[bridgework.{role}]\n{name} = {module}:Plugin\n")
        (place / f"{module}.py").write_text(text)
        monkeypatch.syspath_prepend(str(place))

    yield put
    for module in set(sys.modules) - before:
        del sys.modules[module]


def test_what_is_installed_is_read_without_importing_it(install: Callable[..., None]) -> None:
    install("acme-cards", "acme_cards", "raise RuntimeError('imported')")
    [found] = [plugin for plugin in installed("source") if plugin.name == "cards"]
    assert (found.distribution, found.version, found.target) == ("acme-cards", "1.0", "acme_cards:Plugin")
    assert distribution_of("source", "cards") == "acme-cards"
    assert "acme_cards" not in sys.modules


def test_the_named_plugin_is_loaded_and_no_other(install: Callable[..., None]) -> None:
    install("acme-cards", "acme_cards_good", "class Plugin: pass")
    install("acme-other", "acme_other", "raise RuntimeError", name="other")
    assert load_class("source", "cards").__name__ == "Plugin"


def test_two_distributions_with_one_name_are_both_named(install: Callable[..., None]) -> None:
    install("acme-cards", "acme_one", "class Plugin: pass")
    install("zenith-cards", "zenith_one", "class Plugin: pass")
    with pytest.raises(PluginNotFound, match="acme-cards, zenith-cards"):
        load_class("source", "cards")


def test_a_plugin_that_does_not_import_names_its_distribution(install: Callable[..., None]) -> None:
    install("acme-cards", "acme_broken", "import a_module_nobody_has")
    with pytest.raises(PluginNotFound, match="acme-cards does not import: ModuleNotFoundError") as caught:
        load_class("source", "cards")
    assert caught.value.next_step == "reinstall acme-cards"


def test_a_name_nobody_has_lists_those_that_are_there(install: Callable[..., None]) -> None:
    install("acme-cards", "acme_there", "class Plugin: pass")
    with pytest.raises(PluginNotFound, match=r"No source plugin is called card-file \(installed: .*cards"):
        load_class("source", "card-file")
