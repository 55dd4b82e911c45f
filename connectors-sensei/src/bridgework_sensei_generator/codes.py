"""Procedure codes, fees, visit types and teeth. Descriptions are plain words of our own, not the code set's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridgework_sensei_generator.draws import Draw


@dataclass(frozen=True, slots=True)
class Code:
    """One procedure code: fee in cents, what its anatomy is, what share a payer covers."""

    code: str
    words: str
    cents: int
    anatomy: str  # none | tooth | surfaces | quadrant
    covered: int  # per cent


CODES: Final = {
    item.code: item
    for item in (
        Code("D0120", "Check-up exam", 5800, "none", 100),
        Code("D0140", "Problem visit", 8200, "none", 80),
        Code("D0150", "First exam", 9900, "none", 100),
        Code("D0210", "Full set of x-rays", 14800, "none", 80),
        Code("D0220", "Single x-ray", 3400, "none", 80),
        Code("D0274", "Four bitewing x-rays", 7200, "none", 100),
        Code("D1110", "Adult cleaning", 11200, "none", 100),
        Code("D1120", "Child cleaning", 7900, "none", 100),
        Code("D1206", "Fluoride", 4400, "none", 100),
        Code("D1351", "Sealant", 6100, "tooth", 80),
        Code("D2140", "One-surface silver filling", 16500, "surfaces", 80),
        Code("D2391", "One-surface filling", 19800, "surfaces", 80),
        Code("D2392", "Two-surface filling", 25400, "surfaces", 80),
        Code("D2393", "Three-surface filling", 31000, "surfaces", 80),
        Code("D2740", "Crown", 124900, "tooth", 50),
        Code("D2930", "Child steel crown", 29500, "tooth", 80),
        Code("D3330", "Molar root canal", 118000, "tooth", 50),
        Code("D4341", "Deep cleaning, quadrant", 27500, "quadrant", 80),
        Code("D4910", "Gum maintenance", 15600, "none", 80),
        Code("D6010", "Implant", 215000, "tooth", 50),
        Code("D7140", "Extraction", 21500, "tooth", 80),
        Code("D7210", "Surgical extraction", 34900, "tooth", 80),
    )
}

# Visit type, its codes, minutes, weight. Types naming a phone or video call become calls in a CRM.
ADULT_VISITS: Final = (
    ("Recare Exam", ("D0120", "D1110"), 60),
    ("Recare Exam", ("D0120", "D1110", "D0274"), 60),
    ("Recare Exam", ("D1110",), 50),
    ("Recare Exam", ("D0120", "D1110"), 60),
    ("New Patient Exam", ("D0150", "D0210"), 90),
    ("Filling", ("D2391",), 40),
    ("Filling", ("D2392", "D2391"), 60),
    ("Filling", ("D2393",), 50),
    ("Crown Prep", ("D2740",), 90),
    ("Perio Maintenance", ("D4910",), 60),
    ("Scaling", ("D4341", "D4341"), 90),
    ("Root Canal", ("D3330",), 90),
    ("Extraction", ("D7140",), 45),
    ("Emergency", ("D0140", "D0220"), 30),
    ("Phone Consult", ("D0140",), 15),
    ("Video Consult", ("D0140",), 20),
)
CHILD_VISITS: Final = (
    ("Recare Exam", ("D0120", "D1120"), 40),
    ("Recare Exam", ("D0120", "D1120", "D1206"), 45),
    ("Recare Exam", ("D1120", "D1206"), 40),
    ("New Patient Exam", ("D0150",), 45),
    ("Sealants", ("D1351", "D1351"), 30),
    ("Filling", ("D2391",), 40),
    ("Emergency", ("D0140",), 30),
)
ADULT_PLANS: Final = (
    ("D2740",), ("D2740", "D3330"), ("D6010",), ("D2391", "D2392"), ("D4341", "D4341", "D4341", "D4341"),
    ("D7210", "D6010"), ("D7140",), ("D2393", "D2740"), ("D2392",),
)  # fmt: skip
CHILD_PLANS: Final = (("D1351", "D1351"), ("D2391",), ("D1206", "D1351"))

SURFACES: Final = {
    "D2140": ("O", "B", "L"),
    "D2391": ("O", "B", "L", "F"),
    "D2392": ("MO", "DO", "OB"),
    "D2393": ("MOD", "MOB", "DOB"),
}
QUADRANTS: Final = ("UR", "UL", "LL", "LR")
ADULT_TEETH: Final = tuple(str(number) for number in range(2, 32) if number not in (16, 17))
MOLARS: Final = ("2", "3", "14", "15", "18", "19", "30", "31")
PRIMARY_TEETH: Final = tuple("ABIJKLST")
FIRST_MOLARS: Final = ("3", "14", "19", "30")


def tooth_for(rng: Draw, code: str, age: int) -> str | None:
    """A tooth in Universal notation that a patient of this age can have, or None where the code takes none."""
    anatomy = CODES[code].anatomy
    if anatomy not in ("tooth", "surfaces"):
        return None
    if age < 6:
        return rng.pick(PRIMARY_TEETH)
    if age < 13:
        return rng.pick(FIRST_MOLARS if code == "D1351" or rng.chance(0.5) else PRIMARY_TEETH)
    return rng.pick(MOLARS if code in ("D3330", "D2740", "D1351") else ADULT_TEETH)


def surfaces_for(rng: Draw, code: str) -> str | None:
    """Surface letters fitting the code, or None where it takes none."""
    choices = SURFACES.get(code)
    return rng.pick(choices) if choices else None
