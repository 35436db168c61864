"""The location of an index on a cluster is taken apart, and what is wrong with it is told
without its password."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings, without_credentials
from indexer.engines.opensearch_address import Address, is_address, parse_address
from indexer.errors import LocationError


def refused(location: str) -> str:
    with pytest.raises(LocationError) as caught:
        parse_address(location)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.__cause__ is None
    return message


def test_an_address_has_hosts_and_a_name() -> None:
    address = parse_address("opensearch+http://one:9201,two:9202/essays")
    assert address.hosts == ("one:9201", "two:9202")
    assert address.name == "essays"
    assert not address.secure
    assert (address.user, address.password) == (None, None)


def test_https_is_secure_and_the_port_is_9200_unless_told() -> None:
    address = parse_address("opensearch+https://search.example.org/essays")
    assert address.secure
    assert address.hosts == ("search.example.org:9200",)


def test_hosts_and_scheme_may_be_in_capitals_and_a_slash_at_the_end_is_no_name() -> None:
    address = parse_address("OpenSearch+HTTPS://Node-1.Example.org:9201/essays/")
    assert address.shown() == "opensearch+https://node-1.example.org:9201/essays"


def test_ipv6_is_in_brackets() -> None:
    address = parse_address("opensearch+http://[::1],[2001:DB8::0:1]:9201,10.0.0.1/essays")
    assert address.hosts == ("[::1]:9200", "[2001:db8::1]:9201", "10.0.0.1:9200")


def test_a_host_named_twice_is_one_host() -> None:
    assert parse_address("opensearch+http://one,ONE:9200/essays").hosts == ("one:9200",)


def test_user_and_password_are_percent_encoded_and_stand_once_before_all_hosts() -> None:
    address = parse_address("opensearch+https://re%40der:s%3Ae%2Fc%40r%25t%C3%BC@one,two/essays")
    assert (address.user, address.password) == ("re@der", "s:e/c@r%tü")
    assert address.hosts == ("one:9200", "two:9200")


def test_a_user_without_a_password_leaves_it_to_the_settings() -> None:
    address = parse_address("opensearch+https://reader@one/essays")
    assert (address.user, address.password) == ("reader", None)


def test_what_is_shown_tells_neither_user_nor_password() -> None:
    address = parse_address("opensearch+https://reader:secret@one,two:9201/essays")
    assert address.shown() == "opensearch+https://one:9200,two:9201/essays"
    assert repr(address) == "Address('opensearch+https://one:9200,two:9201/essays')"
    assert "secret" not in f"{address} {[address]!r}"


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"))).filter(bool),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
)
def test_any_user_and_password_can_be_told(user: str, password: str) -> None:
    user = user.replace(":", "") or "u"
    location = f"opensearch+http://{quote(user, safe='')}:{quote(password, safe='')}@one/essays"
    assert parse_address(location) == Address(
        hosts=("one:9200",), secure=False, user=user, password=password, name="essays"
    )


@pytest.mark.parametrize("name", ["essays", "a", "2024-essays_of.mine", "x" * 150])
def test_names_that_the_cluster_takes_are_taken(name: str) -> None:
    assert parse_address(f"opensearch+http://one/{name}").name == name


@pytest.mark.parametrize(
    "name", ["Essays", "_essays", "-essays", "+essays", ".essays", "a b", "a,b", "a*", "ü", "a?b=c"]
)
def test_names_that_the_cluster_refuses_are_refused(name: str) -> None:
    assert "can't be the name of an index" in refused(f"opensearch+http://one/{name}")


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("opensearch://one/essays", "write opensearch+http://HOST:PORT/NAME"),
        ("opensearch+ftp://one/essays", "write opensearch+http://HOST:PORT/NAME"),
        ("opensearch+http://one", "the name of the index is missing"),
        ("opensearch+http://one/", "the name of the index is missing"),
        ("opensearch+http:///essays", "is not HOST:PORT"),
        ("opensearch+http://one,,two/essays", "is not HOST:PORT"),
        ("opensearch+http://one two/essays", "is not HOST:PORT"),
        ("opensearch+http://::1/essays", "is not HOST:PORT"),
        ("opensearch+http://one:x/essays", "is not HOST:PORT"),
        ("opensearch+http://one:0/essays", "0 is no port"),
        ("opensearch+http://one:65536/essays", "65536 is no port"),
        ("opensearch+http://[::g]/essays", "is not HOST:PORT"),
        ("opensearch+http://[1::2::3]/essays", "[1::2::3] is no IPv6 address"),
        ("opensearch+http://one/essays/more", "can't be the name of an index"),
        ("opensearch+http://one/essays-state", "-state, which is taken"),
        (f"opensearch+http://one/{'x' * 151}", "longer than 150"),
    ],
)
def test_every_mistake_is_told(location: str, said: str) -> None:
    assert said in refused(location)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ("reader:se/cret@", "write / as %2F"),
        ("reader:se@cret@", "write @ as %40"),
        ("reader:secret%@", "write % as %25"),
        ("reader:secret%zz@", "write % as %25"),
        ("reader:secret%ff@", "must be UTF-8"),
        ("reader:secret%0a@", "control characters"),
        (":secret@", "no user before the @"),
        ("read%3Aer:secret@", "can't have a colon"),
        ("reader:secret@one,writer:secret@", "stand once"),
        # The @ and the host are forgotten.
        ("reader:secret,", "is not HOST:PORT"),
    ],
)
def test_a_mistake_in_user_or_password_is_told_without_them(credentials: str, said: str) -> None:
    message = refused(f"opensearch+https://{credentials}one/essays")
    assert said in message
    assert "cret" not in message
    assert "reader" not in message


def test_what_means_a_cluster_is_told_from_a_folder() -> None:
    assert is_address("opensearch+http://one/essays")
    assert is_address("OPENSEARCH://one/essays")
    assert not is_address("opensearch")
    assert not is_address("/srv/opensearch+http")
    assert not is_address("https://one/essays")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/srv/my@home/.essays", "/srv/my@home/.essays"),
        ("opensearch+http://one/essays", "opensearch+http://one/essays"),
        ("opensearch+http://reader:sec@ret@one/essays", "opensearch+http://one/essays"),
        ("opensearch+http://reader:sec/ret@one/essays", "opensearch+http://one/essays"),
    ],
)
def test_locations_are_shown_without_credentials(location: str, shown: str) -> None:
    assert without_credentials(location) == shown
    assert Settings(index=location).shown_index == shown
