#!/usr/bin/env bash
# Predicts then optimises on the benchmark's real prices, where the shared file stands beside the project; else it is
# skipped. Usage: decide_prices.sh FOLDER_OF_THE_PROGRAMS
shared=$(realpath -m "$(dirname "${BASH_SOURCE[0]}")/../../../shared/data/predopt_knapsack")
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" decide "$@"
if [[ ! -d $shared ]]; then
  echo "skipped: $shared is not there"
  exit 77
fi
succeed --problems prices60,prices120,prices180 --losses mse,spo-plus,dbb --as-published --data "$shared" --seeds 1 --out prices
regret() { awk -F, -v p="$1" -v l="$2" '$1 == p && $2 == l { print $4 }' prices/table.csv; }
expect prices/config.json training_epochs=35 batch=128
# The less fits, the more it costs to be wrong about what is dear.
for loss in mse dbb; do
  check "$(regret prices60 $loss) > $(regret prices120 $loss) && $(regret prices120 $loss) > $(regret prices180 $loss)" \
    "regret of $loss at three capacities"
done
check "$(regret prices60 mse) < 0.25 && $(regret prices180 mse) < 0.06" "regret of mse"
for problem in prices60 prices120; do
  check "$(regret $problem spo-plus) < $(regret $problem mse) && $(regret $problem dbb) < $(regret $problem mse)" \
    "regrets at $problem"
done
echo "decide_prices: all good"
