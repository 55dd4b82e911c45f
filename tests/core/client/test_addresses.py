import pytest

from bridgework.client.addresses import Origin
from bridgework.errors import SettingsError, StopRun

HOSTS = ("*.pipedrive.com",)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://clinic.pipedrive.com",
        "file:///etc/passwd",
        "ftp://clinic.pipedrive.com",
        "https://169.254.169.254/latest",
        "https://user:secret@clinic.pipedrive.com",
        "https://@clinic.pipedrive.com",
        "https://clinic.pipedrive.com.",
        "https://clinic.pipedrive.com.evil.test",
        "https://evilpipedrive.com",
        "https://pipedrive.com@evil.test",
        "https://clinic.pipedrivе.com",  # the last e is Cyrillic
        "https://xn--pipedriv-dbg.com",
        "https://clinic.pipedrive.com\\.evil.test",
        "https://clinic.pipedrive.com?x=1",
        "https://clinic.pipedrive.com/#x",
        "https://clinic.pipedrive.com:99999",
        "https://[::1",
        "https://",
        "clinic.pipedrive.com",
        "",
        "https://clinic.pipedrive.com\r\nx: y",
    ],
)
def test_a_base_url_that_is_not_plainly_the_service_is_refused(base_url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Origin(base_url, HOSTS)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "base_url", ["https://169.254.169.254", "https://0.0.0.0", "https://2852039166", "https://xn--e1awd7f.com"]
)
def test_even_without_a_list_of_hosts_addresses_inside_a_cloud_and_look_alikes_are_refused(base_url: str) -> None:
    with pytest.raises(SettingsError):
        Origin(base_url)


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "https://127.0.0.1"]
)
def test_a_loopback_address_may_be_http_and_needs_no_listed_host(base_url: str) -> None:
    assert Origin(base_url, HOSTS).loopback


def test_an_http_address_of_another_machine_is_taken_where_a_person_accepted_it() -> None:
    with pytest.raises(SettingsError, match="loopback addresses only"):
        Origin("http://crm-server:3000")
    assert Origin("http://crm-server:3000", plain_http=True).readable
    assert Origin("http://crm_server:3000/api", plain_http=True).url("/x")[0] == "http://crm_server:3000/api/x"
    for unread in ("https://crm-server", "http://127.0.0.1:3000"):
        assert not Origin(unread, plain_http=True).readable
    with pytest.raises(SettingsError):
        Origin("http://169.254.169.254", plain_http=True)


def test_paths_are_joined_below_the_base_url() -> None:
    origin = Origin("https://Org.crm.example.com/api/data/v9.2/")
    assert origin.url("/contacts") == ("https://org.crm.example.com/api/data/v9.2/contacts", "/contacts")
    assert origin.url("contacts?$top=1") == ("https://org.crm.example.com/api/data/v9.2/contacts?$top=1", "/contacts")


def test_an_absolute_link_of_the_same_origin_is_followed_and_charged_by_its_path_below_the_base_url() -> None:
    origin = Origin("https://org.example.com/api")
    link = "https://org.example.com:443/api/contacts?$skiptoken=a%20b#top"
    assert origin.url(link) == ("https://org.example.com/api/contacts?$skiptoken=a%20b", "/contacts")


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/api/contacts",
        "http://org.example.com/api/contacts",
        "https://org.example.com:8443/api/contacts",
        "https://user@org.example.com/api/contacts",
        "https://org.example.com@evil.test/",
        "//evil.test/api",
        "https://org.example.com\\@evil.test/",
        "/contacts/../../admin",
        "/contacts/%2e%2E/admin",
        "/contacts\r\nHost: evil.test",
        "/contacts/ü",
        "/con tacts",
        "https://[::1",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    with pytest.raises(StopRun) as refused:
        Origin("https://org.example.com/api").url(link)
    assert refused.value.cause == "foreign_link"
    assert "evil" not in str(refused.value)


def test_a_link_inside_a_parameter_is_no_link() -> None:
    url, below = Origin("https://org.example.com").url("/hooks?target=https://elsewhere.example.com/x")
    assert url == "https://org.example.com/hooks?target=https://elsewhere.example.com/x"
    assert below == "/hooks"
