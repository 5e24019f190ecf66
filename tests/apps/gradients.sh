#!/usr/bin/env bash
# Runs a small study of gradient estimators: unbiased ones come close to the truth, biased ones do not, central is above
# forward; files, the same bytes for any number of threads, and what it says of bad options.
# Usage: gradients.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" gradients "$@"

# mean FILE COLUMN N K ESTIMATOR SAMPLES: over the problems
mean() {
  awk -F, -v column="$2" -v n="$3" -v k="$4" -v name="$5" -v samples="$6" '
    $1 == n && $2 == k && $3 == name && $5 == samples { sum += $column; ++count }
    END { if (!count) exit 1; print sum / count }' "$1"
}

# ---- What it finds ---------------------------------------------------------------------------------------------
subsets=(--subset-n 5 --subset-k 2)
seeds=8 many=20000
[[ ! $sanitized ]] || seeds=3 many=200
small=(--n 5 --seeds $seeds --sweep-seeds $seeds --sweep-samples 200 --lambdas 0.05,0.2,2 --warm-ups 10,100 --samples 1,100,$many)
succeed "${small[@]}" "${subsets[@]}" --out good
[[ $(grep -c '^n = 5, k = [12]  best lambda [0-9.]*, central [0-9.]*  cosine  ' out) -eq 2 && $(wc -l <out) -eq 2 ]] ||
  fail "not one line a problem"

if [[ ! $sanitized ]]; then
  # Estimators without bias have the truth for their limit: a wrong sign, scale or truth would show. Cosine ≥ 0.99 and
  # relative error ≤ 0.2 with 20,000 samples (typical: 0.999, 0.04).
  for k in 1 2; do
    for name in sfe-exact sfe-noise-loo sfe-noise-running perturbed-{gaussian,gumbel,laplace}{-loo,-unperturbed}; do
      check "$(mean good/gradients.csv 7 5 $k $name $many) > 0.99" "cosine of $name, k = $k"
      check "$(mean good/gradients.csv 8 5 $k $name $many) < 0.2" "error of $name, k = $k"
    done
    # The others point the right way.
    for name in straight-through aimle aimle-central imle imle-central imle-best imle-central-best; do
      check "$(mean good/gradients.csv 7 5 $k $name $many) > 0.5" "cosine of $name, k = $k"
    done
    check "$(mean good/gradients.csv 7 5 $k aimle-central $many) > 0.97" "cosine of aimle-central, k = $k"
    check "$(mean good/gradients.csv 8 5 $k aimle-central $many) < $(mean good/gradients.csv 8 5 $k aimle $many)" \
      "error of central and forward AIMLE, k = $k"
  done
fi
# Deterministic estimators do not depend on samples; differences of one sample are sparse, score functions are not.
for name in identity identity-standardized blackbox blackbox-best; do
  check "$(mean good/gradients.csv 7 5 1 $name 1) == $(mean good/gradients.csv 7 5 1 $name $many)" "cosine of $name"
done
check "$(mean good/gradients.csv 9 5 1 imle 1) >= 0.6" "zeros of imle"
check "$(mean good/gradients.csv 9 5 1 sfe-exact 1) == 0" "zeros of sfe-exact"

# The exact gradient by enumeration and by quadrature.
[[ $(grep -c '"quadrature_error": [0-9.]*e-\(0[6-9]\|1[0-9]\)' good/summary.json) -eq 2 ]] ||
  fail "quadrature: $(grep quadrature good/summary.json)"

# ---- What it leaves --------------------------------------------------------------------------------------------
[[ $(head -1 good/gradients.csv) == n,k,estimator,target,samples,problem,cosine,error,zeros ]] || fail "gradients.csv"
[[ $(head -1 good/sweep.csv) == n,k,estimator,lambda,warm_up,cosine,* ]] || fail "sweep.csv"
has_entries good/summary.json app seed seeds seconds problems.0.best_lambda problems.0.estimators.aimle.{samples,cosine,cosine_deviation}
expect good/config.json samples=1,100,$many lambdas=0.05,0.2,2 absolute_b=false
check_png good/{papers,distance,variants,others,perturbed,lambda,bias,warm_up}_{n5,n5_k2}.png
check_report good/report.html 16 0

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
threads=1 succeed "${small[@]}" "${subsets[@]}" --out one-thread
for file in gradients.csv sweep.csv papers_n5.png; do
  cmp "good/$file" "one-thread/$file" || fail "$file depends on the number of threads"
done
succeed "${small[@]}" --seed 2 --subset-n 0 --out other-seed
! cmp -s good/papers_n5.png other-seed/papers_n5.png || fail "the seed changes nothing"
[[ ! -e other-seed/papers_n5_k2.png ]] || fail "--subset-n 0 has subsets"

# ---- Stopped ---------------------------------------------------------------------------------------------------
for signal in INT TERM; do
  # Behind the first file, config.json: the truth of all those problems would take minutes.
  interrupt_at "renamed 1 $signal" --n 300 --seeds 10000 --out stopped
  grep -qx 'interrupted; the problems that were finished are saved' out || fail "no word of the interruption"
done

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--samples 1001' --samples 1,1001
refuse_option '--samples' --samples 0
refuse_option '--n' --n 1
refuse_option '--lambdas' --lambdas 0.1,-1
refuse_option '--lambda' --lambda nan
refuse_option '--subset-k 10' --subset-k 10
refuse_option '--subset-n 60' --subset-n 60
refuse_option '--seeds' --seeds 1
refuse_option '--seed' --seed -1
refuse_option 'extra' extra
: >file
complain 'gradients: file: ' "${small[@]}" --out file
refuse_option '--sigma' --sigma 1e-320
refuse_option 'from 1e-30 to 1e+30' --sigma 1e31
lose_output --n 2 --subset-n 0 --samples 1 --seeds 2 --sweep-seeds 2 --sweep-samples 2 --lambdas 1 --warm-ups 1 --out lost
# Noise that is small beside the scores: it ends, and soon.
succeed --n 4 --subset-n 0 --samples 100 --seeds 2 --sweep-seeds 2 --sweep-samples 2 --lambdas 1 --warm-ups 1 --sigma 1e-12 --out small-noise

check_help "n subset-n subset-k samples seeds sweep-seeds sweep-samples lambdas lambda sigma temperature warm-up \
  warm-ups absolute-b seed threads out"
grep -q 'true gradient' out || fail "--help does not say what the truth is"
echo "gradients: all good"
