"""deliver: the package the practice keeps, its archive, and the way back in writing."""

from bridgework.stages.deliver.opening import export_archive_key, open_archive
from bridgework.stages.deliver.stage import deliver

__all__ = ["deliver", "export_archive_key", "open_archive"]
