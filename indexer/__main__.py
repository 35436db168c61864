"""``python -m indexer`` is ``essays``."""

import sys

from indexer.command import main

sys.exit(main())
