"""``python -m indexer`` is ``essays``."""

from indexer.command import run

if __name__ == "__main__":
    run()
