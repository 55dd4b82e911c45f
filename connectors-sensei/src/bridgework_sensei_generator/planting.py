"""Which household carries which defect. No household carries two, so that no defect hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from bridgework_sensei_generator import plant_people as people
from bridgework_sensei_generator import plant_records as records
from bridgework_sensei_generator import plant_twins as twins
from bridgework_sensei_generator import plant_visits as visits
from bridgework_sensei_generator.findings import Record
from bridgework_sensei_generator.household import Household

CYCLE: Final = 180


@dataclass(frozen=True, slots=True)
class Plant:
    """A defect and how many patients more a household has by it."""

    act: Callable[[Household], Iterator[Record]]
    more: int = 0


_TWIN = Plant(twins.exact_twin, 1)
_MOVED = Plant(twins.moved_twin, 1)
_GUARANTOR = Plant(twins.guarantor_twin)
_ALIKE = tuple(Plant(act, 1) for act in twins.PROBABLE)

# In this order from the first household on, so that a small practice has what matters most.
_PLANTS: Final = (
    _TWIN,
    Plant(records.absent_patient),
    _MOVED,
    _ALIKE[0],
    Plant(twins.twins, 1),
    Plant(people.unreachable),
    _GUARANTOR,
    Plant(partial(people.birth_date, text=None, cause="missing")),
    Plant(twins.junior, 1),
    Plant(people.deleted, 1),
    _ALIKE[1],
    Plant(partial(people.merged, how="survivor"), 1),
    Plant(partial(visits.provider_words, ambiguous=False)),
    Plant(partial(visits.provider_gone, unknown=False)),
    Plant(partial(records.wrong_tooth, tooth="48", cause="looks like two-digit notation")),
    Plant(partial(visits.numbers_in_note, text="SSN 219-09-9999 on file", cause="social security number")),
    _ALIKE[2],
    Plant(partial(people.placeholder_email, text="none@none.com", cause="placeholder")),
    Plant(twins.shared_address, 2),
    Plant(people.lone_minor, 1),
    _TWIN,
    Plant(partial(people.bad_text, field="lastName", text="MuÃ±oz", cause="mojibake")),
    Plant(records.plan_total),
    Plant(records.uneven_correction),
    Plant(records.two_primaries, 1),
    _MOVED,
    Plant(visits.never_closed),
    Plant(visits.clock_gap),
    Plant(partial(visits.surfaces, code="D2391", letters="12", cause="digits")),
    Plant(records.empty_plan),
    _ALIKE[3],
    Plant(records.file_missing),
    Plant(partial(people.birth_date, text="1900-01-01", cause="stand-in")),
    Plant(people.identity_field),
    Plant(people.long_value),
    _GUARANTOR,
    Plant(partial(visits.provider_words, ambiguous=True)),
    Plant(records.plan_of_leaver),
    Plant(visits.grown_tooth_of_infant, 1),
    Plant(records.slipped_point),
    _ALIKE[4],
    Plant(partial(people.merged, how="nobody"), 1),
    Plant(twins.namesake, 1),
    Plant(partial(records.odd_policy, how="no subscriber"), 1),
    Plant(records.claim_without_policy, 1),
    _TWIN,
    Plant(partial(people.placeholder_email, text="frontdesk@{domain}", cause="practice's own")),
    Plant(partial(people.bad_text, field="lastName", text="Pe\ufffda", cause="replacement character")),
    Plant(records.refund_of_nothing, 1),
    Plant(partial(visits.code_form, code="1110", cause="no leading D")),
    _ALIKE[5],
    Plant(partial(visits.provider_gone, unknown=True)),
    Plant(visits.before_birth),
    Plant(visits.tooth_of_visit),
    Plant(records.file_changed),
    _MOVED,
    Plant(partial(people.birth_date, text="2031-05-05", cause="future")),
    Plant(partial(visits.numbers_in_note, text="card 4111 1111 1111 1111 exp 04/29", cause="card number")),
    Plant(partial(records.policy_without_plan, unknown=False)),
    Plant(records.loose_refund),
    _GUARANTOR,
    Plant(partial(people.merged, how="circle"), 2),
    Plant(partial(visits.surfaces, code="D2392", letters="XQ", cause="not letters of surfaces")),
    Plant(visits.done_too_soon),
    Plant(people.stamped_late),
    _ALIKE[0],
    Plant(partial(people.placeholder_email, text="ana.example,com", cause="form")),
    Plant(partial(people.bad_text, field="address", text=" \u0007Rear", cause="control character")),
    Plant(partial(records.wrong_tooth, tooth="K", cause="primary tooth of an adult")),
    Plant(partial(records.odd_policy, how="child holds"), 1),
    _ALIKE[1],
    Plant(visits.provider_words_in_ledger),
    Plant(records.stand_in_date),
    Plant(partial(visits.surfaces, code="D1110", letters="MO", cause="code takes none")),
    Plant(partial(visits.code_form, code="D27AX", cause="not a code")),
    _TWIN,
    Plant(partial(people.birth_date, text="1899-03-04", cause="too old")),
    Plant(visits.markup),
    Plant(partial(records.policy_without_plan, unknown=True)),
    Plant(partial(records.odd_policy, how="expired"), 1),
    _MOVED,
    _ALIKE[2],
    Plant(partial(people.birth_date, text="0001-01-01", cause="stand-in")),
    _TWIN,
    _GUARANTOR,
    _ALIKE[3],
    _MOVED,
    _GUARANTOR,
)  # fmt: skip

# Every fourth household, and the end of the cycle, stays plain.
SLOTS: Final = {2 + position + position // 3: plant for position, plant in enumerate(_PLANTS)}

# Household to defect that blocks a load: a handful, whatever the number of patients.
BLOCKING: Final = {
    9: Plant(twins.shared_number, 1),
    33: Plant(records.two_date_orders),
    461: Plant(visits.repeated_row),
    649: Plant(twins.shared_number, 1),
}
TOTAL_OFF_FROM: Final = 140
TOTAL_OFF_CENTS: Final = 10_000


def plain_share() -> float:
    """The share of households that carry no defect."""
    return 1 - len(SLOTS) / CYCLE


def plant_of(index: int, *, blocking: bool) -> Plant | None:
    """The defect of the household with this index, if it carries one."""
    if blocking and index in BLOCKING:
        return BLOCKING[index]
    return SLOTS.get(index % CYCLE)
