"""Settings, budgets, costs and what the headers say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bridgework.model import Learned, Throttle
from bridgework_pipedrive import Pipedrive, Settings, limits

GOOD = {"base_url": "https://practice.pipedrive.com", "api_token": "t", "plan": "lite", "visible_to": 3}


@pytest.mark.parametrize(
    "change",
    [
        {"visible_to": None},
        {"visible_to": 7},
        {"visible_to": 2, "plan": "premium"},
        {"plan": "essential"},
        {"base_url": "http://practice.pipedrive.com"},
        {"base_url": "https://practice.pipedrive.com/api/v2"},
        {"base_url": "https://user:secret@practice.pipedrive.com"},
        {"seats": 0},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({**GOOD, **change})
    assert "secret" not in str(refused.value)


def test_visibility_has_no_silent_default_and_is_put_into_words() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({key: value for key, value in GOOD.items() if key != "visible_to"})
    assert Settings.model_validate({**GOOD, "visible_to": "1"}).visible_to == 1
    assert Settings.model_validate(GOOD).audience == "the whole company"
    assert "visibility group" in Settings.model_validate({**GOOD, "plan": "ultimate"}).audience
    assert Settings.model_validate({**GOOD, "plan": "ultimate", "visible_to": 7}).audience == "the whole company"


def test_the_service_carries_the_token_only_in_its_header() -> None:
    settings = Settings.model_validate({**GOOD, "api_token": "s3cret", "seats": 2, "daily_reset_utc_hour": 5})
    [service] = Pipedrive.services(settings)
    assert service.headers == {"x-api-token": "s3cret"}
    assert "s3cret" not in repr(service) + repr(settings)
    assert {budget.name: budget.limit for budget in service.budgets} == {
        "burst": 20,
        "search": 10,
        "tokens": 60_000,
        "posts": 10_000,
    }
    tokens = next(budget for budget in service.budgets if budget.name == "tokens")
    assert (tokens.window, tokens.per_day_reset_utc_hour) == (None, 5)
    [free] = Pipedrive.services(Settings.model_validate({**GOOD, "post_cap": False}))
    assert "posts" not in {budget.name for budget in free.budgets}
    assert free.charges is not None
    assert free.charges("POST", "/api/v2/persons") == {"burst": 1, "tokens": 5}


@pytest.mark.parametrize(
    ("method", "path", "tokens"),
    [
        ("POST", "/api/v2/persons", 5),
        ("PATCH", "/api/v2/persons/7", 5),
        ("DELETE", "/api/v2/activities/7", 3),
        ("GET", "/api/v2/persons", 10),
        ("GET", "/api/v2/persons/7", 1),
        ("GET", "/api/v2/deals/archived", 20),
        ("GET", "/api/v2/stages", 5),
        ("GET", "/api/v2/personFields", 10),
        ("POST", "/api/v2/personFields/ab/options", 5),
        ("DELETE", "/api/v2/personFields/ab/options", 3),
        ("GET", "/api/v2/persons/search", 20),
        ("POST", "/api/v1/notes", 10),
        ("PUT", "/api/v1/notes/7", 10),
        ("DELETE", "/api/v1/notes/7", 6),
        ("GET", "/api/v1/notes", 20),
        ("GET", "/api/v1/notes/7", 2),
        ("GET", "/api/v1/persons/7/files", 20),
        ("GET", "/api/v1/users", 20),
        ("GET", "/api/v1/users/me", 2),
        ("GET", "/api/v1/organizationRelationships", 20),
        ("POST", "/api/v1/activityTypes", 10),
    ],
)
def test_each_call_costs_what_the_published_document_says(method: str, path: str, tokens: int) -> None:
    assert limits.tokens_of(method, path) == tokens


def test_posts_and_puts_count_against_their_own_day_budget_and_searches_against_theirs() -> None:
    assert limits.charges("PUT", "/api/v1/notes/7")["posts"] == 1
    assert "posts" not in limits.charges("PATCH", "/api/v2/persons/7")
    assert limits.charges("GET", "/api/v2/itemSearch")["search"] == 1
    assert "search" not in limits.charges("GET", "/api/v2/persons")


def test_the_headers_teach_the_budgets_and_nonsense_teaches_nothing() -> None:
    assert limits.learn({"x-ratelimit-limit": "40", "x-ratelimit-remaining": "0"}) == (
        Learned(budget="burst", limit=40, remaining=0),
    )
    headers = {"x-daily-ratelimit-token-limit": "60000", "x-daily-ratelimit-token-remaining": "17"}
    assert limits.learn(headers) == (Learned(budget="tokens", limit=60_000, remaining=17),)
    assert limits.learn({"x-daily-requests-left": "9"}) == (Learned(budget="posts", remaining=9),)
    assert limits.learn({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "-1"}) == ()
    assert limits.learn({}) == ()


DAY = {"x-daily-ratelimit-token-remaining": "0", "x-ratelimit-remaining": "0", "retry-after": "1"}


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, DAY, Throttle(budget="tokens")),
        (429, {"x-daily-requests-left": "0"}, Throttle(budget="posts")),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"}, Throttle(budget="burst", retry_after=2.0)),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4000"}, Throttle(budget="burst", retry_after=10.0)),
        (429, {}, Throttle(budget="burst")),
        (403, {"content-type": "application/json; charset=utf-8"}, None),
        (200, {}, None),
    ],
)
def test_a_burst_is_told_from_an_empty_day(status: int, headers: dict[str, str], expected: Throttle | None) -> None:
    assert limits.Refusals().explain(status, headers) == expected


def test_a_web_page_with_403_stops_the_run() -> None:
    found = limits.Refusals().explain(403, {"content-type": "text/html; charset=UTF-8"})
    assert found is not None
    assert found.stop


def test_refusals_without_headers_are_waited_for_twice_as_long_each_time_and_then_for_long() -> None:
    refusals = limits.Refusals()
    at = "Fri, 20 Nov 2026 10:{:02d}:{:02d} GMT".format

    def waits(*seconds: int) -> list[float | None]:
        found = [refusals.explain(429, {"date": at(*divmod(second, 60))}) for second in seconds]
        return [each.retry_after for each in found if each is not None and each.budget == "burst"]

    assert waits(0, 1, 2, 4, 8, 60, 119) == [2.0, 2.0, 2.0, 4.0, 8.0, 60.0, 119.0]
    assert waits(120, 121) == [5_400.0, 5_400.0]
    refusals.learn({})  # of those refusals
    refusals.learn({})  # of an answer that got through
    assert waits(130) == [2.0]
    assert waits(130 + 601) == [2.0], "what was refused long before is another storm"


def test_the_capabilities_name_costs_of_everything_that_is_sent() -> None:
    capabilities = Pipedrive.capabilities
    for each in capabilities.objects:
        for verb in ("upload" if each.upload else "create", "delete", "read", "scan"):
            assert capabilities.costs[each.name, verb]["tokens"] > 0
    assert {tier.name: tier.custom_fields for tier in capabilities.tiers} == {
        "lite": 30,
        "growth": 100,
        "premium": 300,
        "ultimate": 500,
    }
