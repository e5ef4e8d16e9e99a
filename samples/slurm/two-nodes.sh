#!/usr/bin/env bash
# A real Slurm with two nodes on this machine, and a proof of annotate.sbatch on it:
#
#   samples/slurm/two-nodes.sh [VIDEOS [OPTIONS of annotate]]
#
# Starts munge, slurmctld and two slurmd in a folder of their own (no systemd, no cgroups), submits an array job, kills one node
# with all that runs on it in the middle of a file, and waits until Slurm has run its task again. Then the results are compared
# with those of one unbroken run. Without VIDEOS, clips are made from samples/street.jpg. Needs root. Ends with 0 if all is
# equal, 1 if not, 77 where Slurm cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${YOLOSTREAM:-$here/../../.build/release/yolostream}")
skip() { echo "two-nodes: skipped: $1"; exit 77; }
say() { echo "two-nodes: $1"; }
[ "$(id -u)" = 0 ] || skip "needs root, to start slurmd"
[ -x "$program" ] || skip "$program is not there; build it, or name it in YOLOSTREAM"
if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
  command -v apt-get >/dev/null || skip "needs slurmctld, slurmd, sbatch and munged"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    slurmctld slurmd slurm-client munge; } >/dev/null 2>&1 || skip "apt-get cannot install slurmctld, slurmd, slurm-client and munge"
fi
command -v ffmpeg >/dev/null || skip "needs ffmpeg"

work=$(mktemp -d)
pids=()
finish() {
  for pid in $(processes n1) $(processes n2) "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  [ -n "${KEEP:-}" ] && say "kept: $work" || rm -rf "$work"
}
# All that runs on a node but its slurmd: jobs by their environment, and the slurmstepd above each.
processes() {
  for environ in /proc/[0-9]*/environ; do
    pid=${environ#/proc/}; pid=${pid%/environ}
    tr '\0' '\n' 2>/dev/null <"$environ" | grep -qx "SLURMD_NODENAME=$1" || continue
    # Jobs of another Slurm on this machine are left alone.
    tr '\0' '\n' 2>/dev/null <"$environ" | grep -qx "SLURM_CONF=$work/slurm.conf" || continue
    parent=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || continue
    grep -q slurmstepd "/proc/$parent/comm" 2>/dev/null && echo "$parent"
    echo "$pid"
  done
}
trap finish EXIT

host=$(hostname -s)
export SLURM_CONF=$work/slurm.conf
mkdir -p "$work"/{state,spool-n1,spool-n2,munge}
chmod 755 "$work"
chmod 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 status=none
chmod 400 "$work/munge/key"
cat >"$SLURM_CONF" <<CONF
ClusterName=two
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket,cred_expire=10
CryptoType=crypto/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SlurmdTimeout=10
ReturnToService=2
JobRequeue=1
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$work/completed
JobAcctGatherType=jobacct_gather/none
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17001 CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17002 CPUs=1
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
munged -F --force --key-file "$work/munge/key" --socket "$work/munge/socket" --pid-file "$work/munge/pid" \
  --log-file "$work/munge/log" --seed-file "$work/munge/seed" >"$work/munge/out" 2>&1 & pids+=($!)
for _ in $(seq 100); do [ -S "$work/munge/socket" ] && break; sleep 0.1; done
slurmctld -D -c >"$work/slurmctld.out" 2>&1 & pids+=($!)
declare -A daemon
for node in n1 n2; do slurmd -D -N $node >"$work/slurmd-$node.out" 2>&1 & daemon[$node]=$!; pids+=($!); disown; done
for _ in $(seq 300); do [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && break; sleep 0.2; done
[ "$(sinfo -h -t idle -o %D)" = 2 ] || { tail -5 "$work"/*.log "$work"/*.out; skip "Slurm does not start here"; }
say "$(sinfo --version), nodes n1 and n2 are idle"

if [ $# -gt 0 ]; then
  videos=$(realpath "$1"); shift
else
  videos=$work/videos
  mkdir "$videos"
  for number in $(seq 24); do
    ffmpeg -v error -nostdin -loop 1 -framerate 25 -i "$here/../street.jpg" -t $((3 + number % 4)) \
      -vf "crop=320:176:x='$((number * 8))+t*20':y=60+$number,format=yuv420p" -c:v libx264 -preset ultrafast \
      "$videos/clip$number.mp4"
  done
fi
options=(--formats "video,detections,mot,csv" --threads 1 "$@")
"$program" annotate "$videos" -o "$work/whole" -q "${options[@]}"
say "one run: $(find "$work/whole" -name '*.done' | wc -l) inputs"

cd "$work"
job=$(YOLOSTREAM=$program sbatch --parsable --array=1-4 --cpus-per-task=1 --ntasks=1 "$here/annotate.sbatch" \
  "$videos" "$work/array" "${options[@]}")
say "array job $job with 4 tasks is submitted"
# Kill n2 while something of its task is finished and something else is not.
for _ in $(seq 3000); do
  marks=$(ls -R "$work/array" 2>/dev/null | grep -c '\.done$' || true)
  victims=$([ "$marks" -ge 3 ] && processes n2 || true)
  [ -n "$victims" ] && break
  sleep 0.02
done
[ -n "$victims" ] || { say "nothing ran on n2"; exit 1; }
task=$(squeue -h -w n2 -o %i | head -1)
kill -9 "${daemon[n2]}" $victims
say "n2 is killed with $(echo "$victims" | wc -w) processes of task $task, after $marks inputs"
for _ in $(seq 600); do sinfo -h -n n2 -o %T | grep -q down && break; sleep 0.2; done
say "Slurm reports n2 as $(sinfo -h -n n2 -o %T)"
slurmd -D -N n2 >>"$work/slurmd-n2.out" 2>&1 & pids+=($!)
for _ in $(seq 3000); do [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] && break; sleep 0.2; done
[ -z "$(squeue -h -j "$job" 2>/dev/null)" ] || { squeue; tail "$work"/annotate-*.log; say "the job does not end"; exit 1; }
grep -h 'started [1-9]' annotate-*.log | sed 's/^/two-nodes: requeued: /' || { say "no task was started again"; exit 1; }
grep -h 'frames/s' annotate-*.log | sed 's/^/two-nodes: /'

long=$(find "$videos" -type f | sort | head -1)
read -r parts merge < <(YOLOSTREAM=$program SBATCH_OPTIONS="--cpus-per-task=1 --ntasks=1" "$here/split.sh" 3 "$long" "$work/split" "${options[@]}")
say "array job $parts with 3 parts of $(basename "$long") and job $merge, which joins them, are submitted"
for _ in $(seq 3000); do [ -z "$(squeue -h 2>/dev/null)" ] && break; sleep 0.2; done
stem=$(basename "${long%.*}")
# Inputs in a folder and by themselves have the same results, but for the path in the record.
for ending in mp4 jsonl mot.txt csv; do
  cmp "$work/split/$stem.$ending" "$(find "$work/whole" -name "$stem.$ending" | head -1)" || { say "$stem.$ending differs"; exit 1; }
done
say "equal: the results of 3 parts, joined, are those of one run"

sums() { (cd "$1" && find . -type f ! -name '*.new' ! -name '.yolostream.json.*' -print0 | sort -z | xargs -0 sha256sum); }
sums whole >whole.sums
sums array >array.sums
if diff whole.sums array.sums; then
  say "equal: all $(wc -l <whole.sums) files of the array job are those of one run"
else
  say "the results differ"; exit 1
fi
