"""Documents: small files of real kinds beside the rows that name them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from bridgework_sensei_generator.draws import utc
from bridgework_sensei_generator.household import Household, Row

_KINDS = (
    ("Consent form", "Consents", "pdf"),
    ("Health history", "Forms", "pdf"),
    ("Eligibility result", "Insurance", "html"),
    ("Referral letter", "Correspondence", "pdf"),
    ("Call memo", "Correspondence", "txt"),
)


def add_documents(house: Household, patient: Row) -> None:
    """A document for the share of patients that the practice was asked to have."""
    rng = house.rng
    if rng.chance(house.practice.document_share):
        add_document(house, patient)


def add_document(house: Household, patient: Row) -> Row:
    """One document row and its file."""
    rng = house.rng
    name, category, ending = rng.pick(_KINDS)
    key = rng.key()
    path = f"documents/{key[:2]}/{key}.{ending}"
    content = _content(name, key, ending)
    row: Row = {
        "id": key,
        "patientId": patient["id"],
        "name": f"{name}.{ending}",
        "category": category,
        "path": path,
        "sha256": hashlib.sha256(content).hexdigest(),
        "createdAt": utc(house.practice.cutover - timedelta(days=rng.whole(2, 700), minutes=rng.whole(0, 900))),
    }
    house.rows["documents"].append(row)
    house.files[path] = content
    return row


def _content(name: str, key: str, ending: str) -> bytes:
    if ending == "txt":
        return f"{name}\r\n\r\nReference {key}\r\nNothing further.\r\n".encode()
    if ending == "html":
        head = f"<!DOCTYPE html><html><head><title>{name}</title></head>"
        return f"{head}<body><h1>{name}</h1><p>Coverage active. Reference {key}.</p></body></html>\n".encode()
    return _pdf(f"{name}, reference {key}")


def _pdf(text: str) -> bytes:
    """A one-page document with a right cross-reference table, readable by any viewer."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out)
