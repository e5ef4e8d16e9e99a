#!/usr/bin/env bash
# Annotates long videos in N parts each, as an array of N jobs, and a job that joins the parts when all of these are over:
#
#   samples/slurm/split.sh N VIDEOS RESULTS [OPTIONS of annotate]
#
# Prints the numbers of both jobs. Options of sbatch for both go into SBATCH_OPTIONS.
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: $0 N VIDEOS RESULTS [OPTIONS]" >&2; exit 64; }
count=$1
shift
job=$(cd "$(dirname "$0")" && pwd)/annotate.sbatch
parts=$(DIVISION=part sbatch ${SBATCH_OPTIONS:-} --parsable --array="1-$count" "$job" "$@")
# A part of a damaged video ends with 75, and is joined all the same. 'merge' checks that all parts are there.
merge=$(DIVISION=merge sbatch ${SBATCH_OPTIONS:-} --parsable --array=1 --dependency="afterany:${parts%%;*}" "$job" "$@")
echo "$parts $merge"
