"""Stable names: the same defect has the same id in every run."""

from __future__ import annotations

import hashlib

from bridgework.model import Finding


def finding_id(finding: Finding) -> str:
    """`<check>-<10 hex digits>` over check, object, sorted keys and field; order and evidence do not matter."""
    keys = sorted({finding.key, *finding.others})
    text = "|".join((finding.check, finding.object, "\x1f".join(keys), finding.field))
    return f"{finding.check}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def key_hash(object_name: str, key: str, secret: bytes) -> str:
    """A keyed hash that stands for a source key in shareable reports (16 hex digits)."""
    return hashlib.blake2b(f"{object_name}|{key}".encode(), key=secret[:64], digest_size=8).hexdigest()
