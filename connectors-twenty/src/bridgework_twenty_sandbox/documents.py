"""GraphQL documents: reading them, and choosing from values what was selected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    parse,
    value_from_ast_untyped,
)

from bridgework_twenty_sandbox.answers import Record, Refused, Reply

MOST_ROOTS = 20


@dataclass(frozen=True)
class Selected:
    """A field of a document: its name in the answer, its arguments, and what is selected of it."""

    name: str
    key: str
    arguments: Mapping[str, Any]
    fields: list["Selected"]
    line: int
    column: int

    def chosen(self, name: str) -> "Selected | None":
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class Operation:
    kind: str
    """query or mutation"""
    roots: list[Selected]


class Unanswerable(Exception):
    """The document gets this answer instead of being executed."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("the document cannot be executed")
        self.reply = reply


def errors(*listed: Record, **more: Any) -> Reply:
    return Reply({"errors": list(listed), **more})


def operation(body: Any) -> Operation:
    """The operation of a request body. Raises Unanswerable."""
    query = body.get("query") if isinstance(body, dict) else None
    variables = body.get("variables") if isinstance(body, dict) else None
    if not isinstance(query, str):
        # the real server was not seen to answer this at all
        raise Unanswerable(Reply({"errors": [{"message": "Must provide query string."}]}, 400))
    try:
        document = parse(query, no_location=False)
    except GraphQLError as error:
        places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
        raise Unanswerable(errors({"message": error.message, "locations": places})) from None
    except RecursionError:
        raise Unanswerable(errors({"message": "Syntax Error: Document is nested too deeply."})) from None
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    wanted = body.get("operationName")
    if wanted is not None:
        found = [node for node in found if node.name is not None and node.name.value == wanted]
    if len(found) != 1:
        text = "Error: Must provide operation name if query contains multiple operations."
        raise Unanswerable(Reply(None, 500, text.encode(), "text/plain; charset=utf-8"))
    fragments = {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    values = _defaults(found[0], variables if isinstance(variables, dict) else {})
    roots = list(_selected(found[0].selection_set, fragments, values, ()))
    return Operation(found[0].operation.value, roots)


def _defaults(node: OperationDefinitionNode, variables: Record) -> Record:
    values = dict(variables)
    for definition in node.variable_definitions or ():
        if definition.default_value is not None:
            values.setdefault(definition.variable.name.value, value_from_ast_untyped(definition.default_value))
    return values


def _selected(
    selection: SelectionSetNode | None,
    fragments: Mapping[str, SelectionSetNode],
    variables: Record,
    inside: tuple[str, ...],
) -> Iterator[Selected]:
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            arguments = {
                each.name.value: value
                for each in node.arguments or ()
                if (value := value_from_ast_untyped(each.value, variables)) is not Undefined
            }
            location = node.loc.source.get_location(node.loc.start) if node.loc else None
            yield Selected(
                node.name.value,
                node.alias.value if node.alias else node.name.value,
                arguments,
                list(_selected(node.selection_set, fragments, variables, inside)),
                location.line if location else 0,
                location.column if location else 0,
            )
        elif isinstance(node, InlineFragmentNode):
            yield from _selected(node.selection_set, fragments, variables, inside)
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in inside or name not in fragments:
                raise Unanswerable(errors({"message": f'Unknown fragment "{name}".'}))
            yield from _selected(fragments[name], fragments, variables, (*inside, name))


def cannot_query(kind: str, root: Selected) -> Record:
    return {
        "message": f'Cannot query field "{root.name}" on type "{kind.title()}".',
        "locations": [{"line": root.line, "column": root.column}],
    }


def check_roots(found: Operation) -> None:
    """At most 20 root fields, each of them once. Raises Unanswerable."""
    names = [root.name for root in found.roots]
    message = ""
    if len(names) > MOST_ROOTS:
        message = (
            f"Query too complex - Too many root resolvers requested: {len(names)} - "
            f"Maximum allowed root resolvers: {MOST_ROOTS}"
        )
    elif doubles := [name for place, name in enumerate(names) if name in names[:place]]:
        message = f'Duplicate root resolver: "{doubles[0]}"'
    if message:
        raise Unanswerable(errors({"message": message, "extensions": {"code": "BAD_USER_INPUT"}}, data={}))


def choose(value: Any, fields: list[Selected]) -> Any:
    """The selected parts of plain data. What does not exist reads null, without an error."""
    if isinstance(value, list):
        return [choose(each, fields) for each in value]
    if not isinstance(value, dict) or not fields:
        return value
    return {field.key: choose(value.get(field.name), field.fields) for field in fields}


def required(arguments: Mapping[str, Any], name: str, kind: type) -> Any:
    value = arguments.get(name)
    if not isinstance(value, kind):
        raise Refused(f'Argument "{name}" is required', sub_code="INVALID_ARGS_DATA")
    return value
