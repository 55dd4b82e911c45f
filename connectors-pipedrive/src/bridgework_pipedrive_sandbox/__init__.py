"""A simulator of Pipedrive, for rehearsals and tests. Independent of the connector on purpose."""

from bridgework_pipedrive_sandbox.options import Options
from bridgework_pipedrive_sandbox.sandbox import PipedriveSandbox

__all__ = ["Options", "PipedriveSandbox"]
