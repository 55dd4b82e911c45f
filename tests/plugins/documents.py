"""What the mapping document of a pair has to keep: its own tests, its examples, and the form of such documents."""

from __future__ import annotations

import jsonschema
from ruamel.yaml import YAML

from bridgework.mapping import check_examples, load_mapping, mapping_schema
from bridgework.model import TransformContext

from .practice import CUTOVER, Practice


class MappingDocument:
    """Tests of a pair's document; a pair subclasses it. `untested` are rules that nothing can go wrong in."""

    untested: frozenset[str] = frozenset()

    def test_every_test_of_the_mapping_passes(self, practice: Practice) -> None:
        failed = [each for each in practice.results if not each.passed]
        assert [f"{each.number} {each.rule} {each.about}: {each.problems}" for each in failed] == []

    def test_every_rule_with_a_target_is_tested(self, practice: Practice) -> None:
        mapping = load_mapping([("mapping.yaml", practice.pair.mapping())])
        targets = {name for name, rule in mapping.file.rules.items() if rule.to}
        assert targets - self.untested == {each.rule for each in practice.results} & targets

    def test_examples_of_the_pairs_transforms_come_out_as_written(self, practice: Practice) -> None:
        context = TransformContext(row={}, currency="USD", time_zone="America/Denver", cutover=CUTOVER)
        assert check_examples(practice.pair.transforms(), context) == []

    def test_the_document_follows_the_schema_for_editors(self, practice: Practice) -> None:
        document = YAML(typ="safe").load(practice.pair.mapping())
        checker = jsonschema.Draft202012Validator(mapping_schema())
        assert [f"{list(error.path)}: {error.message[:200]}" for error in checker.iter_errors(document)] == []
