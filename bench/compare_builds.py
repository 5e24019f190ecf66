#!/usr/bin/env python3
"""Training steps of two builds on this machine, by turns, as a Markdown table: medians over rounds, their ratio, and that
of the fastest rounds.

For instance what the package, which is made for any machine, takes beside a build that is made for this one:

    cmake --preset package -DCOTAPE_BUILD_APPS=ON -DCOTAPE_BUILD_BENCH=ON
    cmake --build --preset package --target bench_steps --target cotape-x86-64-v3 --target cotape-x86-64-v4
    bench/compare_builds.py build/release build/package

Usage: compare_builds.py FIRST SECOND [--rounds N] [--seconds S] [--threads N]      the folders of the builds
"""
import argparse
import json
import pathlib
import statistics
import subprocess

STEPS = ["dvae", "dvae-table", "combresnet-12", "combresnet-30", "pure-conv-12", "globe", "latent-trees", "classify",
         "classify-fy", "retrieval", "lstm", "gpt", "cnn"]


def median_seconds(build, step, steps, args):
    """The median of so many steps of a process."""
    command = [build / "bin" / "bench_steps", step, "--steps", str(steps), "--threads", str(args.threads)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return statistics.median(json.loads(output.splitlines()[-1])["seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs=2, type=pathlib.Path, metavar="BUILD")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="that a process times, about")
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    first, second = args.builds
    print(f"| step | {first.name}, ms | {second.name}, ms | ratio | of the fastest rounds |\n|---|--:|--:|--:|--:|")
    for step in STEPS:
        seconds = {first: [], second: []}
        steps = max(5, round(args.seconds / median_seconds(first, step, 5, args)))
        for number in range(args.rounds):
            for build in (first, second) if number % 2 == 0 else (second, first):
                seconds[build].append(median_seconds(build, step, steps, args))
        a, b = (statistics.median(seconds[build]) for build in (first, second))
        best = min(seconds[second]) / min(seconds[first])
        print(f"| {step} | {1e3 * a:.2f} | {1e3 * b:.2f} | {b / a:.3f} | {best:.3f} |", flush=True)


if __name__ == "__main__":
    main()
