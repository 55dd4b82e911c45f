"""The HTTP client of connectors and engine: budgets, retries of reads, writes that are sent once, strict answers.

A connector gets an `ApiClient` and reads `Answer`; `retry_after` helps it to explain a throttle. The engine makes the
client, over a `Ledger` and a `BudgetStore`, both of which the journal is.
"""

from bridgework.client.answers import Answer
from bridgework.client.api import ApiClient
from bridgework.client.budgets import Allowance, Budgets, BudgetStore, MemoryBudgetStore
from bridgework.client.counts import Counts
from bridgework.client.halts import unsent
from bridgework.client.permits import Ledger
from bridgework.client.retry_after import retry_after

__all__ = [
    "Allowance",
    "Answer",
    "ApiClient",
    "BudgetStore",
    "Budgets",
    "Counts",
    "Ledger",
    "MemoryBudgetStore",
    "retry_after",
    "unsent",
]
