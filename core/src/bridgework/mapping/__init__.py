"""Mappings: documents people can read, checked against the source, and run over the staged rows."""

from bridgework.mapping.accounting import FieldAccount
from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.compiler import compile_mapping
from bridgework.mapping.decisions import Decisions
from bridgework.mapping.document import Disposition, FieldSpec, MappingFile, MappingTest, Rule
from bridgework.mapping.loading import Mapping, load_mapping, mapping_schema
from bridgework.mapping.outcome import (
    Disposed,
    Mapped,
    MappedFile,
    Outcome,
    Skipped,
    SourceRow,
    body_hash,
    canonical,
    content_hash,
)
from bridgework.mapping.plan import Plan, SensitiveField
from bridgework.mapping.proposals import propose
from bridgework.mapping.proposing import propose_mapping
from bridgework.mapping.rehearsal import MemoryStaging, TestResult, check_examples, run_mapping_tests
from bridgework.mapping.settings import Lengths, MappingSettings
from bridgework.mapping.transforms import TRANSFORMS
from bridgework.mapping.values import NUMBER_TYPES, comparable, decimal_of

__all__ = [
    "NUMBER_TYPES",
    "TRANSFORMS",
    "CompiledField",
    "CompiledRule",
    "Decisions",
    "Disposed",
    "Disposition",
    "FieldAccount",
    "FieldSpec",
    "Lengths",
    "Mapped",
    "MappedFile",
    "Mapping",
    "MappingFile",
    "MappingSettings",
    "MappingTest",
    "MemoryStaging",
    "Outcome",
    "Plan",
    "Rule",
    "SensitiveField",
    "Skipped",
    "SourceRow",
    "TestResult",
    "body_hash",
    "canonical",
    "check_examples",
    "comparable",
    "compile_mapping",
    "content_hash",
    "decimal_of",
    "load_mapping",
    "mapping_schema",
    "propose",
    "propose_mapping",
    "run_mapping_tests",
]
