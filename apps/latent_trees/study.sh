#!/usr/bin/env bash
# Trains latent_trees under every rule and prints a table of the epochs with the best validation ELBO, mean ± standard
# deviation over seeds. Finished runs are not repeated, interrupted ones go on.
# Usage: study.sh FOLDER_OF_THE_PROGRAMS OUT SEEDS [OPTION_OF_LATENT_TREES...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common/study.sh"
programs=$(realpath "${1:?folder of the programs}") out=${2:?folder for the runs} seeds=${3:?number of seeds}

# NAME | options
study "$programs/latent_trees" "$out" "$seeds" \
  "test_elbo,test_precision,test_exact_trees,test_published_precision,test_published_recall --highest val_elbo" "${*:4}" \
  "AIMLE, central|--rule aimle-central" \
  "AIMLE, forward|--rule aimle" \
  "Identity, standardize|--rule identity --projection standardize" \
  "Identity, center|--rule identity --projection center" \
  "Identity, norm|--rule identity --projection norm" \
  "Identity, none|--rule identity --projection none" \
  "SST|--rule sst" \
  "SST, hard|--rule sst-hard" \
  "I-MLE, central|--rule imle-central" \
  "I-MLE, forward|--rule imle" \
  "straight-through|--rule straight-through" \
  "Perturbed|--rule perturbed"
