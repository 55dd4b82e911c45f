"""What a card becomes."""

from bridgework import hookimpl

MAPPING = """
rules:
  members:
    from: cards
    to: member
    fields:
      name: {text: "{first} {last}", required: true}
      owner: {owner: {constant: ""}}
      Joined: {from: joined, type: date}
    drop:
      keeper: the roster keeps its own keepers
tests:
  - {rule: members, given: {card: "1", first: Ana, last: Ruiz}, expect: {name: Ana Ruiz}}
"""


class CardFileRoster:
    """Cards to members."""

    source = "cardfile"
    destination = "roster"
    requires = ()

    @hookimpl
    def mapping(self) -> str:
        """The mapping document."""
        return MAPPING
