"""Essays for the tests of the web app: the seeds, and a few that are hard on pages."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.config import load
from indexer.library import Library
from webapp.app import create_app

SEEDS = Path(__file__).parent.parent / "seeds"

LETTERS = "\n\n".join(
    f"## Letter {n}\n\nThe {n}th letter speaks of rivers, and of the monks who cross river {n}. "
    "Whoever keeps letters keeps rivers, as one of them says."
    for n in range(1, 31)
)

# By path below the folder.
ESSAYS: Mapping[str, str] = {
    "politics/on_rights.md": (
        "---\ntitle: On Rights\nauthor: [Mary Roe, John Doe]\ndate: 2019-03-01\nlang: en\n---\n\n"
        "# Of Human Rights\n\nHuman rights belong to whoever is human, said the monk; "
        "no protest is needed to have them, only to keep them.\n\n"
        "## Of Protest\n\n> A protest is a question asked aloud.\n\n"
        "- march\n- petition\n- silence\n\n```\nif rights: keep(rights)\n```\n"
    ),
    "politics/europe/droits.md": (
        "---\ntitle: Des droits\nauthor: Mary Roe\ndate: 2021\nlang: fr\n---\n\n"
        "# Café et liberté\n\nLes droits de l’homme ne se donnent pas, ils se prennent, "
        "disait-on dans un café de Paris.\n"
    ),
    "politics/europe/rechte.md": (
        "---\ntitle: Über Rechte\nauthor: Jörg Müller\ndate: 2021-06\nlang: de\n---\n\n"
        "Die Rechte des Menschen beginnen dort, wo die Straße endet, und der Mönch weiß es.\n"
    ),
    "east/yuan.md": (
        "---\ntitle: 全文检索\nauthor: 王小明\ndate: 2020-01-05\nlang: zh\n---\n\n"
        "全文检索是一种将文件中所有文本与检索项匹配的方法。人权属于每一个人。\n"
    ),
    "east/haqq.md": (
        "---\ntitle: في الحقوق\nlang: ar\n---\n\nحقوق الإنسان لكل إنسان، ولا يُسأل عنها أحد.\n"
    ),
    "letters/many.md": (
        f"---\ntitle: Thirty Letters\nauthor: Ann Poe\ndate: 1999-12-31\n---\n\n{LETTERS}\n"
    ),
    "hostile/<b>&'\".md": (
        "---\ntitle: '<script>alert(1)</script> & \"quotes\"'\n"
        "author: '<img src=x onerror=alert(2)>'\ndate: 2018\nlang: en\n---\n\n"
        "# <iframe src='javascript:alert(3)'></iframe>`<u>` of hostile things\n\n"
        'Whoever writes `<script>alert(4)</script>` or &lt;b&gt; or \\"onmouseover=\\"alert(5) in '
        "an essay shall find hostile letters shown as letters.\n"
    ),
}


def write_essays(folder: Path) -> Path:
    """Writes the essays of the tests below a folder, and gives it back."""
    shutil.copytree(SEEDS, folder / "seeds")
    for path, text in ESSAYS.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


@cache
def index_of_essays() -> str:
    """An index of them, made once for a test run."""
    place = Path(mkdtemp(prefix="essays-webstand-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    location = str(place / "index")
    with Library.open(location, load({"index": location}, {}), create=True) as library:
        report = library.index([write_essays(place / "essays")], jobs=1)
    assert not report.skipped
    return location


def an_app(**wishes: object) -> Flask:
    """The web app over them; ``wishes`` are settings. Unless wished for, no rate limit."""
    settings = load({"index": index_of_essays(), "web_rate_limit": 0, **wishes}, {})
    app = create_app(settings)
    app.testing = True
    # Errors reach the app's own handlers, as they do when it serves.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def a_client(**wishes: object) -> FlaskClient:
    """A client of that app."""
    return an_app(**wishes).test_client()


def forbid(patch: pytest.MonkeyPatch) -> None:
    """Makes all that reads essays fail, but for the question whether they have changed."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the library was asked")

    for name in ("search", "suggest", "browse", "show", "read", "essays", "status"):
        patch.setattr(Library, name, fail)
