"""Images of destination records."""

from __future__ import annotations

from bridgework.staging import Image, Records


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
    from .conftest import described

    records.images.put([Image("r", "k", "pre", {"v": 1})])
    writer = records.writer()
    writer.begin(described())
    writer.freeze()
    assert records.images.latest("r", "k", "pre") == {"v": 1}


def test_many_images_are_read_in_one_go(records: Records) -> None:
    records.images.put(Image("r", f"k{number}", "sent", {"v": number}) for number in range(2_500))
    found = records.images.many("r", (f"k{number}" for number in range(0, 2_500, 2)), "sent")
    assert len(found) == 1_250 and found["k2498"] == {"v": 2498}
