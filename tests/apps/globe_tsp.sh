#!/usr/bin/env bash
# Trains flag nets for seconds: quality, files, every rule, the same bytes for any number of threads and after any kill,
# and what it says of broken flags, tables and options. Needs the Debian package iso-flags-png-320x240.
# Usage: globe_tsp.sh FOLDER_OF_THE_PROGRAMS
source "$(dirname "${BASH_SOURCE[0]}")/tools/program.sh" globe_tsp "$@"

time_columns=4 pictures="map tours"
some=AT,BR,CA,DE,EG,FR,GB,IN,JP,KE,NZ,US
examples=60 tests=20 batch=10 reading=200 # of the clock, in the midst of a training
[[ ! $sanitized ]] || examples=10 tests=5 batch=5 reading=66
small=(--codes $some --train $examples --val $tests --test $tests --batch $batch)

# ---- It learns, and leaves what it should ----------------------------------------------------------------------
images=2000 images_to_test=200
[[ ! $sanitized ]] || images=40 images_to_test=10
succeed --world 30 --train $images --val $((images_to_test / 5)) --test $images_to_test --batch 20 --lr 3e-4 --noise-margin 0.3 --noise-epochs 6 --epochs 8 --out good
[[ $(grep -cE '^epoch [1-8]/8  loss [0-9.]+  test exact [0-9.]+ %  edges [0-9.]+ %  cost norm [0-9.]+  off by [0-9.]+ km$' out) -eq 8 ]] ||
  fail "not one line an epoch"
# A tour at random is exact once in twelve times and has half of the edges.
if [[ ! $sanitized ]]; then
  check "$(number good/summary.json test_exact_tours) > 0.75" "exact tours"
  check "$(number good/summary.json test_edge_accuracy) > 0.9" "edges"
  check "$(number good/summary.json test_entry_accuracy) > 0.9" "entries"
  check "$(number good/summary.json median_position_error_km) < 2500" "places"
fi
check "$(number good/summary.json test_edge_accuracy) >= $(number good/summary.json test_exact_tours)" "edges and tours"
check "$(number good/summary.json solves) == 8 * $images" "solves"

has_entries good/summary.json app rule countries noise_margin gradient_noise label_corruption epochs seed test_exact_tours \
  test_edge_accuracy mean_cost_norm median_position_error_km seconds solver_seconds solves
expect good/summary.json app=globe_tsp rule=identity countries=5 data=iso-flags noise_margin=0.3 seed=1 finished=true
expect good/config.json loss=l1 lambda=20 projection=standardize world=30 noise_on=costs
[[ $(head -1 good/metrics.csv) == epoch,train_loss,*,tied_share,solver_share,solver_seconds_forward,solver_seconds_backward,seconds ]] ||
  fail "columns of metrics.csv"
check_png good/{map,tours}.png
check_report good/report.html 6 2
[[ $(ls good | tr '\n' ' ') == 'checkpoint.safetensors config.json map.png metrics.csv report.html summary.json tours.png ' ]] ||
  fail "files: $(ls good)"

# ---- Same seed, same bytes -------------------------------------------------------------------------------------
noisy=("${small[@]}" --noise-margin 0.2 --gradient-noise 0.1 --label-corruption 0.5)
for pool in none max; do
  same_on_threads "${noisy[@]}" --pool $pool
done
differs --seed 2
differs --data-seed 2
differs --noise-epochs 1
sanitized= differs --noise-on projected
differs --projection none
differs --reduction sum
differs --countries 6
differs --milestones 1
differs --adam-epsilon 1e-3

# Corruption is of the training labels alone, and as large as it says: r = k turns them over, so that 9 of 15 pairs are
# wanted, a tour has at most its 6 among them, and the loss of an example is 2 * (6 + 9 - 2 * 6) or more.
rm -rf other
succeed "${small[@]}" --countries 6 --label-corruption 6 --epochs 1 --out other
check "$(column other train_loss) >= 6" "loss against labels that are turned over"
check "$(column other test_exact_tours) < 0.5" "tours learned from labels that are turned over"
# Where every gradient is noisy, none is zero.
succeed "${small[@]}" --epochs 1 --out calm
[[ $sanitized ]] || check "$(column calm zero_gradient_share) > 0" "gradients that are zero"
check "$(column two-threads zero_gradient_share) == 0" "gradients under noise"

# ---- Every rule trains; what it has learned and drawn is in the checkpoint --------------------------------------
for rule in identity blackbox "straight-through --samples 2" "imle --samples 2" imle-central aimle "aimle-central --samples 2" \
  "perturbed --samples 3" regularized "mcmc --mcmc-moves 20" "fenchel-young --samples 2" "blackbox --loss hamming --gradient-noise 0.2" \
  "identity --noise-margin 0.2 --noise-epochs 1" "identity --countries 10 --projection norm" \
  "blackbox --projection center --noise-margin 0.2 --noise-on projected --label-corruption 0.3"; do
  same_in_parts "${small[@]}" --rule $rule
done
[[ $(column parts lambda),$(column parts solver_calls_forward),$(column parts solver_calls_backward) == 20,$examples,$examples ]] ||
  fail "diagnostics of blackbox: $(cat parts/metrics.csv)"

# ---- A run that was stopped and resumed ends with the same bytes; kills.sh kills it anywhere ------------------
killing=(--codes $some --train $((5 * examples)) --val $tests --test $tests --batch $batch --rule aimle --noise-margin 0.2 --gradient-noise 0.1 --epochs 8)
same_when_interrupted "clock $reading TERM" "${killing[@]}"
refuse unbroken "--resume: rule is \"imle\" now but \"aimle\" in unbroken/config.json" "${killing[@]/aimle/imle}" --resume

# ---- Flags and capitals of one's own, and broken ones: an old run stays as it was ------------------------------
flags=/usr/share/iso-flags-png-320x240
# spoil: a new folder of flags to break
spoil() {
  rm -rf own && mkdir own
  for code in ${some//,/ }; do cp "$flags/${code,,}.png" own; done
}
spoil
succeed "${noisy[@]}" --data own --epochs 2 --out from-folder
same_run two-threads from-folder
printf 'iso2,country,capital,lat,lon,un_member\n' >table.csv
awk 'BEGIN { split("AT BR CA DE EG FR", code, " "); for (i = 1; i <= 6; ++i) print code[i] ",name,city," 20 * i - 70 "," 50 * i - 170 ",1" }' >>table.csv
succeed --data own --capitals table.csv --world 6 --train 20 --val 5 --test 5 --epochs 1 --out from-table

bad=("${small[@]}" --data own)
refuse good 'nowhere is not a folder' "${small[@]}" --data nowhere
spoil && rm own/jp.png
refuse good 'own/jp.png' "${bad[@]}"
spoil && truncate -s -100 own/us.png
refuse good 'own/us.png: ' "${bad[@]}"
spoil && flip own/at.png
refuse good 'own/at.png: ' "${bad[@]}"
spoil && : >own/br.png
refuse good 'own/br.png: not a PNG' "${bad[@]}"
spoil && echo "not a picture" >own/ca.png
refuse good 'own/ca.png: not a PNG' "${bad[@]}"
spoil
refuse good 'own/ad.png' --data own # a folder without a member's flag
refuse good 'no country with the code "XX"' --codes AT,DE,XX,FR,US
refuse good 'no country with the code "at"' --codes at,DE,FR,US,JP
refuse good 'the country "AT" is given twice' --codes AT,DE,AT,FR,US
refuse good 'a world of 250 countries: there are' --world 250
refuse good 'nothing.csv' --capitals nothing.csv
sed 's/^FR.*/FR,France,Paris,48,2/' table.csv >broken.csv
refuse good 'broken.csv: 5 fields, not 6 (at line 7)' --capitals broken.csv
sed 's/^DE,name,city,[^,]*/DE,name,city,91/' table.csv >broken.csv
refuse good 'broken.csv: latitude "91" is no number from -90 to 90 (at line 5)' --capitals broken.csv
sed 's/^DE/QQ/' table.csv >strange.csv
refuse good 'own/qq.png' --data own --capitals strange.csv --world 6

# ---- Options ---------------------------------------------------------------------------------------------------
refuse_option '--rule' --rule magic
refuse_option '--countries' --countries 2
refuse_option '--countries 7' --countries 7 --world 6
refuse_option '--countries 4' --countries 4 --codes AT,DE,FR
refuse_option '--pool' --pool mean
refuse_option '--lambda' --lambda 0
refuse_option '--lr' --lr nan
refuse_option '--noise-margin' --noise-margin -1
refuse_option '--gradient-noise' --gradient-noise -1
refuse_option '--label-corruption' --label-corruption 6
refuse_option '--data-seed' --data-seed -1
refuse_option '--loss hamming' --rule identity --loss hamming
refuse_option '--loss hamming' --rule straight-through --loss hamming
refuse_option '--loss l1' --rule fenchel-young --loss l1
refuse_option '--reduction sum' --rule fenchel-young --reduction sum
refuse_option '--gradient-noise' --rule fenchel-young --gradient-noise 0.1
refuse_option '--samples 2' --rule blackbox --samples 2
refuse_option '--noise gumbel' --rule identity --noise gumbel
refuse_option '--noise none' --rule perturbed --noise none
refuse_option 'extra' extra

lose_output "${small[@]}" --epochs 1 --out lost
check_help "data seed threads epochs rule out resume countries world codes capitals train val test data-seed pool loss \
  reduction lambda samples noise tau sigma epsilon aimle-as-code aimle-nonzeros projection noise-margin noise-epochs \
  noise-on gradient-noise label-corruption batch lr milestones decay adam-epsilon" \
  "--data=iso-flags --epochs=100 --rule=identity --countries=5 --world=100 --lambda=20 --batch=50 --lr=0.0001 \
  --noise-epochs=50"
echo "globe_tsp: all good"
