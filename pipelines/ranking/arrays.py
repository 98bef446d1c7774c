"""Names the types of the ranking's arrays, and sums over trailing months."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers; NaN says that there is none."""
Counts = NDArray[np.int16]
"""Numbers of months, or of pairs of months: at most a few dozen."""
Flags = NDArray[np.bool_]

Number = TypeVar("Number", np.float64, np.int16)


def trailing_sum(values: NDArray[Number], months: int) -> NDArray[Number]:
    """Return for every column the sum of it and of the `months - 1` columns before it.

    Only adds, so that nothing cancels: the sum of a month depends on its own window alone, and a window of zeros
    gives exactly 0. For numbers of one sign the relative error is below `months` times 2**-53.
    """
    total = values.copy()
    for lag in range(1, months):
        total[..., lag:] += values[..., :-lag]
    return total
