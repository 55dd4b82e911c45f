"""The two token buckets of a workspace."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridgework_twenty_sandbox.answers import over_limit


@dataclass
class Bucket:
    """Starts full. Refill is rounded down, and an accepted call throws the rest away (reference, section 9)."""

    tokens: int
    window_ms: int
    left: int
    last_ms: int

    def take(self, now_ms: int) -> None:
        """Raises Refused when the bucket is empty."""
        refill = (now_ms - self.last_ms) * self.tokens // self.window_ms
        left = min(self.left + refill, self.tokens)
        if left < 1:
            raise over_limit(self.tokens, self.window_ms)
        self.left, self.last_ms = left - 1, now_ms


class Limits:
    """Every core operation of a key costs one token of each bucket; metadata costs nothing."""

    def __init__(self, per_minute: int, lifted: bool, now_ms: int) -> None:
        self.lifted = lifted
        self.buckets = [Bucket(100, 1000, 100, now_ms), Bucket(per_minute, 60_000, per_minute, now_ms)]

    def take(self, now_ms: int) -> None:
        if not self.lifted:
            for bucket in self.buckets:
                bucket.take(now_ms)

    def use_up(self) -> None:
        """Another program of the workspace takes what is left of the minute."""
        self.buckets[-1].left = 0

    def dump(self, now_ms: int) -> list[Mapping[str, int]]:
        """Ages instead of instants, so that the next start can go on from them."""
        return [{"left": bucket.left, "age_ms": now_ms - bucket.last_ms} for bucket in self.buckets]

    def restore(self, kept: list[Mapping[str, int]], now_ms: int) -> None:
        for bucket, values in zip(self.buckets, kept, strict=True):
            bucket.left, bucket.last_ms = min(values["left"], bucket.tokens), now_ms - values["age_ms"]
