"""Files (v1): multipart upload, form-encoded change, download."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import PurePath

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.listing import v1_page
from bridgework_pipedrive_sandbox.records import gone
from bridgework_pipedrive_sandbox.v1 import lead_id, refuse_unknown, spaced

MOST_PER_PAGE = 100

_PARENTS = {"deal_id": "deals", "person_id": "persons", "org_id": "organizations", "activity_id": "activities"}
_OTHERS = ("product_id", "project_id")
_KNOWN = frozenset({*_PARENTS, *_OTHERS, "lead_id"})


def create(call: Call) -> Reply:
    company = call.company
    if call.upload is None or not call.upload.filename:
        raise Refused(400, "No file was provided", info="A part named file with a file name is required.")
    if 0 < company.options.largest_file < len(call.upload.content):
        raise Refused(400, "The file is too large")
    refuse_unknown(company, dict(call.form), _KNOWN)
    name = PurePath(call.upload.filename.replace("\\", "/")).name
    now = company.stamp()
    row = company["files"].insert(
        {
            **{parent: _parent(call, parent) for parent in (*_PARENTS, *_OTHERS)},
            "lead_id": lead_id(company, dict(call.form)),
            "user_id": call.user["id"],
            "add_time": now,
            "update_time": now,
            "file_name": _server_name(name),
            "name": name,
            "description": None,
            "file_size": len(call.upload.content),
            "active_flag": True,
        }
    )
    company.keep_content(row["id"], call.upload.content)
    return data(shown(call, row))


def _parent(call: Call, name: str) -> int | None:
    given = call.form.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdigit():
        raise Refused(400, f"{name} must be an integer")
    table = _PARENTS.get(name)
    if table is None or call.company.live(table, int(given)) is None:
        raise Refused(400, f"{name}: the item was not found")
    return int(given)


def _server_name(name: str) -> str:
    """The server keeps a name of its own beside the visible one."""
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    return f"{re.sub('[^A-Za-z0-9_-]+', '_', stem)}_{secrets.token_hex(19)}{suffix}"


def update(call: Call) -> Reply:
    if not call.content_type.startswith("application/x-www-form-urlencoded"):
        raise Refused(400, "The body must be form encoded")
    row = _file(call)
    if not row["active_flag"]:
        raise not_found("File")
    refuse_unknown(call.company, dict(call.form), frozenset({"name", "description"}))
    row = {**row, **call.form, "update_time": call.company.stamp()}
    call.company["files"].put(row)
    return data(shown(call, row))


def delete(call: Call) -> Reply:
    row = _file(call)
    if not row["active_flag"]:
        raise gone(call.company, "file")
    call.company.delete_softly("files", row, active_flag=False)
    return data({"id": row["id"]})


def read_one(call: Call) -> Reply:
    row = _file(call)
    if not row["active_flag"] and call.company.options.deleted_read == "404":
        raise not_found("File")
    return data(shown(call, row))


def download(call: Call) -> Reply:
    row = _file(call)
    if not row["active_flag"]:
        raise not_found("File")
    return Reply(None, content=call.company.contents[row["id"]], media_type="application/octet-stream")


def read_list(call: Call) -> Reply:
    return _page(call, call.company["files"].ascending(), nested=True)


def of_parent(attribute: str) -> Callable[[Call], Reply]:
    """The files of one person, organization or deal."""

    def read(call: Call) -> Reply:
        return _page(call, call.company["files"].having(attribute, call.id), nested=False)

    return read


def _page(call: Call, rows: Iterator[Record], *, nested: bool) -> Reply:
    attribute, _, direction = call.query.get("sort", "id ASC").partition(" ")
    if attribute not in ("id", "update_time"):
        raise Refused(400, "sort: must be id or update_time")
    living = [row for row in rows if row["active_flag"]]
    living.sort(key=lambda row: (row[attribute], row["id"]), reverse=direction.upper() == "DESC")
    return v1_page(call, iter(living), lambda row: _listed(call, row, nested), most=MOST_PER_PAGE, nested=nested)


def _listed(call: Call, row: Record, nested: bool) -> Record:
    """The lists of one parent know no projects."""
    full = shown(call, row)
    return full if nested else {name: value for name, value in full.items() if name != "project_id"}


def _file(call: Call) -> Record:
    row = call.company["files"].get(call.id)
    if row is None:
        raise not_found("File")
    return row


def shown(call: Call, row: Record) -> Record:
    return {
        **{name: row[name] for name in ("id", "user_id", *_PARENTS, *_OTHERS, "lead_id")},
        "add_time": spaced(row["add_time"]),
        "update_time": spaced(row["update_time"]),
        "file_name": row["file_name"],
        "file_size": row["file_size"],
        "active_flag": row["active_flag"],
        "inline_flag": False,
        "remote_location": "s3",
        "url": f"https://{call.company.domain}.pipedrive.example/v1/files/{row['id']}/download",
        "name": row["name"],
        "description": row["description"],
    }
