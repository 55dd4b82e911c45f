"""GraphQL on records: what it chooses, what it refuses, and its traps."""

from .practice import Practice


def test_fields_aliases_fragments_and_relations_are_chosen(practice: Practice) -> None:
    company = practice.make("companies", name="Co")["id"]
    person = practice.make("people", jobTitle="a", companyId=company)["id"]
    practice.make("noteTargets", targetPersonId=person)
    query = """
        query One($id: UUID!) {
          ana: person(filter: {id: {eq: $id}}) { ...Shown company { name people { edges { node { id } } totalCount } } }
        }
        fragment Shown on Person { title: jobTitle name { firstName } noteTargets { edges { node { id } } } __typename }
    """
    answer = practice.graphql(query, id=person)["data"]["ana"]
    assert (answer["title"], answer["name"], answer["__typename"]) == ("a", {"firstName": ""}, "Person")
    assert answer["company"] == {"name": "Co", "people": {"edges": [{"node": {"id": person}}], "totalCount": 1}}
    assert len(answer["noteTargets"]["edges"]) == 1


def test_pages_go_on_from_cursors_in_both_directions(practice: Practice) -> None:
    practice.batch("notes", *[{"title": str(number)} for number in range(5)])
    query = (
        "query($a:String,$b:String,$f:Int,$l:Int)"
        "{notes(first:$f,last:$l,after:$a,before:$b,orderBy:[{title:AscNullsFirst}])"
        "{edges{cursor node{title}}pageInfo{hasNextPage endCursor}}}"
    )
    first = practice.graphql(query, f=2)["data"]["notes"]
    assert first["pageInfo"] == {"hasNextPage": True, "endCursor": first["edges"][1]["cursor"]}
    second = practice.graphql(query, f=2, a=first["pageInfo"]["endCursor"])["data"]["notes"]
    assert [edge["node"]["title"] for edge in second["edges"]] == ["2", "3"]
    back = practice.graphql(query, l=1, b=second["edges"][0]["cursor"])["data"]["notes"]
    assert [edge["node"]["title"] for edge in back["edges"]] == ["1"]
    end = practice.graphql(query, l=2)["data"]["notes"]
    assert [edge["node"]["title"] for edge in end["edges"]] == ["3", "4"]


def test_errors_come_with_200_and_spare_the_other_root_fields(practice: Practice) -> None:
    query = 'mutation{createNote(data:{title:"a"}){title} createPerson(data:{jobTitle:5}){id}}'
    answer = practice.graphql(query)
    assert answer["data"] == {"createNote": {"title": "a"}, "createPerson": None}
    assert [error["extensions"]["subCode"] for error in answer["errors"]] == ["INVALID_ARGS_DATA"]


def test_a_selected_field_that_does_not_exist_reads_null(practice: Practice) -> None:
    assert practice.graphql("{people(first:1){edges{node{surprise}}}}") == {
        "data": {"people": {"edges": [{"node": {"surprise": None}}]}}
    }


def test_what_is_no_root_field_and_no_argument_is_refused(practice: Practice) -> None:
    unknown = practice.graphql("{people(first:1,surprise:2){totalCount}}")
    assert unknown["errors"][0]["message"] == 'Unknown argument "surprise" on field "Query.people".'
    assert "data" not in practice.graphql("mutation{people{totalCount}}")
    twice = practice.graphql("{a:people{totalCount} b:people{totalCount}}")
    assert twice["errors"][0]["message"] == 'Duplicate root resolver: "people"'


def test_lists_in_lists_are_too_complex_even_when_they_are_empty(practice: Practice) -> None:
    practice.make("people")
    nested = "{people{edges{node{noteTargets{edges{node{note{noteTargets{edges{node{id}}}}}}}}}}}"
    assert practice.graphql(nested)["errors"][0]["extensions"]["subCode"] == "TOO_COMPLEX_QUERY"


def test_an_operation_is_chosen_by_name(practice: Practice) -> None:
    text = "query A{people{totalCount}} query B{companies{totalCount}}"
    assert practice.http.post("/graphql", json={"query": text}).status_code == 500
    chosen = practice.http.post("/graphql", json={"query": text, "operationName": "B"}).json()
    assert chosen == {"data": {"companies": {"totalCount": 5}}}
