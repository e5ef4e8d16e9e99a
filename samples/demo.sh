#!/usr/bin/env bash
# usage: demo.sh [MODEL [VIDEO]]
# Installs what is missing, builds, and annotates a clip of a street: VIDEO, or vtest.avi of Debian's package opencv-doc.
# Without MODEL, the small one that comes with the package looks for people, cars and 18 other things.
set -euo pipefail
options=()
if [ -n "${1:-}" ]; then
  [ -f "$1" ] || { echo "demo: no weights at '$1': expected a checkpoint, or nothing" >&2; exit 66; }
  options=(--model "$(realpath "$1")")
fi
video=
if [ -n "${2:-}" ]; then
  [ -f "$2" ] || { echo "demo: no video at '$2': expected a file, or nothing" >&2; exit 66; }
  video=$(realpath "$2")
fi
cd "$(dirname "$0")/.."
command -v swift > /dev/null || {
  echo "demo: there is no 'swift': expected Swift 6.2 or later, from https://swift.org/install" >&2
  exit 69
}
bash .ci/install
# Service and training, which most of a build would go to, are not needed for this: `make build` builds them.
swift build -c release --disable-default-traits --product yolostream
mkdir -p runs/demo
if [ -z "$video" ]; then
  video=runs/demo/vtest.avi
  if [ ! -f "$video" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    echo "demo: fetching opencv-doc (92 MB) for its clip of a street"
    (cd "$folder" && apt-get download -q -o APT::Sandbox::User=root opencv-doc && dpkg-deb -x opencv-doc_*.deb .)
    mv "$folder/usr/share/doc/opencv-doc/examples/data/vtest.avi" "$video"
  fi
fi
.build/release/yolostream "$video" -o runs/demo/annotated.mp4 --events runs/demo/events.jsonl --overwrite "${options[@]}"
echo "demo: runs/demo/annotated.mp4 and runs/demo/events.jsonl are written"
