"""Refresh tokens that a service replaced: kept beside the keys of the migration, so that the next run can sign in.

The operator's reference goes on giving the token a chain began with. What replaced it is kept under its hash, so
somebody who sets another token is believed at once, and what was kept for the former one goes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from bridgework.model import Service
from bridgework.project import keep_logins, kept_logins

FIELD = "refresh_token"


class Logins:
    """The refresh tokens of one migration. Thread-safe."""

    def __init__(self, migration: str) -> None:
        self._migration = migration
        self._lock = threading.Lock()
        self._newest: dict[str, str] = {}

    def continued(self, service: Service) -> Service:
        """The service, signing in with the newest refresh token of its chain and keeping those that follow.

        StoreFailure: what was kept cannot be read.
        """
        sign_in = service.sign_in
        if sign_in is None or not (given := sign_in.form.get(FIELD)):
            return service
        began = sha256(given.encode()).hexdigest()
        newest = self._newest[began] = self.read().get(began, given)
        rotated = self._keeping(began, sign_in.rotated)
        return replace(service, sign_in=replace(sign_in, form={**sign_in.form, FIELD: newest}, rotated=rotated))

    def read(self) -> dict[str, str]:
        """What is kept: hash of the first token of a chain -> its newest."""
        return kept_logins(self._migration)

    def write(self, tokens: dict[str, str]) -> None:
        """Keep these and no others."""
        keep_logins(self._migration, tokens)

    def _keeping(self, began: str, told: Callable[[str], None] | None) -> Callable[[str], None]:
        def rotated(token: str) -> None:
            with self._lock:
                self._newest[began] = token
                self.write(dict(self._newest))
            if told is not None:
                told(token)

        return rotated


class MemoryLogins(Logins):
    """Kept as long as this object: for rehearsals that must leave nothing on the machine."""

    def __init__(self) -> None:
        super().__init__("")
        self._kept: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        return self._kept

    def write(self, tokens: dict[str, str]) -> None:
        self._kept = tokens
