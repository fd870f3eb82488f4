"""Small types that the parts of the index share."""

from mmap import mmap

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Positions = NDArray[np.int64]

# (position of the passage, score) pairs, best first.
Ranking = tuple[tuple[int, float], ...]

# What a file of a build holds: mapped where it comes from the disk.
Buffer = bytes | mmap
