#!/usr/bin/env python3
"""Tables of the runs of grid.sh. Usage: grid_tables.py FOLDER

Prints, for each problem, one table of mean regrets in percent, the least of a row in bold; writes regrets.csv (all losses,
mean and deviation), and in series/ what compare draws: the regrets at 1,000 instances and noise 0.5 against the degree.
"""
import csv
import json
import pathlib
import re
import sys

SHOWN = ["mse", "spo-plus", "pfyl", "dpo", "rfy", "mcmc", "cave-plus", "nid", "dbb", "imle-regret", "aimle", "nce",
         "cmap-costs", "ltr-listwise"]


def cells(folder):
    """Every run that is finished: problem, instances, noise, degree, loss, mean, deviation, regrets of the seeds."""
    for path in sorted(folder.glob("*/summary.json")):
        name = re.fullmatch(r"(path|knapsack)_n(\d+)_noise([\d.]+)_degree(\d+)(?:_dbb)?", path.parent.name)
        summary = json.loads(path.read_text())
        if not name or not summary["finished"]:
            continue
        problem, train, noise, degree = name[1], int(name[2]), float(name[3]), int(name[4])
        for row in summary["table"]:
            regrets = [r["losses"][row["loss"]]["regret"][-1] for r in summary["repetitions"]]
            yield problem, train, noise, degree, row["loss"], row["regret"], row["regret_deviation"], regrets


def main():
    folder = pathlib.Path(sys.argv[1])
    means = {}
    with open(folder / "regrets.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["problem", "train", "noise", "degree", "loss", "regret", "deviation"])
        for problem, train, noise, degree, loss, mean, deviation, regrets in cells(folder):
            table.writerow([problem, train, noise, degree, loss, f"{mean:.6f}", f"{deviation:.6f}"])
            means.setdefault((problem, train, noise, degree), {})[loss] = mean
            if train != 1000 or noise != 0.5:
                continue
            for seed, regret in enumerate(regrets):
                series = folder / "series" / f"{problem}-{loss}-{degree}-{seed}"
                series.mkdir(parents=True, exist_ok=True)
                (series / "config.json").write_text(json.dumps({"degree": degree}))
                (series / "metrics.csv").write_text(f"epoch,regret\n1,{100 * regret}\n")
    for problem in ("path", "knapsack"):
        print(f"\n### {problem}\n\n| instances | noise | degree | " + " | ".join(SHOWN) + " |")
        print("|--:" * (3 + len(SHOWN)) + "|")
        for (of, train, noise, degree), row in sorted(means.items()):
            if of != problem:
                continue
            least = min(row[loss] for loss in SHOWN if loss in row)
            shown = [f"**{100 * row[x]:.2f}**" if row[x] == least else f"{100 * row[x]:.2f}" for x in SHOWN if x in row]
            print(f"| {train} | {noise:g} | {degree} | " + " | ".join(shown) + " |")


main()
