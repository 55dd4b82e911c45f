"""What the plans allow: budgets, windows, caps."""

from dataclasses import dataclass

from bridgework_pipedrive_sandbox.options import Plan


@dataclass(frozen=True)
class PlanLimits:
    """``multiplier``: of 30,000 tokens per seat and day. ``burst``: requests per 2 s with an API token or by OAuth.

    ``deals``: deals and leads per seat, ``deals_total`` their cap. ``visibility``: accepted values of visible_to.
    """

    multiplier: int
    burst_token: int
    burst_oauth: int
    custom_fields: int
    deals: int
    visibility: frozenset[int]
    everybody: int
    deals_total: int = 1_000_000_000

    def daily_tokens(self, seats: int) -> int:
        return 30_000 * self.multiplier * seats

    def deal_cap(self, seats: int) -> int:
        return min(self.deals * seats, self.deals_total)


_TWO_LEVELS = frozenset({1, 3})
_FOUR_LEVELS = frozenset({1, 3, 5, 7})

PLANS: dict[Plan, PlanLimits] = {
    "lite": PlanLimits(1, 20, 80, 30, 2_500, _TWO_LEVELS, 3),
    "growth": PlanLimits(2, 40, 160, 100, 5_000, _TWO_LEVELS, 3),
    "premium": PlanLimits(5, 100, 400, 300, 15_000, _FOUR_LEVELS, 7),
    "ultimate": PlanLimits(7, 120, 480, 500, 20_000, _FOUR_LEVELS, 7, deals_total=300_000),
}
