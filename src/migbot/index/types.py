"""Small types that the parts of the index share."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# (position of the passage, score) pairs, best first.
Ranking = tuple[tuple[int, float], ...]
