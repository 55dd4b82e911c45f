"""The pair Sensei Cloud to Pipedrive."""

from bridgework_sensei_pipedrive.pair import SenseiPipedrive

__all__ = ["SenseiPipedrive"]
