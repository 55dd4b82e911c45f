"""The practice's own fields: their definitions, and values for the records that carry them."""

from __future__ import annotations

from typing import Any

from bridgework_sensei_generator.draws import Draw

Row = dict[str, Any]

TIERS = ("Silver", "Gold", "Platinum")
FINANCING = ("None", "In-house", "Third party")
COORDINATORS = ("Front desk", "Office manager", "Treatment desk")
PHARMACIES = ("Corner Pharmacy", "Main Street Drugs", "Mountain Rx", "Hilltop Pharmacy")

_DEFINITIONS: tuple[tuple[str, str, str, str, tuple[str, ...] | None], ...] = (
    ("patients", "preferred_pharmacy", "Preferred pharmacy", "text", None),
    ("patients", "anxiety_score", "Anxiety score", "number", None),
    ("patients", "last_fluoride", "Last fluoride", "date", None),
    ("patients", "loyalty_tier", "Loyalty tier", "picklist", TIERS),
    ("patients", "needs_sedation", "Needs sedation", "bool", None),
    ("treatmentPlans", "coordinator", "Treatment coordinator", "text", None),
    ("treatmentPlans", "down_payment", "Down payment", "number", None),
    ("treatmentPlans", "follow_up_on", "Follow up on", "date", None),
    ("treatmentPlans", "financing", "Financing", "picklist", FINANCING),
    ("treatmentPlans", "consent_signed", "Consent signed", "bool", None),
    ("locations", "chairs", "Chairs", "number", None),
    ("locations", "parking", "Own parking", "bool", None),
    ("locations", "opened", "Opened on", "date", None),
    ("referralSources", "lunch_and_learn", "Last lunch and learn", "date", None),
    ("referralSources", "gift_sent", "Holiday gift sent", "bool", None),
    ("referralSources", "yearly_cost", "Cost per year", "number", None),
)

UNDEFINED = "legacy_chart_color"


def field_definitions() -> list[Row]:
    """Rows of ``fieldDefinitions``: all five types, on all four objects that may carry them."""
    return [
        {"object": owner, "name": name, "label": label, "type": kind, "options": list(options) if options else None}
        for owner, name, label, kind, options in _DEFINITIONS
    ]


def patient_values(rng: Draw, year: int) -> Row:
    """A patient's own fields; one key now and then has no definition, as after a field was deleted."""
    values: Row = {}
    dice = rng.random()
    if dice < 0.5:
        values["loyalty_tier"] = rng.pick(TIERS)
    if dice < 0.3:
        values["preferred_pharmacy"] = rng.pick(PHARMACIES)
        values["needs_sedation"] = dice < 0.05
    if 0.2 < dice < 0.45:
        values["anxiety_score"] = rng.whole(0, 10)
        values["last_fluoride"] = f"{year - 1}-{rng.whole(1, 12):02d}-{rng.whole(1, 28):02d}"
    if dice > 0.96:
        values[UNDEFINED] = "blue" if dice > 0.98 else "green"
    return values


def plan_values(rng: Draw, year: int) -> Row:
    """A treatment plan's own fields."""
    values: Row = {"financing": rng.pick(FINANCING), "consent_signed": rng.chance(0.6)}
    if rng.chance(0.4):
        values["coordinator"] = rng.pick(COORDINATORS)
        values["down_payment"] = rng.whole(1, 40) * 25.5
        values["follow_up_on"] = f"{year}-{rng.whole(1, 12):02d}-{rng.whole(1, 28):02d}"
    return values
