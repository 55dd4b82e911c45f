"""Field types on the wire."""

from typing import Any

import pytest

from .practice import Practice, refusal

PHONE = {"primaryPhoneNumber": "", "primaryPhoneCountryCode": "", "primaryPhoneCallingCode": "", "additionalPhones": []}
LINK = {"primaryLinkLabel": "", "primaryLinkUrl": "", "secondaryLinks": []}


def refused(practice: Practice, plural: str, code: str | None = None, **values: Any) -> str:
    return refusal(practice.rest("POST", plural, values), code=code)


def test_addresses_are_lower_cased_and_unique_as_such(practice: Practice) -> None:
    """Behaviour 19."""
    person = practice.make("people", emails={"primaryEmail": "Ana.RUIZ@X.example", "additionalEmails": ["B@X.example"]})
    assert person["emails"] == {"primaryEmail": "ana.ruiz@x.example", "additionalEmails": ["b@x.example"]}
    assert "duplicate" in refused(practice, "people", emails={"primaryEmail": "ANA.ruiz@x.example"})
    practice.make("people", emails={"primaryEmail": "b@x.example"})
    for _ in range(2):
        assert practice.make("people", emails={"primaryEmail": ""})["emails"]["primaryEmail"] == ""
    for wrong in ("no", "a b@x.example", " a@x.example", "a@"):
        told = refused(practice, "people", emails={"primaryEmail": wrong})
        assert told == f"Invalid string value '{wrong}' for email field \"emails.primaryEmail\""
    assert practice.count("people", "emails.primaryEmail[eq]:ANA.RUIZ@x.example") == 0


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("HTTPS://WWW.Acme.EXAMPLE/Path/", "https://www.acme.example/Path"),
        ("acme.example", "acme.example"),
        ("ACME.example/", "ACME.example/"),
        ("http://Acme.example:8080/a?b=C#d", "http://acme.example:8080/a?b=C#d"),
        ("https://acme.example:443/", "https://acme.example"),
        ("localhost", "localhost"),
    ],
)
def test_urls_are_normalised_and_bare_domains_are_not(practice: Practice, sent: str, read: str) -> None:
    """Behaviour 20."""
    assert practice.make("companies", domainName={"primaryLinkUrl": sent})["domainName"]["primaryLinkUrl"] == read
    assert "duplicate" in refused(practice, "companies", domainName={"primaryLinkUrl": read})


@pytest.mark.parametrize("wrong", ["ftp://x.example", "exa mple.com", "https://", "http://[", "//x.example", "a:b"])
def test_what_is_no_url_is_refused(practice: Practice, wrong: str) -> None:
    told = refused(practice, "companies", "INVALID_URL", domainName={"primaryLinkUrl": wrong})
    assert told == "The URL of the link is not valid"


@pytest.mark.parametrize(
    ("sent", "country", "calling", "read"),
    [
        ("+34 612 34 56 78", "", "", ("612345678", "ES", "+34")),
        ("612345678", "ES", "", ("612345678", "ES", "+34")),
        ("(555) 123-4567", "", "+1", ("5551234567", "", "+1")),
        ("+1 212 555 0100 ext. 12", "", "", ("2125550100", "US", "+1")),
        ("+1 (800) FLOWERS", "", "", ("800", "", "+1")),
        ("abc", "", "", "INVALID_PHONE_NUMBER"),
        ("612345678", "", "", "INVALID_PHONE_NUMBER"),
        ("612345678", "ZZ", "", "INVALID_PHONE_COUNTRY_CODE"),
        ("612345678", "", "+9999", "INVALID_PHONE_CALLING_CODE"),
        ("612345678", "ES", "+1", "CONFLICTING_PHONE_CALLING_CODE_AND_COUNTRY_CODE"),
        ("+34 612345678", "US", "", "CONFLICTING_PHONE_COUNTRY_CODE"),
        ("+34 612345678", "", "+1", "CONFLICTING_PHONE_CALLING_CODE"),
    ],
)
def test_telephone_numbers_are_parsed_and_extensions_are_lost(
    practice: Practice, sent: str, country: str, calling: str, read: Any
) -> None:
    """Behaviour 21."""
    phones = {"primaryPhoneNumber": sent, "primaryPhoneCountryCode": country, "primaryPhoneCallingCode": calling}
    if isinstance(read, str):
        refused(practice, "people", read, phones=phones)
    else:
        stored = practice.make("people", phones=phones)["phones"]
        assert tuple(stored.values())[:3] == read


def test_one_bad_additional_number_fails_the_record(practice: Practice) -> None:
    phones = {"primaryPhoneNumber": "+1 212 555 0100", "additionalPhones": [{"number": "bad"}]}
    refused(practice, "people", "INVALID_PHONE_NUMBER", phones=phones)


def test_partial_updates_of_composites_destroy_in_ways_of_their_own(practice: Practice) -> None:
    """Behaviour 22."""
    full = {
        "name": {"firstName": "A", "lastName": "B"},
        "emails": {"primaryEmail": "a@x.example", "additionalEmails": ["b@x.example"]},
        "phones": {"primaryPhoneNumber": "+34 612345678", "additionalPhones": [{"number": "+34 699999999"}]},
        "linkedinLink": {
            "primaryLinkUrl": "https://a.example",
            "primaryLinkLabel": "a",
            "secondaryLinks": [{"url": "https://b.example", "label": "b"}],
        },
    }
    person = practice.make("people", **full)
    untouched = practice.change("people", person["id"], name=None, emails=None, phones=None, linkedinLink=None)
    assert {name: untouched[name] for name in full} == {name: person[name] for name in full}
    assert practice.change("people", person["id"], name={"lastName": "C"})["name"] == {
        "firstName": "A",
        "lastName": "C",
    }
    emails = practice.change("people", person["id"], emails={"primaryEmail": "c@x.example"})["emails"]
    assert emails == {"primaryEmail": "c@x.example", "additionalEmails": ["b@x.example"]}
    emails = practice.change("people", person["id"], emails={"additionalEmails": []})["emails"]
    assert emails == {"primaryEmail": "", "additionalEmails": []}
    phones = practice.change("people", person["id"], phones={"additionalPhones": []})["phones"]
    assert (phones["primaryPhoneNumber"], phones["additionalPhones"]) == ("612345678", [])
    practice.change("people", person["id"], phones={"additionalPhones": [{"number": "+34 699999999"}]})
    assert (
        practice.change("people", person["id"], phones={"primaryPhoneNumber": ""})["phones"]["additionalPhones"] == []
    )
    link = practice.change("people", person["id"], linkedinLink={"primaryLinkUrl": "https://c.example"})["linkedinLink"]
    assert link == {**LINK, "primaryLinkUrl": "https://c.example"}
    assert practice.change("people", person["id"], linkedinLink={"primaryLinkLabel": "x"})["linkedinLink"] == LINK
    company = practice.make("companies", address={"addressCity": "A", "addressLat": "1.5"})
    changed = practice.change("companies", company["id"], address={"addressState": "S"})["address"]
    assert (changed["addressCity"], changed["addressState"], changed["addressLat"]) == ("A", "S", 1.5)


def test_an_empty_primary_link_is_filled_by_the_first_secondary_one(practice: Practice) -> None:
    links = [{"url": "https://b.example", "label": "b"}, {"url": "https://c.example", "label": "c"}]
    made = practice.make("companies", domainName={"secondaryLinks": links})["domainName"]
    assert made == {"primaryLinkLabel": "b", "primaryLinkUrl": "https://b.example", "secondaryLinks": links[1:]}


@pytest.mark.parametrize(
    ("sent", "read"),
    [(5_000_000, 5_000_000), ("12500000", 12_500_000), ("123.5", 123), (1.5, 1), (-2.5, -2), (None, None)],
)
def test_amounts_are_cut_to_whole_micros_and_codes_are_free(practice: Practice, sent: Any, read: Any) -> None:
    """Behaviour 23."""
    made = practice.make("opportunities", amount={"amountMicros": sent, "currencyCode": "zzz"})
    assert made["amount"] == {"amountMicros": read, "currencyCode": "zzz"}
    assert "NaN" in refused(practice, "opportunities", amount={"amountMicros": "abc"})


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2024-01-01T10:00:00+02:00", "2024-01-01T08:00:00.000Z"),
        ("2024-01-01 10:00", "2024-01-01T10:00:00.000Z"),
        ("2024-01-01", "2024-01-01T00:00:00.000Z"),
        ("03/02/2025", "2025-03-02T00:00:00.000Z"),
        ("2024-01-01T10:00:00.123456Z", "2024-01-01T10:00:00.123Z"),
        ("29/02/2024", None),
        ("2023-02-30", None),
        ("1704103200000", None),
        (1704103200000, None),
        ("", None),
        ("tomorrow", None),
    ],
)
def test_instants_are_taken_in_several_forms(practice: Practice, sent: Any, read: str | None) -> None:
    """Behaviour 24."""
    if read is None:
        assert "Expected format: 'YYYY-MM-DDTHH:mm:ssZ'" in refused(practice, "opportunities", closeDate=sent)
    else:
        assert practice.make("opportunities", closeDate=sent)["closeDate"] == read


def test_options_are_checked_and_the_valid_ones_named(practice: Practice) -> None:
    """Behaviour 25."""
    valid = "Valid values are: NEW, SCREENING, MEETING, PROPOSAL, CUSTOMER"
    assert refused(practice, "opportunities", stage="new") == f'Invalid value "new" for field "stage". {valid}'
    assert "not-null constraint" in refused(practice, "opportunities", stage=None)
    assert practice.make("opportunities")["stage"] == "NEW"
    assert practice.make("tasks", status=None)["status"] is None
    visit = practice.object("visit", "visits")["id"]
    options = [{"label": "A", "value": "A", "color": "red", "position": 0}]
    practice.field(visit, "MULTI_SELECT", "several", options=options)
    practice.field(visit, "RATING", "stars")
    assert practice.make("visits", several="A")["several"] == ["A"]
    assert practice.make("visits")["several"] == []
    assert refused(practice, "visits", several=["B"]) == "Invalid value [ 'B' ] for multi select field \"several\""
    assert "RATING_1, RATING_2" in refused(practice, "visits", stars="RATING_6")


def test_empty_text_is_null_and_reads_empty(practice: Practice) -> None:
    """Behaviour 26."""
    ids = [practice.make("people", jobTitle=text)["id"] for text in ("", None, " ")]
    read = [practice.get("people", each)["jobTitle"] for each in ids]
    assert read == ["", "", " "]
    chosen = f"id[in]:[{','.join(ids)}]"
    assert practice.count("people", f"and({chosen},jobTitle[is]:NULL)") == 2
    assert refused(practice, "people", jobTitle=5) == 'Invalid string value 5 for text field "jobTitle"'


def test_markdown_stays_verbatim_and_blocks_are_made_up(practice: Practice) -> None:
    """Behaviour 27."""
    text = "# Head\n\na <b>bold</b> & *x*\nline two\n"
    notes = [practice.make("notes", bodyV2={"markdown": text})["bodyV2"] for _ in range(2)]
    assert [note["markdown"] for note in notes] == [text, text]
    assert notes[0]["blocknote"] != notes[1]["blocknote"]
    blocks = '[{"type":"paragraph","content":[{"type":"text","text":"hi","styles":{"bold":true}}]}]'
    assert practice.make("notes", bodyV2={"blocknote": blocks})["bodyV2"]["markdown"] == "**hi**\n"
    assert refused(practice, "notes", body="old") == 'Object note doesn\'t have any "body" field.'
    assert "must contain valid JSON" in refused(practice, "notes", bodyV2={"blocknote": "x"})
    null = practice.rest("POST", "notes", {"bodyV2": None}).json()
    assert null["error"] == "TypeError"
    link = blocks.replace('"type":"text"', '"type":"link","href":"javascript:1"')
    assert "Dangerous URL" in refused(practice, "notes", bodyV2={"blocknote": link})


def test_relations_are_written_by_column_or_by_a_unique_field(practice: Practice) -> None:
    """Behaviour 28."""
    company = practice.make("companies", domainName={"primaryLinkUrl": "https://co.example"})["id"]
    where = {"domainName": {"primaryLinkUrl": "https://co.example"}}
    assert practice.make("people", companyId=company)["companyId"] == company
    connected = practice.make("people", company={"connect": {"where": where}})
    assert connected["companyId"] == company
    assert practice.change("people", connected["id"], company={"disconnect": True})["companyId"] is None
    lost = {"domainName": {"primaryLinkUrl": "https://none.example"}}
    assert refused(practice, "people", company={"connect": {"where": lost}}) == (
        "Expected 1 record to connect to company, but found 0 for domainNamePrimaryLinkUrl = https://none.example"
    )
    assert "requires connect or disconnect" in refused(practice, "people", company=company)
    assert "cannot be both provided" in refused(
        practice, "people", companyId=company, company={"connect": {"where": where}}
    )
    unknown = refused(practice, "people", companyId="00000000-0000-4000-8000-000000000000")
    assert unknown.startswith('insert or update on table "person" violates foreign key constraint "FK_')
    assert refused(practice, "people", companyId="x") == "Invalid UUID value 'x' for field \"companyId\""
    assert "does not support write operations" in refused(practice, "people", noteTargets=[])
    practice.rest("DELETE", f"companies/{company}", soft_delete="true")
    assert practice.make("people", companyId=company)["companyId"] == company
