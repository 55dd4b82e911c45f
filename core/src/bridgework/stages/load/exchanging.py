"""Unique values that move from one record to another: which of the refused go together when they are asked again.

A value may be free once another record has let go of it. Where two exchange theirs, a connector can do that only with
both at hand: so those that wait for each other travel in one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridgework.stages.load.answers import Job


def together(jobs: Sequence[Job], holders: Mapping[str, str], size: int) -> Iterator[list[Job]]:
    """The jobs in groups of at most `size`; `holders` gives for the key of a job that of the record it waits for.

    More that hang together than a group holds are cut apart.
    """
    group: list[Job] = []
    for chain in _chains(jobs, holders):
        if group and len(group) + len(chain) > size:
            yield group
            group = []
        while len(chain) > size:
            yield chain[:size]
            chain = chain[size:]
        group += chain
    if group:
        yield group


def _chains(jobs: Sequence[Job], holders: Mapping[str, str]) -> Iterator[list[Job]]:
    """Those that wait for each other, directly or not."""
    left = {job.intent.key: job for job in jobs}
    takers: dict[str, list[str]] = {}
    for key, holder in holders.items():
        takers.setdefault(holder, []).append(key)
    while left:
        waiting = [next(iter(left))]
        chain = []
        while waiting:
            key = waiting.pop()
            if (job := left.pop(key, None)) is not None:
                chain.append(job)
                waiting += [*takers.get(key, ()), *filter(None, (holders.get(key),))]
        yield chain
