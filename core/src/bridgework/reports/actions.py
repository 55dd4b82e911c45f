"""What to do about a problem, by its cause. Plain data: the longest prefix of the reason that is listed wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPLAY: Final = "Correct the mapping or the source data, then run bridgework replay."

REJECTED: Final[dict[str, str]] = {
    "": "Run bridgework failures to see why, correct the mapping or the source data, then run bridgework replay.",
    "the record it belongs to was refused": "Correct the record it belongs to first, then run bridgework replay.",
    "waits for the record": "The record it belongs to was refused: correct that one first, then run bridgework replay.",
    "longer than": "Shorten the text in the source, or map it to a field for long text; then run bridgework replay.",
    "required": "Fill the field in the source or give it a value in the mapping; then run bridgework replay.",
    "missing": "Fill the field in the source or give it a value in the mapping; then run bridgework replay.",
    "lacks a right": "Give the user of the token this right in the destination, then run bridgework replay.",
    "limit": "The plan of the destination is full: make room or take the next larger plan, then run bridgework replay.",
    "not an option": "Add the option in the mapping, approve the schema again, then run bridgework replay.",
    "further record(s) carry the same marker": "Delete the doubles it names by hand in the destination, then run "
    "bridgework load: the record that is left is taken.",
    "the answer names another record": "Report it; bridgework load looks which record is the right one.",
    "deleted in the destination": "Somebody deleted it there. Restore it from the bin, or accept that it is gone.",
    "the document": "Put the document back into the export, extract again, then run bridgework replay.",
}

OUTCOMES: Final[dict[str, str]] = {
    "rejected": "Run bridgework failures to see why, correct it, then run bridgework replay.",
    "in_doubt": "Run bridgework load again: it finds out what arrived before anything is sent twice.",
    "skipped": "The records they belong to were refused: correct those (bridgework failures), then bridgework replay.",
    "pending": "Run bridgework load: these records have not been sent yet.",
    "conflict": "Somebody edited them in the destination; the edit was kept. Compare them and correct what is wrong.",
}

DIFFERENCES: Final[dict[str, str]] = {
    "": "Compare the record in both systems and correct the one that is wrong.",
    "missing": "Look for the record in the destination's bin; if nobody deleted it, run bridgework sample again.",
    "lost": "The value did not arrive. Correct the field in the mapping, then run bridgework sample again.",
    "wrong": "Another value is stored. Correct the mapping or the source, then run bridgework sample again.",
    "normalised": "Nothing to do: the destination stores the same value in its own form.",
    "equal": "Nothing to do.",
}

PROOF: Final[dict[str, str]] = {
    "": "Compare the record in both systems; bridgework load writes what is still missing.",
    "not loaded": "Run bridgework load, then reconcile again.",
    "rejected": "Run bridgework failures, correct the cause, run bridgework replay, then reconcile again.",
    "missing": "It was deleted in the destination. Restore it from the bin there, or accept that it is gone.",
    "lost": "The field is empty in the destination. Run bridgework load; if it stays empty, correct the mapping.",
    "wrong": "The destination holds another value. Compare by hand; bridgework load repairs what nobody edited.",
    "kept edit": "Somebody changed it in the destination after the load; their value was kept. Confirm it is right.",
    "waits for": "The record it belongs to is missing: correct that one first.",
    "skipped": "The record it belongs to was refused: correct that one, run bridgework replay, then reconcile again.",
    "holds what one of ours": "Compare the two in the destination; if it is a double, delete the one without the mark.",
    "stays there": "Its row was deleted, merged or left out since. Delete the record by hand, or keep it.",
    "carries our marker": "Nobody here recorded it. Open it in the destination and delete it if it is a double.",
}

BROUGHT_BACK: Final[dict[str, str]] = {
    "": "Run bridgework load: it makes these records anew.",
    "refused": "Restore them in the destination by hand, then run bridgework rollback --undo again.",
    "in doubt": "Run bridgework rollback --undo again: it looks first.",
}

ROLLBACK: Final[dict[str, str]] = {
    "": "Open the record in the destination and decide there.",
    "edited in the destination": "Somebody has worked on it. Keep it, or delete it by hand in the destination.",
    "somebody else's": "Move what people attached to another record, then run bridgework rollback again.",
    "was there before": "Nothing to do: it belongs to the practice and is not ours to remove.",
    "cannot be removed": "Remove it by hand in the destination's settings if it is not wanted.",
    "records that were kept": "Decide about the records that were kept, then run bridgework rollback --schema again.",
}

LEFT_BEHIND: Final[dict[str, str]] = {
    "refused": "The destination would not remove them: check the account's rights, then run bridgework rollback again.",
    "still there": "They were removed but can still be read: wait a few minutes, then run bridgework rollback again.",
    "kept": "See the list of kept records below and decide about each in the destination.",
}

BLOCKED: Final[dict[str, str]] = {
    "": "Correct what the sentence names, then run the stage again.",
    "source fields are neither": "Give each field a line in mapping.yaml: map it, archive it or drop it with a reason.",
    "no rule says": "Write a rule for each into mapping.yaml: what it becomes, or that it is archived and why.",
    "blocking findings": "Correct them in the source, or decide them in private/decisions.csv and read that file back.",
    "findings": "Run bridgework audit, then decide the blocking findings in private/decisions.csv.",
    "audit": "Run bridgework audit.",
    "mapping tests fail": "Run bridgework plan --test, correct the mapping, then run bridgework plan again.",
    "have no user": "Set owners.fallback in migration.toml, or fill the column user in private/owners.csv.",
    "custom fields": "Make room in the destination, take the next larger plan, or mark more fields as optional.",
    "plan holds": "Take the next larger plan of the destination, or leave out a part of the records.",
}

TAKEN: Final[dict[str, str]] = {
    "": "Decide with the practice whose value it is; private/taken.csv lists the records.",
    "there": "If they are the same people, link them by match in mapping.yaml, by this and a further field; else take "
    "the value out in the source or in the mapping. private/taken.csv lists them.",
    "in the trash": "Destroy them for good in the destination's trash, or restore them and link them by match in "
    "mapping.yaml. private/taken.csv lists them.",
    "there, from another migration": "They were loaded from another migration folder: loading here would make doubles. "
    "Go on in that folder, or roll it back there and empty the trash.",
    "in the trash, from another migration": "They were rolled back in another migration folder: go on in that one, or "
    "destroy them for good in the destination's trash, then plan again.",
}

WARNINGS: Final[dict[str, str]] = {
    "": "Correct the mapping of the rule, or accept it.",
    "an option longer": "private/options.csv has its whole label. Give it a shorter one by values in the mapping, or "
    "accept it.",
}

OWNERS: Final[dict[str, str]] = {
    "unmatched": "Create a user with the person's e-mail in the destination, or choose one in private/owners.csv.",
    "inactive": "Activate the user in the destination, or choose another one in private/owners.csv.",
    "ambiguous": "Several users fit: choose one in private/owners.csv.",
    "matched": "Nothing to do.",
}

FINDINGS: Final[dict[str, str]] = {
    "B": "Correct it in the source, or decide it in private/decisions.csv: nothing is loaded before that.",
    "A": "Work through private/checklist.xlsx; what is not decided is treated as proposed in private/decisions.csv.",
    "W": "Correct it when there is time; it does not stop the migration.",
}


def action(table: Mapping[str, str], reason: str) -> str:
    """The action for a reason: exact, by longest beginning, by a phrase inside it, else the table's general one."""
    if reason in table and reason:
        return table[reason]
    lowered = reason.casefold()
    listed = sorted((each for each in table if each), key=len, reverse=True)
    for phrase in listed:
        if lowered.startswith(phrase):
            return table[phrase]
    for phrase in listed:
        if phrase in lowered:
            return table[phrase]
    return table.get("", "Ask the person who runs the migration to look at this row.")
