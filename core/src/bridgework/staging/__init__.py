"""The frozen extract and the images of destination records (records.db)."""

from bridgework.staging.images import Image, ImageKind, Images
from bridgework.staging.inventory import FieldProfile
from bridgework.staging.overlay import OverlayResult
from bridgework.staging.records import Records
from bridgework.staging.rows import Row
from bridgework.staging.staging import ChildCursor, Staging
from bridgework.staging.writer import Frozen, StagingWriter

__all__ = [
    "ChildCursor",
    "FieldProfile",
    "Frozen",
    "Image",
    "ImageKind",
    "Images",
    "OverlayResult",
    "Records",
    "Row",
    "Staging",
    "StagingWriter",
]
