"""The modules of a plain search, loaded without what the import system does around each.

To look for a module, to describe it and to lock it takes Python as long as to run it. A process of
one search knows which it needs, so that their bytecode is run from where Python keeps it, each
module after those that it imports. Whatever is not there or not up to date is left to the import
statement that asks for it.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

# What reports failures, and all else that a search of plain words loads; each module after those
# that it imports.
GUARD = "light_records records errors terminal output failures".split()
SEARCH = """
searching expressions config model engines.base folding weights nearness ranking deadline plan
query keeping languages splitting terms paths query_terms planning library engines.whoosh_fields
engines.whoosh_arrays plain_json engines.whoosh_manifest engines.whoosh_lengths analysis
engines.whoosh_location light_messages engines.whoosh_entries engines.whoosh_segment
engines.whoosh_reader matching rows engines.whoosh_evaluation engines.tiers engines.whoosh_scoring
engines.whoosh_matches engines.whoosh_engine beginnings locating marks sentences snippets results
query_lexer query_writer query_parser common_words rendering
""".split()

# Bytes before the code in a file of bytecode: the version of Python's that it is for, how it is
# checked (0 by the next two), time and size of its source.
_HEADER = 16
# Bytes that a file of bytecode has at most, to be read here.
_MOST = 1 << 16


def preload(names: Sequence[str]) -> None:
    """Loads those modules of the package that have bytecode beside them."""
    # Then it lies elsewhere, or somebody wants to see what is imported.
    if sys.flags.optimize or sys.pycache_prefix or "importtime" in sys._xoptions:
        return
    loaded, kind = sys.modules, type(sys)
    for short in names:
        name = f"indexer.{short}"
        if name in loaded:
            continue
        above, _, last = name.rpartition(".")
        if above not in loaded:
            __import__(above)
        package = loaded[above]
        folder = package.__path__[0]
        source = f"{folder}/{last}.py"
        kept = f"{folder}/__pycache__/{last}.{sys.implementation.cache_tag}.pyc"
        code = _bytecode(source, kept)
        if code is None:
            continue
        module = kind(name)
        module.__package__, module.__file__ = above, source
        loaded[name] = module
        try:
            exec(code, vars(module))
        except BaseException:
            del loaded[name]
            raise
        setattr(package, last, module)


def _bytecode(source: str, kept: str) -> CodeType | None:
    """The code of a module, if it is that of its source as it is."""
    try:
        file = os.open(kept, os.O_RDONLY)
        try:
            data = os.read(file, _MOST)
        finally:
            os.close(file)
        found = os.stat(source)
    except OSError:
        return None
    checks = (0, int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)
    header = MAGIC_NUMBER + b"".join(number.to_bytes(4, "little") for number in checks)
    if len(data) == _MOST or data[:_HEADER] != header:
        return None
    code: CodeType = marshal.loads(memoryview(data)[_HEADER:])
    return code
