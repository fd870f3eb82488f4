"""What a file of the corpus is called wherever its name is stored or shown."""

import os
from pathlib import PurePath


def stored_path(relative: PurePath) -> str:
    r"""Return the name of a file by its path under the corpus folder, as text that is UTF-8.

    Forward slashes part folders. A byte that is no UTF-8 is written as an escape, such as `\xe9`,
    and a backslash of the name itself is doubled, so that no two files are called the same. The
    name is the same on every machine, whatever encoding it is set to.
    """
    plain = os.fsencode(relative.as_posix().replace("\\", "\\\\"))
    return plain.decode("utf-8", "backslashreplace")
