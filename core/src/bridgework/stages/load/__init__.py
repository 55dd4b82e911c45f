"""Loading: decide, resolve, send, settle."""

from bridgework.stages.load.jobs import WAITING
from bridgework.stages.load.loader import Loader
from bridgework.stages.load.matching import Matcher
from bridgework.stages.load.resolving import FieldBook, Resolver, Unresolved
from bridgework.stages.load.settling import settle_doubt

__all__ = ["WAITING", "FieldBook", "Loader", "Matcher", "Resolver", "Unresolved", "settle_doubt"]
