"""Answers after which nothing more is sent: to whom the operator has to turn, and what was surely not done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bridgework.client.answers import Answer
from bridgework.client.verdicts import Meaning
from bridgework.errors import AccessDenied, BridgeworkError, NotSent, StopRun


def unsent(error: BaseException | None) -> tuple[int, ...]:
    """The operations that an error of `send` proves were not carried out; they may be sent again under new intents."""
    while error is not None:
        if isinstance(error, NotSent):
            return error.operations
        error = error.__cause__
    return ()


def denied(host: str) -> BridgeworkError:
    """401."""
    return AccessDenied(f"{host} does not accept the token (401).", next_step="Set a valid token, then run again.")


def not_granted(host: str, status: int, body: object, *, renews: bool) -> BridgeworkError:
    """A token endpoint says no (RFC 6749, 5.2): who has to do what depends on the error it names."""
    error = body.get("error") if isinstance(body, dict) else None
    if renews and error != "invalid_client":
        return AccessDenied(
            f"{host} does not renew the sign-in ({status}): the refresh token was revoked or has run out.",
            next_step="Let a user of the account consent again, set the new refresh token, then run again.",
        )
    return AccessDenied(
        f"{host} does not accept the app that signs in ({status}).",
        next_step="Set the app's valid credentials, then run again.",
    )


def closed(host: str) -> BridgeworkError:
    """402."""
    return StopRun(
        f"The account at {host} is closed or unpaid (402).",
        cause="account_closed",
        next_step="Have the owner of the account settle it, then run the same command again.",
    )


def blocked(host: str) -> BridgeworkError:
    """403 with a web page, or after a 429."""
    return StopRun(
        f"A guard in front of {host} blocks us (403).",
        cause="blocked",
        next_step="Check that nothing else uses the same token, wait some minutes, then run the same command again.",
    )


def untrusted(host: str) -> BridgeworkError:
    """A certificate that cannot be verified; nothing was sent."""
    return StopRun(
        f"The certificate of {host} is not trusted, so nothing was sent there.",
        cause="untrusted",
        next_step="check destination.base_url and the network; the verification cannot be switched off",
    )


def refused_read(host: str, answer: Answer) -> BridgeworkError:
    """A read that was refused, and that nobody expected to be."""
    if answer.status == 403:
        return AccessDenied(
            f"{host} does not let this token read something that is needed ({answer.error_text}).",
            next_step="Give the user of the token the missing right.",
        )
    return StopRun(
        f"{host} refused a read ({answer.error_text}).",
        cause="read_refused",
        next_step="check destination.base_url, then run the same command again",
    )


def interrupted() -> BridgeworkError:
    """The operator wants the run to end."""
    return StopRun("The run was interrupted.", cause="interrupted", next_step="Run the same command again.")


def stopped(sentence: str) -> Callable[[str], BridgeworkError]:
    """What the connector recognised as the end."""
    return lambda _: StopRun(sentence, cause="throttled", next_step="Run the same command again later.")


HALTING: Mapping[Meaning, Callable[[str], BridgeworkError]] = {
    Meaning.DENIED: denied,
    Meaning.CLOSED: closed,
    Meaning.BLOCKED: blocked,
}
