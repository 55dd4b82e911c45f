"""Windows, budgets, blocks."""

import pytest

from .account import Account
from .conftest import OpenAccount


@pytest.mark.parametrize(("plan", "burst"), [("lite", 20), ("growth", 40), ("premium", 100), ("ultimate", 120)])
def test_a_burst_beyond_the_plan_is_refused_until_the_window_has_passed(
    open_account: OpenAccount, plan: str, burst: int
) -> None:
    """Behaviour 5."""
    account = open_account(plan=plan)
    answers = [account.v2("GET", "pipelines") for _ in range(burst + 1)]
    assert [answer.status_code for answer in answers] == [200] * burst + [429]
    assert answers[0].headers["x-ratelimit-limit"] == str(burst)
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert answers[-1].headers["x-ratelimit-reset"] == "2"
    account.later(2)
    assert account.v2("GET", "pipelines").status_code == 200


def test_searches_have_a_window_of_their_own(account: Account) -> None:
    """Behaviour 5."""
    answers = [account.v2("GET", "persons/search", term="ana").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert account.v2("GET", "persons").status_code == 200


def test_the_day_budget_grows_with_plan_and_seats_and_is_charged_by_operation(open_account: OpenAccount) -> None:
    """Behaviour 6."""
    account = open_account(plan="growth", seats=2)
    account.make("persons", name="Ana")
    account.v2("GET", "persons", limit=1)
    account.v2("GET", "persons", limit=500)
    account.v2("GET", "persons/1")
    account.v1("GET", "users")
    account.v2("DELETE", "persons/1")
    meters = account.controls.state()["meters"]
    assert meters["tokens_per_day"] == 30_000 * 2 * 2
    assert meters["tokens_used"] == 5 + 10 + 10 + 1 + 20 + 3


def test_an_exhausted_day_budget_ends_at_the_configured_midnight(open_account: OpenAccount) -> None:
    """Behaviours 6 and 10: another program used the budget up."""
    account = open_account(plan="lite", seats=1, headers_warm_up=0)
    account.controls.command("drain", tokens=29_996)
    refused = account.v2("POST", "persons", {"name": "Ana"})
    assert refused.status_code == 429
    assert refused.headers["x-daily-ratelimit-token-remaining"] == "0"
    assert account.v2("GET", "persons/1").status_code == 429
    account.later(86_400)
    assert account.v2("POST", "persons", {"name": "Ana"}).status_code == 200


def test_another_program_may_use_the_budget_while_a_run_is_on(open_account: OpenAccount) -> None:
    """Behaviour 10."""
    account = open_account(plan="lite", seats=1, reset_hour=_hours_ahead(account_now(open_account), 12))

    def left() -> int:
        meters = account.controls.state()["meters"]
        return int(meters["tokens_per_day"] - meters["tokens_used"])

    account.controls.command("drain", tokens=20_000, over=1000)
    account.make("persons", name="Ana")
    assert left() == 29_995
    for passed, foreign in ((500, 10_000), (500, 20_000), (500, 20_000)):
        account.later(passed)
        account.v2("GET", "persons/1")
        assert 29_990 - foreign <= left() <= 30_000 - foreign
    for wrong in ({"tokens": -1}, {"tokens": True}, {"tokens": 1, "over": -1}, {"tokens": 1, "speed": 2}, {}):
        with pytest.raises(ValueError, match="drain"):
            account.controls.command("drain", **wrong)


def account_now(open_account: OpenAccount) -> str:
    return open_account().controls.now()


def _hours_ahead(now: str, hours: int) -> int:
    return (int(now[11:13]) + hours) % 24


def test_a_reset_hour_moves_the_midnight_of_the_budget(open_account: OpenAccount) -> None:
    """Behaviour 6."""
    account = open_account(plan="lite", seats=1)
    hour = (int(account.controls.now()[11:13]) + 2) % 24
    account = open_account(plan="lite", seats=1, reset_hour=hour)
    account.controls.command("drain", tokens=30_000)
    assert account.v2("GET", "persons").status_code == 429
    account.later(2 * 3600)
    assert account.v2("GET", "persons").status_code == 200


def test_the_undocumented_headers_are_missing_after_idle_time_and_can_be_switched_off(
    open_account: OpenAccount,
) -> None:
    """Behaviour 7."""
    name = "x-daily-ratelimit-token-remaining"
    account = open_account(headers_warm_up=2)
    seen = [name in account.v2("GET", "persons").headers for _ in range(4)]
    assert seen == [False, False, True, True]
    account.later(3600)
    assert name not in account.v2("GET", "persons").headers
    silent = open_account(headers_warm_up=0, daily_headers=False)
    silent.controls.command("drain", tokens=450_000)
    refused = silent.v2("GET", "persons")
    assert refused.status_code == 429
    assert name not in refused.headers


def test_the_old_cap_counts_posts_and_puts_only(account: Account) -> None:
    """Behaviour 8."""
    name = "x-daily-requests-left"
    assert account.v2("POST", "persons", {"name": "Ana"}).headers[name] == "9999"
    assert name not in account.v2("GET", "persons").headers
    assert name not in account.v2("PATCH", "persons/1", {"name": "Bea"}).headers
    assert account.v2("POST", "persons", {"name": "Cyd"}).headers[name] == "9998"


@pytest.mark.parametrize("enforced", [True, False])
def test_enforcing_the_old_cap_is_a_switch(open_account: OpenAccount, enforced: bool) -> None:
    """Behaviour 8."""
    account = open_account(post_cap=enforced)
    account.controls.command("use_posts", posts=10_000)
    answer = account.v2("POST", "persons", {"name": "Ana"})
    assert answer.status_code == (429 if enforced else 200)
    assert answer.headers["x-daily-requests-left"] == "0"
    assert account.v2("PATCH", "pipelines/1", {"name": "Deals"}).status_code == 200


def test_who_does_not_stop_after_429_is_blocked_with_a_page(open_account: OpenAccount) -> None:
    """Behaviour 9."""
    account = open_account(plan="lite", patience=5)
    statuses = [account.v2("GET", "pipelines").status_code for _ in range(28)]
    assert statuses == [200] * 20 + [429] * 6 + [403] * 2
    blocked = account.v2("GET", "pipelines")
    assert blocked.headers["content-type"].startswith("text/html")
    account.later(10)
    assert account.v2("GET", "pipelines").status_code == 403
    account.later(300)
    assert account.v2("GET", "pipelines").status_code == 200


def test_refused_requests_cost_tokens_unless_switched_off(open_account: OpenAccount) -> None:
    """Unknown of the real system, therefore a switch."""
    for charged, used in ((True, 5), (False, 0)):
        account = open_account(failed_cost=charged)
        assert account.v2("POST", "persons", {}).status_code == 400
        assert account.controls.state()["meters"]["tokens_used"] == used


def test_a_misleading_retry_after_can_be_switched_on(open_account: OpenAccount) -> None:
    account = open_account(plan="lite", retry_after=True)
    refused = [account.v2("GET", "pipelines") for _ in range(21)][-1]
    assert refused.headers["retry-after"] == "2"
