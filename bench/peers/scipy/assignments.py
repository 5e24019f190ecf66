"""Times SciPy's linear_sum_assignment on the instances that `bench_solvers --save FOLDER` has left.

Usage: assignments.py FOLDER [REPEATS]     prints lines of JSON, as bench_solvers does
"""

import json
import pathlib
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment


def fastest_times(costs, answers, repeats):
    """Microseconds of each instance's fastest repeat. Costs are in double, as SciPy wants them."""
    fastest = np.full(len(costs), np.inf)
    for _ in range(repeats):
        for i, instance in enumerate(costs):
            start = time.perf_counter_ns()
            rows, columns = linear_sum_assignment(instance)
            end = time.perf_counter_ns()
            fastest[i] = min(fastest[i], (end - start) / 1000)
            cost = instance[rows, columns].sum()
            if not abs(cost - answers[i]) <= 1e-5 * abs(answers[i]):
                sys.exit(f"scipy: instance {i} costs {cost}, not {answers[i]}")
    return fastest


def main(folder, repeats=5):
    for path in sorted(pathlib.Path(folder).glob("assignment_*.answers.npy")):
        problem, size, kind = path.name.removesuffix(".answers.npy").split("_")
        costs = np.load(path.with_name(path.name.replace(".answers", ""))).astype(np.float64)
        times = fastest_times(costs, np.load(path), int(repeats))
        print(json.dumps({"bench": "solvers", "problem": problem, "size": size, "kind": kind, "engine": "scipy",
                          "instances": len(times), "median_us": float(np.median(times)),
                          "percentile99_us": float(np.percentile(times, 99))}))


main(*sys.argv[1:])
