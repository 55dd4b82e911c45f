"""What every file source needs: safe access to a folder or zip, strict NDJSON, forgiving CSV, typed values.

A connector opens its export with `Archive`, reads rows with `read_ndjson` or `CsvTable`, and turns cells into canonical
values with the readers of `bridgework.files.values`. Everything streams; nothing outside is trusted.
"""

from bridgework.files.archive import Archive, digest
from bridgework.files.csvtable import CsvRow, CsvTable, Footer
from bridgework.files.encoding import Encoding, damaged, detect_encoding, without_nul
from bridgework.files.names import safe_name
from bridgework.files.ndjson import LONGEST_LINE, JsonRow, canonical, parse_json, read_ndjson
from bridgework.files.values import (
    Century,
    DateOrder,
    Unreadable,
    is_blank,
    read_boolean,
    read_date,
    read_decimal,
    read_instant,
    read_integer,
    read_local_instant,
    read_money,
    read_time,
)
from bridgework.files.zipped import Limits

__all__ = [
    "LONGEST_LINE",
    "Archive",
    "Century",
    "CsvRow",
    "CsvTable",
    "DateOrder",
    "Encoding",
    "Footer",
    "JsonRow",
    "Limits",
    "Unreadable",
    "canonical",
    "damaged",
    "detect_encoding",
    "digest",
    "is_blank",
    "parse_json",
    "read_boolean",
    "read_date",
    "read_decimal",
    "read_instant",
    "read_integer",
    "read_local_instant",
    "read_money",
    "read_ndjson",
    "read_time",
    "safe_name",
    "without_nul",
]
