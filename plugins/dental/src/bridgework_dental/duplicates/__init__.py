"""Records that are probably one person: blocking, scoring, clusters.

A pair is proposed when names and evidence together reach `THRESHOLD` points (`scoring`); only pairs that agree in at
least one block (`blocking`) are compared. Nothing is merged without a person's decision.
"""

from bridgework_dental.duplicates.clusters import Pair, duplicate_pairs
from bridgework_dental.duplicates.scoring import THRESHOLD, Likeness, likeness

__all__ = ["THRESHOLD", "Likeness", "Pair", "duplicate_pairs", "likeness"]
