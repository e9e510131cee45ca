"""The top of the graph: what a message means and what is answered.

Importing it holds NumPy's linear algebra to one thread, which works only before NumPy is imported: on a small
machine a second one costs more than it gives (28 against 15 ms of processor time a message), because it spins
while the dialogue worker wants the core.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
