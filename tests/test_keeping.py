"""Answers that are kept and sent again until the index changes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.errors import SearchTimeout
from indexer.library import Library
from tests.webstand import forbid
from webapp.app import create_app
from webapp.keeping import KeptAnswer, KeptAnswers

ADDRESSES = [
    "/?q=rivers",
    "/essays",
    "/essays/one",
    "/help",
    "/api/v1/search?q=rivers",
    "/feed.atom?q=rivers",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an essay, indexed."""
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.md").write_text("# One\n\nOf rivers and of monks.\n")
    index(texts)
    return texts


def index(texts: Path) -> None:
    with Library.open(str(texts.parent / "index"), Settings(), create=True) as library:
        library.index([texts])


def client_of(texts: Path, **settings: object) -> FlaskClient:
    made = Settings(index=str(texts.parent / "index"), web_rate_limit=0, **settings)  # type: ignore[arg-type]
    return create_app(made).test_client()


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_was_answered_is_sent_again(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(folder)
    first = client.get(address)
    assert first.status_code == 200
    forbid(monkeypatch)
    again = client.get(address)
    assert again.data == first.data
    names = set(first.headers.keys()) - {"X-Request-ID"}
    assert {name: again.headers[name] for name in names} == {
        name: first.headers[name] for name in names
    }
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    head = client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == first.headers["Content-Type"]


def test_a_commit_ends_what_was_kept(folder: Path) -> None:
    client = client_of(folder)
    assert b"no monks" not in client.get("/?q=rivers").data
    (folder / "two.md").write_text("# Two\n\nOf rivers and no monks.\n")
    index(folder)
    assert b"no <mark>" not in client.get("/?q=rivers").data
    assert b"no monks" in client.get("/?q=rivers").data


def test_another_address_or_host_has_an_answer_of_its_own(folder: Path) -> None:
    client = client_of(folder)
    one = client.get("/feed.atom?q=rivers").data
    assert client.get("/feed.atom?q=monks").data != one
    other = client.get("/feed.atom?q=rivers", headers={"Host": "localhost:8000"}).data
    assert other != one
    assert b"localhost:8000" in other


def test_what_hangs_on_who_asks_is_not_kept(folder: Path) -> None:
    client = client_of(folder, web_cors_origins=("https://a.example", "https://b.example"))
    for origin in ("https://a.example", "https://b.example"):
        answer = client.get("/api/v1/search?q=rivers", headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/search?q=rivers").headers


def test_errors_are_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(folder)

    def slow(*args: object, **named: object) -> None:
        raise SearchTimeout("too slow")

    with monkeypatch.context() as patch:
        patch.setattr(Library, "search", slow)
        assert client.get("/?q=rivers").status_code == 503
    assert client.get("/?q=rivers").status_code == 200


def test_nothing_is_kept_where_that_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(folder, web_kept_bytes=0)
    assert client.get("/?q=rivers").status_code == 200
    forbid(monkeypatch)
    assert client.get("/?q=rivers").status_code == 500


def test_a_search_sent_again_is_counted_without_a_time(folder: Path) -> None:
    client = client_of(folder)
    for _ in range(3):
        client.get("/?q=rivers")
    told = client.get("/metrics").get_data(as_text=True)
    assert 'essays_searches_total{outcome="all"} 3.0' in told
    assert "essays_search_duration_seconds_count 1.0" in told


def answer(size: int) -> KeptAnswer:
    return KeptAnswer(b"x" * size, (), None)


def test_the_latest_used_stay_within_the_bytes() -> None:
    answers = KeptAnswers(10_000)
    for tag in "abc":
        answers.put(tag, answer(1_400))
    assert answers.get("a") is not None
    answers.put("d", answer(1_400))
    answers.put("e", answer(1_400))
    assert [tag for tag in "abcde" if answers.get(tag)] == ["a", "c", "d", "e"]
    answers.put("large", answer(1_501))
    assert answers.get("large") is None
    assert [tag for tag in "acde" if answers.get(tag)] == ["a", "c", "d", "e"]


def test_threads_share_what_is_kept() -> None:
    answers = KeptAnswers(50_000)

    def use(name: int) -> None:
        for number in range(500):
            tag = str((number * 7 + name) % 60)
            found = answers.get(tag)
            assert found is None or len(found.body) == 1_000 + int(tag)
            answers.put(tag, answer(1_000 + int(tag)))

    threads = [threading.Thread(target=use, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers.get(str(n)) is not None for n in range(60)) in range(20, 26)
