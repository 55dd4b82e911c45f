"""The audit log says what each operation sent."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from bridgework.stages.deliver.auditlog import Line, body_of

REFUSED, ACCEPTED = b'{"name":"a","phones":[]}', b'{"name":"a"}'


@pytest.mark.parametrize(("sent", "fields"), [(REFUSED, ["name", "phones"]), (ACCEPTED, ["name"]), (b"{}", [])])
def test_a_record_sent_again_after_a_refusal_lists_the_fields_of_each_body(sent: bytes, fields: list[str]) -> None:
    line = Line(row=1, time=datetime(2026, 6, 1, tzinfo=UTC), verb="create", body_hash=sha256(sent).hexdigest())
    assert list(body_of(line, [REFUSED, ACCEPTED])) == fields
