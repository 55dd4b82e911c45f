"""Images of destination records."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridgework.staging import Image, Records, images
from bridgework.staging.images import Images

from .conftest import KEY, MIGRATION, described


def test_the_newest_image_of_a_kind_counts(records: Records) -> None:
    images = records.images
    images.put(
        [
            Image("patients", "p1", "pre", {"name": "before"}),
            Image("patients", "p1", "sent", {"name": "sent"}, operation=7),
            Image("patients", "p1", "pre", {"name": "later"}),
            Image("patients", "p2", "pre", {"name": "other"}),
            Image("notes", "p1", "pre", {"name": "a note"}),
        ]
    )
    assert images.latest("patients", "p1", "pre") == {"name": "later"}
    assert images.latest("patients", "p1", "settled") is None
    assert images.many("patients", ["p1", "p2", "p3"], "pre") == {"p1": {"name": "later"}, "p2": {"name": "other"}}
    assert images.get(7, "sent") == {"name": "sent"}
    assert images.get(7, "pre") is None and images.get(0, "pre") is None


def test_a_rollback_finds_what_was_there_before_the_first_change(records: Records) -> None:
    records.images.put(Image("r", "k", "pre", {"v": number}, generation=1 + number // 2) for number in range(4))
    assert records.images.first("r", ["k"], "pre", 1) == {"k": {"v": 0}}
    assert records.images.first("r", ["k"], "pre", 2) == {"k": {"v": 2}}
    assert records.images.first("r", ["k"], "pre", 3) == {}


def test_images_outlive_a_new_extract(records: Records) -> None:
    records.images.put([Image("r", "k", "pre", {"v": 1})])
    writer = records.writer()
    writer.begin(described())
    writer.freeze()
    assert records.images.latest("r", "k", "pre") == {"v": 1}


def test_many_images_are_read_in_one_go(records: Records) -> None:
    records.images.put(Image("r", f"k{number}", "sent", {"v": number}) for number in range(2_500))
    found = records.images.many("r", (f"k{number}" for number in range(0, 2_500, 2)), "sent")
    assert len(found) == 1_250 and found["k2498"] == {"v": 2498}


written = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["pre", "sent"]), st.integers(1, 2)), min_size=1, max_size=40
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(written, min_size=1, max_size=6), together=st.integers(1, 30))
def test_images_are_found_whether_their_keys_are_sorted_in_or_not(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[tuple[str, str, int]]],
    together: int,
) -> None:
    path = tmp_path_factory.mktemp("images") / "records.db"
    model: list[tuple[str, str, int, int]] = []
    with pytest.MonkeyPatch.context() as patch, Records.create(path, KEY, MIGRATION) as records:
        patch.setattr(images, "SORTED_TOGETHER", together)
        for batch in batches:
            added = [(*entry, len(model) + place) for place, entry in enumerate(batch)]
            records.images.put(
                Image("r", key, kind, {"v": number}, generation) for key, kind, generation, number in added
            )
            model += added
            for reader in (records.images, Images(records._store)):
                newest = {key: {"v": number} for key, kind, _, number in model if kind == "sent"}
                assert reader.many("r", "abcd", "sent") == newest
                first = {key: {"v": n} for key, kind, made, n in reversed(model) if (kind, made) == ("pre", 2)}
                assert reader.first("r", "abcd", "pre", 2) == first
