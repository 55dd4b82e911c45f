"""One small migration per module: a case puts something wrong, looks at the refusal, and puts it right again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..bench import Bench
from ..conftest import init, served
from ..exports import little_practice


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys of the module's migration."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.delenv("BRIDGEWORK_MIGRATION", raising=False)
        yield home


@pytest.fixture(autouse=True)
def own_home(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Instead of a folder per test: the module's migration needs its keys in every test."""
    monkeypatch.setenv("HOME", str(shared_home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shared_home / ".config"))
    return shared_home


@pytest.fixture(scope="module")
def bench(shared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A migration that was made and nothing else, beside its sandbox. The export lies in `export` beside it."""
    folder = tmp_path_factory.mktemp("bench")
    before = os.environ.get("PIPEDRIVE_API_TOKEN")
    with served() as sandbox:
        yield init(folder / "migration", little_practice(4).write(folder / "export"), sandbox, {})
    if before is None:
        os.environ.pop("PIPEDRIVE_API_TOKEN", None)
    else:
        os.environ["PIPEDRIVE_API_TOKEN"] = before
