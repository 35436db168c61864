"""``python -m indexer`` is ``essays``."""

import sys

from indexer.cli import main

sys.exit(main())
