"""Sealed files: AES-256-GCM in chunks, so that a file of any size is written and opened as a stream (see `FORMAT`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import IO, Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridgework.errors import BadInput

FORMAT: Final = """\
    line 1     BRIDGEWORK-ARCHIVE-1
    line 2     {"object": …, "migration": …, "salt": 64 hex digits, "prefix": 14 hex digits, "chunk": 65536}
    the rest   chunks: each the ciphertext of up to `chunk` bytes followed by a tag of 16 bytes

The file's key is HKDF-SHA256 of the archive key (salt as above, info "bridgework archive", 32 bytes). The nonce of
chunk n (from 0) is the prefix, n as 4 bytes big-endian, and one byte that is 1 for the last chunk and 0 for the others:
chunks cannot be left out, swapped, or cut off at the end unseen. Lines 1 and 2 with their line ends are the additional
data of every chunk."""
MAGIC: Final = b"BRIDGEWORK-ARCHIVE-1\n"
CHUNK: Final = 65_536
TAG: Final = 16
_LONGEST_HEADER: Final = 4_096


class Sealer:
    """Seals what is written to it. `plain_sha256` and `plain_size` describe the content before sealing."""

    def __init__(self, write: Callable[[bytes], None], key: bytes, *, object_name: str, migration: str) -> None:
        salt, self._prefix = secrets.token_bytes(32), secrets.token_bytes(7)
        facts = {
            "object": object_name,
            "migration": migration,
            "salt": salt.hex(),
            "prefix": self._prefix.hex(),
            "chunk": CHUNK,
        }
        self._head = MAGIC + orjson.dumps(facts) + b"\n"
        self._cipher = AESGCM(_file_key(key, salt))
        self._write = write
        self._waiting = bytearray()
        self._number = 0
        self._plain = sha256()
        self.plain_size = 0
        write(self._head)

    @property
    def plain_sha256(self) -> str:
        """SHA-256 of everything written so far."""
        return self._plain.hexdigest()

    def write(self, content: bytes) -> None:
        """Append content."""
        self._plain.update(content)
        self.plain_size += len(content)
        self._waiting += content
        while len(self._waiting) > CHUNK:  # the last chunk stays, so that it can be marked as such
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def close(self) -> None:
        """Seal the last chunk."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), content, self._head))
        self._number += 1


def opened(stream: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The content of a sealed file, piece by piece. Every piece is proved before it is given out.

    BadInput: another key, or a file that was changed, cut short or is none of ours.
    """
    head, facts = _header(stream)
    prefix, size = bytes.fromhex(facts["prefix"]), int(facts["chunk"]) + TAG
    cipher = AESGCM(_file_key(key, bytes.fromhex(facts["salt"])))
    number, chunk = 0, stream.read(size)
    while True:
        following = stream.read(size)
        try:
            yield cipher.decrypt(_nonce(prefix, number, not following), chunk, head)
        except InvalidTag:
            raise BadInput(
                "The archive does not open: it is damaged, or sealed with another key.",
                next_step="check the file against manifest.json, and the key",
            ) from None
        if not following:
            return
        number, chunk = number + 1, following


def _header(stream: IO[bytes]) -> tuple[bytes, dict[str, Any]]:
    magic, line = stream.readline(_LONGEST_HEADER), stream.readline(_LONGEST_HEADER)
    try:
        facts = orjson.loads(line)
        well = magic == MAGIC and 0 < int(facts["chunk"]) <= 1 << 24 and len(bytes.fromhex(facts["prefix"])) == 7
        bytes.fromhex(facts["salt"])
    except (ValueError, KeyError, TypeError):
        well = False
    if not well:
        raise BadInput("This is no archive of Bridgework.", next_step="name a file of package/archive")
    return magic + line, facts


def _file_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"bridgework archive").derive(key)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")
