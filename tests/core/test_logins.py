"""A refresh token that a service replaced survives the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridgework.errors import StoreFailure
from bridgework.logins import Logins, MemoryLogins
from bridgework.model import Service, SignIn

URL = "https://login.example/token"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path


def service(token: str = "r0", **more: object) -> Service:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return Service(base_url="https://api.example", sign_in=SignIn(url=URL, form=form, **more))


def sign_in(given: Service, logins: Logins) -> SignIn:
    continued = logins.continued(given).sign_in
    assert continued is not None
    return continued


def rotate(given: SignIn, token: str) -> None:
    assert given.rotated is not None
    given.rotated(token)


def test_the_next_run_signs_in_with_the_newest_token() -> None:
    for before, after in (("r0", "r1"), ("r1", "r2")):
        found = sign_in(service(), Logins("abc234"))
        assert found.form == {"grant_type": "refresh_token", "refresh_token": before}
        rotate(found, after)
    assert sign_in(service(), Logins("xyz234")).form["refresh_token"] == "r0", "another migration"


def test_a_new_token_of_the_operator_wins_and_the_former_chain_is_forgotten() -> None:
    rotate(sign_in(service(), Logins("abc234")), "r1")
    found = sign_in(service("fresh"), Logins("abc234"))
    assert found.form["refresh_token"] == "fresh"
    rotate(found, "fresh1")
    assert list(Logins("abc234").read().values()) == ["fresh1"]


def test_tokens_of_two_services_stand_beside_each_other() -> None:
    logins = Logins("abc234")
    first, second = sign_in(service("a0"), logins), sign_in(service("b0"), logins)
    rotate(first, "a1")
    rotate(second, "b1")
    again = Logins("abc234")
    assert [sign_in(service(each), again).form["refresh_token"] for each in ("a0", "b0")] == ["a1", "b1"]


def test_only_the_owner_can_read_what_is_kept_and_the_keys_stand_apart(home: Path) -> None:
    rotate(sign_in(service(), Logins("abc234")), "r1")
    [path] = [each for each in home.rglob("*") if each.is_file()]
    assert (path.name, path.stat().st_mode & 0o777) == ("abc234.logins.json", 0o600)


def test_the_connector_is_told_after_the_token_is_safe() -> None:
    told: list[tuple[str, list[str]]] = []
    given = service(rotated=lambda token: told.append((token, list(Logins("abc234").read().values()))))
    rotate(sign_in(given, Logins("abc234")), "r1")
    assert told == [("r1", ["r1"])]


def test_a_token_that_cannot_be_kept_stops_the_run(home: Path) -> None:
    found = sign_in(service(), Logins("abc234"))
    (home / "bridgework").write_text("in the way")
    with pytest.raises(StoreFailure) as failed:
        rotate(found, "r1")
    assert "r1" not in str(failed.value)


@pytest.mark.parametrize("given", [Service(base_url=URL), Service(base_url=URL, sign_in=SignIn(url=URL, form={}))])
def test_a_service_without_a_refresh_token_is_left_alone(given: Service) -> None:
    assert Logins("abc234").continued(given) is given


def test_a_rehearsal_leaves_nothing_on_the_machine(home: Path) -> None:
    logins = MemoryLogins()
    rotate(sign_in(service(), logins), "r1")
    assert sign_in(service(), logins).form["refresh_token"] == "r1"
    assert list(home.iterdir()) == []
