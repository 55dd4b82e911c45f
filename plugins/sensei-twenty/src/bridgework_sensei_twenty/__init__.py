"""The pair Sensei Cloud to Twenty CRM."""

from bridgework_sensei_twenty.pair import SenseiTwenty

__all__ = ["SenseiTwenty"]
