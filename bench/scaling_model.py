#!/usr/bin/env python3
"""A model, not a measurement, of how a training step in shards scales over processes (nn/train/shards.h), as Markdown.

    T(P) = C/P + U + 2 (1 - 1/P) M/b + E log2(P) l

C  seconds that one process takes for the forward and backward passes of all shards
U  seconds that every process takes by itself: clipping and the update
M  bytes of what is added up: gradients, averaged buffers, counts
b  bytes a second of the network, each way
l  seconds of one exchange of nothing
E  exchanges on the longest way, for each doubling of P: 2 for gradients, 2 for metrics, 2 for the word whether to
   stop, and 2 where the rule learns

C, U and M are measured (docs/performance.md says how); b and l are the network's. The batch stays as it is: more
processes have fewer shards each. Not in the model: shards that take longer than others, the evaluation, which process 0
does alone, reading the data, and batches that are too small to fill the processor.

Usage: scaling_model.py NAME --compute SECONDS --update SECONDS --megabytes M [--latency SECONDS] [--learns] [--processes P]
"""
import argparse
import math
import sys

GBITS = (10, 100)


def step_seconds(processes, compute, update, message, bandwidth, latency, exchanges):
    doublings = math.log2(processes)
    return (compute / processes + update + 2 * (1 - 1 / processes) * message / bandwidth
            + exchanges * doublings * latency)


def table(args):
    exchanges = 8 if args.learns else 6
    lines = ["| %s, modelled | " % args.name + " | ".join(
        "%d Gbit/s: ms a step | times one process" % gbit for gbit in GBITS) + " |",
             "|--:|" + "--:|" * (2 * len(GBITS))]
    processes = 1
    while processes <= args.processes:
        cells = []
        for gbit in GBITS:
            def seconds(p):
                return step_seconds(p, args.compute, args.update, args.megabytes * 1e6, gbit * 1e9 / 8, args.latency,
                                    exchanges)
            cells += ["%.3g" % (1e3 * seconds(processes)), "%.3g" % (seconds(1) / seconds(processes))]
        lines.append("| %d | " % processes + " | ".join(cells) + " |")
        processes *= 2
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--compute", type=float, required=True)
    parser.add_argument("--update", type=float, required=True)
    parser.add_argument("--megabytes", type=float, required=True)
    parser.add_argument("--latency", type=float, default=20e-6)
    parser.add_argument("--learns", action="store_true")
    parser.add_argument("--processes", type=int, default=64)
    args = parser.parse_args()
    if min(args.compute, args.update, args.megabytes, args.latency) < 0 or args.compute == 0 or args.processes < 1:
        sys.exit("scaling_model.py: times and sizes must not be negative, nor --compute 0, nor --processes below 1")
    print(table(args))


if __name__ == "__main__":
    main()
