"""What every simulator shares: a clock that can run faster, scripted faults, control endpoints, serving.

A connector's simulator implements :class:`Sandbox` and registers under the entry-point group ``bridgework.sandboxes``.
"""

from bridgework.sandbox.clock import SimulatedClock
from bridgework.sandbox.contract import CANNED, Canned, CommandRefused, Sandbox
from bridgework.sandbox.faults import Fault, FaultKind, FaultPlan, Match
from bridgework.sandbox.serving import Announcement, Running, running, serve
from bridgework.sandbox.statefile import StateFile

__all__ = [
    "CANNED",
    "Announcement",
    "Canned",
    "CommandRefused",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "Match",
    "Running",
    "Sandbox",
    "SimulatedClock",
    "StateFile",
    "running",
    "serve",
]
