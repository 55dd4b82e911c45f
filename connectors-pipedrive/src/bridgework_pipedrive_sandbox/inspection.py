"""What the control endpoints show and do: the dump, other programs."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from bridgework.sandbox import CommandRefused
from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.people import import_waiting


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
    """Events around the migration. Raises CommandRefused.

    ``drain`` {tokens, over}: another program uses part of the day's budget, evenly over so many seconds (at once
    without ``over``). ``use_posts`` {posts}: it uses part of the token owner's POST and PUT requests.
    ``expire_access`` {}: every access token ends now. ``revoke_consent`` {}: the owner removes the OAuth app, whose
    tokens are worthless until there is a new consent. ``new_api_token`` {}: somebody regenerates the API token, and the
    former one is worthless. ``import_waiting`` {}: somebody imports the deals that were refused at the cap.
    """
    match name, dict(arguments):
        case "drain", {"tokens": int(tokens), **rest} if _amounts(tokens, rest.get("over", 0)) and rest.keys() <= {
            "over"
        }:
            company.meters.drain(tokens, rest.get("over", 0), company.now())
        case "use_posts", {"posts": int(posts), **rest} if _amounts(posts) and not rest:
            company.meters.use_posts(posts, str(company.owner()["id"]), company.now())
        case "expire_access", {**rest} if not rest:
            company.oauth.expire_access()
        case "revoke_consent", {**rest} if not rest:
            company.oauth.revoke()
        case "new_api_token", {**rest} if not rest:
            company.api_token = secrets.token_hex(20)
            return {"api_token": company.api_token}
        case "import_waiting", {**rest} if not rest:
            return {"imported": import_waiting(company)}
        case _:
            raise CommandRefused(
                "commands: drain {tokens, over}, use_posts {posts}, expire_access, revoke_consent, new_api_token, "
                "import_waiting"
            )
    return company.meters.dump()


def _amounts(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 for value in values)
