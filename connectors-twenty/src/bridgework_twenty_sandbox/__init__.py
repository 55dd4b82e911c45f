"""A strict simulator of a Twenty CRM workspace, for rehearsals and tests. Independent of the connector on purpose."""

from bridgework_twenty_sandbox.options import Options
from bridgework_twenty_sandbox.sandbox import TwentySandbox

__all__ = ["Options", "TwentySandbox"]
