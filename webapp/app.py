"""The application factory: settings to a WSGI application."""

from __future__ import annotations

from flask import Flask

from indexer.config import Settings
from webapp import (
    api,
    conditional,
    cors,
    feeds,
    mounting,
    operations,
    pages,
    params,
    problems,
    rate,
    reader,
    safety,
)
from webapp.libraries import Libraries


def create_app(settings: Settings) -> Flask:
    """The web app over the index that the settings name.

    The index need not be there yet: until it is, what needs it answers 503.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.extensions["essays.settings"] = settings
    app.extensions["essays.libraries"] = Libraries(settings)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # A path with "//" is not found instead of sent elsewhere.
    app.url_map.merge_slashes = False
    operations.install(app)
    safety.install(app)
    rate.install(app)
    problems.install(app)
    params.install(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(reader.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(feeds.blueprint)
    cors.install(app)
    # After all that may refuse a request.
    conditional.install(app)
    mounting.install(app)
    return app
