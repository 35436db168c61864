"""Settings come from flags, environment and file, in that order, and say where they are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from indexer import config
from indexer.config import KEYS, Settings, load
from indexer.errors import SettingsError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(**how: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**how)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_without_any_wish_the_defaults_hold() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.index == ".essays"
    assert settings.max_query_length == 10_000
    assert settings.max_expansions == 1_000
    assert settings.search_seconds == 10.0
    assert settings.write_wait_seconds == 10.0
    assert settings.language is None
    assert settings.color == "auto"
    assert settings.jobs >= 1


def test_the_environment_is_the_processs_own_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ESSAYS_INDEX", "from-environment")
    assert load().index == "from-environment"


def test_flags_win_over_the_environment_and_that_over_the_file(folder: Path) -> None:
    (folder / "essays.toml").write_text('index = "file"\njobs = 3\nlanguage = "de"\n')
    environ = {"ESSAYS_INDEX": "environment", "ESSAYS_JOBS": "4"}
    settings = load({"index": "flag", "jobs": None}, environ)
    assert (settings.index, settings.jobs, settings.language) == ("flag", 4, "de")


def test_every_setting_can_be_made_in_the_file_and_in_the_environment(folder: Path) -> None:
    (folder / "essays.toml").write_text(
        'index = "elsewhere"\ncolor = "never"\nlanguage = "fr"\njobs = 2\n'
        "[search]\nmax_query_length = 5\nmax_expansions = 6\nseconds = 7\n"
        "[write]\nwait_seconds = 0.5\n"
        '[web]\nhost = "::1"\nport = 0\nworkers = 3\ntitle = "Letters"\nprefix = "/letters/"\n'
        'allowed_hosts = ["Essays.example.org", "*.test"]\nproxies = 1\nrate_limit = 0\n'
        'cors_origins = ["https://example.org"]\nmax_offset = 50\nkept_bytes = 0\n'
        "log_queries = true\n"
        "[opensearch]\nshards = 6\nreplicas = 0\nconnect_seconds = 1\nrequest_seconds = 9.5\n"
        'user = "reader"\npassword = " s3cret "\napi_key = "a2V5"\ncompress = true\n'
        'ca_certs = "ca.pem"\nverify_certs = false\n'
        'client_cert = "own.pem"\nclient_key = "own.key"\n'
    )
    by_file = load({}, {})
    assert by_file == Settings(
        index="elsewhere",
        color="never",
        language="fr",
        jobs=2,
        max_query_length=5,
        max_expansions=6,
        search_seconds=7.0,
        write_wait_seconds=0.5,
        web_host="::1",
        web_port=0,
        web_workers=3,
        web_title="Letters",
        web_prefix="/letters",
        web_allowed_hosts=("essays.example.org", "*.test"),
        web_proxies=1,
        web_rate_limit=0,
        web_cors_origins=("https://example.org",),
        web_max_offset=50,
        web_kept_bytes=0,
        web_log_queries=True,
        opensearch_shards=6,
        opensearch_replicas=0,
        opensearch_user="reader",
        opensearch_password=" s3cret ",
        opensearch_api_key="a2V5",
        opensearch_ca_certs="ca.pem",
        opensearch_verify_certs=False,
        opensearch_client_cert="own.pem",
        opensearch_client_key="own.key",
        opensearch_connect_seconds=1.0,
        opensearch_request_seconds=9.5,
        opensearch_compress=True,
    )
    (folder / "essays.toml").unlink()

    def written(value: object) -> str:
        return ", ".join(value) if isinstance(value, tuple) else str(value)

    by_environment = load({}, {key.variable: written(getattr(by_file, key.field)) for key in KEYS})
    assert by_environment == by_file


def test_every_field_has_one_key_and_every_key_a_field() -> None:
    assert [key.field for key in KEYS] == [field.name for field in fields(Settings)]
    assert len({key.path for key in KEYS}) == len({key.variable for key in KEYS}) == len(KEYS)


def test_an_empty_variable_is_not_set() -> None:
    assert load({}, {"ESSAYS_INDEX": "", "ESSAYS_CONFIG": ""}) == Settings()


def test_the_file_may_lie_elsewhere_and_its_folder_is_meant_from_there(folder: Path) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "my.toml").write_text('index = "idx"')
    settings = load({}, {"ESSAYS_CONFIG": "etc/my.toml"})
    assert settings.index == os.path.join("etc", "idx")


@pytest.mark.parametrize("location", ["/srv/idx", "opensearch+http://localhost:9200/essays"])
def test_a_whole_address_in_the_file_stays_as_it_is(folder: Path, location: str) -> None:
    (folder / "my.toml").write_text(f'index = "{location}"')
    assert load({}, {"ESSAYS_CONFIG": str(folder / "my.toml")}).index == location


def test_a_home_folder_in_the_file_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "essays.toml").write_text('index = "~/idx"')
    assert load({}, {}).index == str(folder / "idx")


def test_a_file_in_a_folder_above_is_not_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "essays.toml").write_text("jobs = 7")
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert load({}, {}) == Settings()


def test_a_misspelt_key_is_named_by_its_path_with_the_right_one(folder: Path) -> None:
    (folder / "essays.toml").write_text("[search]\nsecnds = 3")
    assert refused() == "essays.toml: search.secnds: unknown key; did you mean search.seconds?"


def test_an_unknown_key_is_named_with_those_there_are(folder: Path) -> None:
    (folder / "essays.toml").write_text("[zzz]\nqqq = 3")
    message = refused()
    assert message.startswith("essays.toml: zzz: unknown key; known are ")
    assert "write.wait_seconds" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("search = 3", "essays.toml: search: unknown key"),
        ("[search]\nseconds = 'fast'", "essays.toml: search.seconds: must be a number of seconds"),
        ("[search]\nseconds = 0", "essays.toml: search.seconds: must be a number of seconds"),
        ("[search]\nseconds = nan", "essays.toml: search.seconds: must be a number of seconds"),
        ("[search]\nseconds = inf", "essays.toml: search.seconds: must be a number of seconds"),
        ("[search]\nseconds = true", "essays.toml: search.seconds: must be a number of seconds"),
        ("[search]\nmax_expansions = 1.5", "essays.toml: search.max_expansions: must be a whole"),
        ("[search]\nmax_query_length = true", "essays.toml: search.max_query_length: must be a"),
        ('jobs = "4"', "essays.toml: jobs: must be a whole number from 1, not '4'"),
        ("jobs = -1", "essays.toml: jobs: must be a whole number from 1, not -1"),
        ("index = 1", "essays.toml: index: must be a folder or an index address, not 1"),
        ('index = " "', "essays.toml: index: must be a folder or an index address"),
        ('index = "a\\u0000b"', "essays.toml: index: must be a folder or an index address"),
        ('color = "pink"', "essays.toml: color: must be auto, always or never, not 'pink'"),
        ("color = []", "essays.toml: color: must be auto, always or never, not []"),
        ('language = "english"', "essays.toml: language: must be a language code such as en"),
        ("language = 5", "essays.toml: language: must be a language code such as en or de, not 5"),
        ("jobs = ", "essays.toml: not valid TOML: "),
        ("jobs = " + "[" * 50_000, "essays.toml: not valid TOML: "),
    ],
)
def test_a_wrong_value_is_named_by_file_and_path(folder: Path, text: str, message: str) -> None:
    (folder / "essays.toml").write_text(text)
    assert refused().startswith(message)


def test_a_long_wrong_value_is_shown_by_its_beginning(folder: Path) -> None:
    (folder / "essays.toml").write_text(f'color = "{"x" * 5000}"')
    assert len(refused()) < 150


def test_a_file_that_is_no_text_is_an_error(folder: Path) -> None:
    (folder / "essays.toml").write_bytes(b"\xff\xfe\x00")
    assert refused().startswith("essays.toml: not valid TOML: ")


def test_a_folder_in_the_files_place_is_an_error(folder: Path) -> None:
    (folder / "essays.toml").mkdir()
    assert refused() == "essays.toml: can't be read: Is a directory"


def test_a_file_that_was_asked_for_must_be_there() -> None:
    message = refused(environ={"ESSAYS_CONFIG": "gone.toml"})
    assert message == "gone.toml (from ESSAYS_CONFIG): can't be read: No such file or directory"


def test_a_link_to_nowhere_is_an_error(folder: Path) -> None:
    (folder / "essays.toml").symlink_to("gone")
    assert refused() == "essays.toml: can't be read: No such file or directory"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ESSAYS_JOBS", "many"),
        ("ESSAYS_JOBS", "9" * 5000),
        ("ESSAYS_JOBS", "0"),
        ("ESSAYS_SEARCH_SECONDS", "soon"),
        ("ESSAYS_SEARCH_SECONDS", "-1"),
        ("ESSAYS_WRITE_WAIT_SECONDS", "1e300"),
        ("ESSAYS_COLOR", "sometimes"),
        ("ESSAYS_LANGUAGE", "e"),
        ("ESSAYS_MAX_QUERY_LENGTH", "1.5"),
        ("ESSAYS_MAX_EXPANSIONS", " "),
        ("ESSAYS_INDEX", "  "),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    assert refused(environ={variable: value}).startswith(f"{variable}: must be ")


def test_a_wrong_flag_is_named_as_it_is_typed() -> None:
    assert refused(overrides={"search_seconds": "x"}).startswith("--search-seconds: must be ")


def test_an_unknown_flag_is_named() -> None:
    assert refused(overrides={"nonsense": 1}).startswith("nonsense: unknown setting; known are ")


@pytest.mark.parametrize("code", ["en", "EN", "en-GB", "en_US", "zh-Hant-TW"])
def test_a_language_loses_its_region(code: str) -> None:
    assert load({"language": code}, {}).language == code[:2].lower()


def test_the_cpus_are_counted_where_the_system_does_not_say_which_are_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert config.usable_cpus() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert Settings().jobs == 1


@given(st.dictionaries(st.sampled_from([key.variable for key in KEYS]), st.text(max_size=20)))
def test_no_environment_ends_in_anything_but_settings_or_their_error(
    environ: dict[str, str],
) -> None:
    blamed = None
    try:
        load({}, environ)
    except SettingsError as error:
        blamed = str(error).partition(":")[0]
    assert blamed is None or blamed in environ


@pytest.mark.parametrize(
    ("variable", "value", "must_be"),
    [
        ("ESSAYS_WEB_HOST", "a b", "an address"),
        ("ESSAYS_WEB_PORT", "65536", "a port"),
        ("ESSAYS_WEB_PORT", "http", "a port"),
        ("ESSAYS_WEB_WORKERS", "0", "from 1"),
        ("ESSAYS_WEB_TITLE", "two\nlines", "a line of text"),
        ("ESSAYS_WEB_ALLOWED_HOSTS", "http://x", "host names"),
        ("ESSAYS_WEB_PREFIX", "library", "a path"),
        ("ESSAYS_WEB_PREFIX", "/a//b", "a path"),
        ("ESSAYS_WEB_PROXIES", "-1", "from 0"),
        ("ESSAYS_WEB_CORS_ORIGINS", "example.org", "origins"),
        ("ESSAYS_WEB_LOG_QUERIES", "perhaps", "true or false"),
    ],
)
def test_a_setting_of_the_web_that_can_t_be_is_named(
    variable: str, value: str, must_be: str
) -> None:
    message = refused(environ={variable: value})
    assert message.startswith(f"{variable}: must be")
    assert must_be in message


@pytest.mark.parametrize(
    ("variable", "value", "must_be"),
    [
        ("ESSAYS_OPENSEARCH_SHARDS", "0", "from 1"),
        ("ESSAYS_OPENSEARCH_REPLICAS", "-1", "from 0"),
        ("ESSAYS_OPENSEARCH_USER", "a:b", "a name without a colon"),
        ("ESSAYS_OPENSEARCH_CA_CERTS", " ", "the path of a file"),
        ("ESSAYS_OPENSEARCH_VERIFY_CERTS", "never", "true or false"),
        ("ESSAYS_OPENSEARCH_CONNECT_SECONDS", "0", "a number of seconds"),
    ],
)
def test_a_setting_of_the_cluster_that_can_t_be_is_named(
    variable: str, value: str, must_be: str
) -> None:
    message = refused(environ={variable: value})
    assert message.startswith(f"{variable}: must be")
    assert must_be in message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ESSAYS_OPENSEARCH_PASSWORD", "s3cret\n"),
        ("ESSAYS_OPENSEARCH_API_KEY", "s3cret s3cret"),
        ("ESSAYS_OPENSEARCH_API_KEY", "s3crét"),
        ("ESSAYS_INDEX", "opensearch+http://own:s3cret@one/\0"),
    ],
)
def test_a_secret_that_can_t_be_is_not_shown(variable: str, value: str) -> None:
    message = refused(environ={variable: value})
    assert message.startswith(f"{variable}: must be ")
    assert "s3cr" not in message


def test_a_secret_of_the_wrong_type_is_not_shown(folder: Path) -> None:
    (folder / "essays.toml").write_text("[opensearch]\npassword = 736372\n")
    assert refused() == "essays.toml: opensearch.password: must be a line of text"


def test_certificates_named_in_the_file_lie_beside_it(folder: Path) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "my.toml").write_text('[opensearch]\nca_certs = "ca.pem"\n')
    settings = load({}, {"ESSAYS_CONFIG": "etc/my.toml"})
    assert settings.opensearch_ca_certs == os.path.join("etc", "ca.pem")
