"""What the control endpoints show and do: the dump, other programs."""

import hashlib
from collections.abc import Mapping
from typing import Any

from bridgework.sandbox import CommandRefused
from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.company import Company


def dump(company: Company) -> Record:
    """All rows by table in id order, deleted ones included, then counters and meters.

    Files carry the SHA-256 of their content. Records are marked deleted by ``is_deleted`` or ``active_flag``, fields by
    ``deleted``; everything that only ever grows stands under ``counters``, everything about limits under ``meters``.
    """
    objects = {
        name: [{key: row[key] for key in sorted(row)} for row in table.ascending()]
        for name, table in sorted(company.tables.items())
    }
    for row in objects["files"]:
        row["sha256"] = hashlib.sha256(company.contents.get(row["id"], b"")).hexdigest()
    return {
        "sandbox": "pipedrive",
        "company": {"id": company.id, "domain": company.domain, "plan": company.options.plan},
        "objects": objects,
        "counters": {name: table.next_id for name, table in sorted(company.tables.items())},
        "meters": company.meters.dump(),
    }


def command(company: Company, name: str, arguments: Mapping[str, Any]) -> Record:
    """Other programs of the company: ``drain`` {tokens} uses up part of the day's budget, ``use_posts`` {posts} part of
    the token owner's POST and PUT requests.
    """
    wanted = {"drain": "tokens", "use_posts": "posts"}.get(name)
    if wanted is None:
        raise CommandRefused("commands: drain, use_posts")
    amount = arguments.get(wanted)
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0 or len(arguments) != 1:
        raise CommandRefused(f"{name} wants {wanted}: a number, 0 or more")
    if name == "drain":
        company.meters.drain(amount, company.now())
    else:
        company.meters.use_posts(amount, str(company.owner()["id"]), company.now())
    return company.meters.dump()
