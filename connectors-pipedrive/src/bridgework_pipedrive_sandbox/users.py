"""Users, as v1 shows them."""

from bridgework_pipedrive_sandbox.answers import Record, Reply, data
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.customvalues import CURRENCY, TIME_ZONE
from bridgework_pipedrive_sandbox.v1 import spaced


def shown(call: Call, user: Record) -> Record:
    changed = spaced(user["update_time"])
    return {
        "id": user["id"],
        "name": user["name"],
        "default_currency": CURRENCY,
        "locale": "en_US",
        "lang": 1,
        "email": user["email"],
        "phone": None,
        "activated": user["active_flag"],
        "last_login": changed,
        "created": changed,
        "modified": changed,
        "has_created_company": user["id"] == call.company.owner()["id"],
        "access": [
            {"app": app, "admin": user["admin"], "permission_set_id": f"{user['id']:08d}-0000-4000-8000-{place:012d}"}
            for place, app in enumerate(("global", "sales", "account_settings"))
        ],
        "active_flag": user["active_flag"],
        "timezone_name": TIME_ZONE,
        "timezone_offset": "-05:00",
        "role_id": 1,
        "icon_url": None,
        "is_you": user["id"] == call.user["id"],
        "is_deleted": False,
    }


def read_list(call: Call) -> Reply:
    """All users, deactivated ones too, never in pages."""
    return data([shown(call, user) for user in call.company["users"]])


def read_one(call: Call) -> Reply:
    user = call.company["users"].get(call.id)
    if user is None:
        return Reply({"success": False, "error": "User not found"}, 404)  # the one v1 refusal with a form of its own
    return data(shown(call, user))


def find(call: Call) -> Reply:
    term = call.query.get("term", "").casefold()
    attribute = "email" if call.query.get("search_by_email") == "1" else "name"
    return data([shown(call, user) for user in call.company["users"] if term in user[attribute].casefold()])


def me(call: Call) -> Reply:
    company = call.company
    return data(
        {
            **shown(call, call.user),
            "company_id": company.id,
            "company_name": "Simulated practice",
            "company_domain": company.domain,
            "company_country": "US",
            "company_industry": "Healthcare",
            "language": {"language_code": "en", "country_code": "US"},
        }
    )
