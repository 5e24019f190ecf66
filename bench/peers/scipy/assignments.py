"""Times SciPy's linear_sum_assignment on the instances that `bench_solvers --save FOLDER` has left.

Usage: assignments.py FOLDER [REPEATS]     prints lines of JSON, as bench_solvers does
"""

import json
import pathlib
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment


def fastest(costs, answer, repeats):
    """Microseconds of the fastest of all repeats. Costs are in double, as SciPy wants them."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        rows, columns = linear_sum_assignment(costs)
        times.append(time.perf_counter_ns() - start)
    cost = costs[rows, columns].sum()
    if not abs(cost - answer) <= 1e-5 * abs(answer):
        sys.exit(f"scipy: an assignment costs {cost}, not {answer}")
    return min(times) / 1000


def main(folder, repeats=5):
    for path in sorted(pathlib.Path(folder).glob("assignment_*.answers.npy")):
        problem, size, kind = path.name.removesuffix(".answers.npy").split("_")
        answers = np.load(path)
        costs = np.load(path.with_name(path.name.replace(".answers", ""))).astype(np.float64)
        times = [fastest(c, a, int(repeats)) for c, a in zip(costs, answers)]
        print(json.dumps({"bench": "solvers", "problem": problem, "size": size, "kind": kind, "engine": "scipy",
                          "instances": len(times), "median_us": float(np.median(times)),
                          "percentile99_us": float(np.percentile(times, 99))}))


main(*sys.argv[1:])
