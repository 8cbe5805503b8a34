import shlex
import sys
from pathlib import Path

import pytest

from recordings.errors import UnsupportedError
from recordings.formats.optional import need


def test_a_missing_reader_comes_with_a_command_that_installs_it_where_this_python_looks() -> None:
    with pytest.raises(UnsupportedError) as caught:
        need("no_such_reader", "Odd files", path=Path("a.odd"))
    assert f"{shlex.quote(sys.executable)} -m pip install no_such_reader" in str(caught.value)
    assert '".[formats]"' in str(caught.value)
    assert caught.value.extra == "formats"
