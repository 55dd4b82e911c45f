"""A small document to upload."""

from __future__ import annotations

import io
from hashlib import sha256

from bridgework.model import FileContent


def document(number: int) -> FileContent:
    """A readable file whose content and name differ by number."""
    content = b"%%PDF-1.7 sample %d\n" % number
    return FileContent(
        name=f"sample {number}.pdf",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        media_type="application/pdf",
        open=lambda: io.BytesIO(content),
    )
