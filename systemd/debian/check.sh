#!/usr/bin/env bash
# usage: check.sh PACKAGE.deb    (as root)
# What the package must do: lintian and the tools of manual and completions have no errors; in a fresh Debian it installs, detects,
# serves its page as a user without rights, keeps an edited configuration when it is upgraded and removed, and leaves nothing when
# it is purged.
# DEBIAN_ROOT may name a folder that holds a fresh Debian (debootstrap --variant=minbase); it is copied, not changed.
set -euo pipefail
package=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
for tool in lintian mandoc bash zsh fish debootstrap curl python3; do
  command -v $tool > /dev/null || PATH=$PATH:/usr/sbin command -v $tool > /dev/null || missing+=" $tool"
done
[ -z "${missing:-}" ] || { echo "check: expected the tools$missing" >&2; exit 69; }
work=$(mktemp -d)
served=
finish() {
  [ -z "$served" ] || kill "$served" 2> /dev/null || true
  for folder in proc dev; do umount -l "$work/root/$folder" 2> /dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap finish EXIT
check() { # name, then a command
  local name=$1
  shift
  if "$@" > "$work/out" 2>&1; then echo "ok $name"; else
    echo "failed $name: $*" >&2
    tail -n 20 "$work/out" >&2
    exit 1
  fi
}

check 'lintian has no error' lintian --allow-root --fail-on error "$package"
dpkg-deb -x "$package" "$work/files"
pages() {
  for page in "$work"/files/usr/share/man/man1/*.gz; do
    gzip -cd "$page" > "$work/page.1"
    mandoc -Tlint -W error "$work/page.1" || return 1
  done
}
check 'mandoc reads every page of the manual' pages
licensed() {
  grep -q '^License: MIT' "$work/files/usr/share/doc/yolostream/copyright" &&
    grep -q gelan-n "$work/files/usr/share/doc/yolostream/copyright" &&
    grep -qx '== swift-nio' "$work/files/usr/share/doc/yolostream/notices.txt"
}
check 'it names the licences of what is linked in, and of the model' licensed
check 'bash reads its completions' bash -n "$work/files/usr/share/bash-completion/completions/yolostream"
completes() {
  # shellcheck disable=SC2016 # another shell's
  [ "$(bash --norc -c 'source "$1"; COMP_LINE="yolostream ann" COMP_POINT=14 COMP_WORDS=(yolostream ann) COMP_CWORD=1 COMP_TYPE=9
    _yolostream yolostream ann yolostream; echo "${COMPREPLY[*]}"' _ \
    "$work/files/usr/share/bash-completion/completions/yolostream")" = annotate ]
}
check 'and completes a command' completes
check 'zsh reads its completions' zsh -n "$work/files/usr/share/zsh/vendor-completions/_yolostream"
check 'fish reads its completions' fish -n "$work/files/usr/share/fish/vendor_completions.d/yolostream.fish"

root=$work/root
if [ -n "${DEBIAN_ROOT:-}" ]; then cp -a "$DEBIAN_ROOT" "$root"; else
  PATH=$PATH:/usr/sbin debootstrap --variant=minbase bookworm "$root" > /dev/null
fi
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # no service is started in a chroot
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$package" "$root/package.deb"
# What could have been installed before: an earlier version with another configuration.
dpkg-deb -R "$package" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
echo '# A comment of the version before.' >> "$work/older/etc/yolostream/yolostream.yml"
dpkg-deb --root-owner-group -Znone --build "$work/older" "$root/older.deb" > /dev/null
rm -r "$work/older"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
as_nobody() { inside setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp/nobody "$@"; }
# Everything but the package manager's own books and what the checks write; of /etc, with its users, also the contents.
files() { (cd "$root" && find . -xdev ! -path './var/lib/dpkg/*' ! -path './var/lib/apt/*' ! -path './var/cache/apt/*' \
  ! -path './var/cache/debconf/*' ! -path './var/cache/ldconfig/*' ! -path './var/log/apt/*' ! -path './tmp/*' | sort
  find ./etc -xdev -type f ! -name ld.so.cache -exec md5sum {} + | sort -k 2); }

inside apt-get update -qq
# What the package depends on stays behind: only its own traces count.
inside apt-get install -qq --no-install-recommends fonts-dejavu-core > /dev/null 2>&1
inside sh -c 'dpkg-deb -f /package.deb Depends | sed "s/([^)]*)//g; s/|[^,]*//g; s/,/ /g" | xargs apt-get install -qq --no-install-recommends' \
  > "$work/out" 2>&1
mkdir -p "$root"/var/{lib,cache,log}/private "$root/etc/systemd/system/multi-user.target.wants" # systemd's own
files > "$work/before"
check 'apt installs an earlier version' inside apt-get install -y --no-install-recommends /older.deb
echo '# An administrator was here.' >> "$root/etc/yolostream/yolostream.yml"
check 'apt upgrades it' inside apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold /package.deb
check 'and keeps the configuration that was edited' grep -q administrator "$root/etc/yolostream/yolostream.yml"
check 'and puts the new one beside it' test -s "$root/etc/yolostream/yolostream.yml.dpkg-dist"
check 'it prints its version' as_nobody yolostream --version
commands() { # the names of all commands, as pages of the manual are called
  as_nobody yolostream --experimental-dump-help | python3 -c '
import json, sys
def names(command, path):
    path = path + [command["commandName"]]
    if path[-1] != "help": print("-".join(path))
    for each in command.get("subcommands", []): names(each, path)
names(json.load(sys.stdin)["command"], [])'
}
described() {
  commands > "$work/commands" && [ "$(wc -l < "$work/commands")" -gt 20 ] || return 1
  for each in $(cat "$work/commands"); do
    [ -s "$work/files/usr/share/man/man1/$each.1.gz" ] || { echo "there is no manual page $each"; return 1; }
  done
}
check 'every command has a page of the manual' described
check 'the doctor finds what is needed' as_nobody yolostream doctor
check 'a video is annotated by a user without rights' as_nobody yolostream test:320x240@10:20 -o /tmp/annotated.mp4 -q
check 'and is there' test -s "$root/tmp/annotated.mp4"
cat > "$root/tmp/service.yml" <<'CONFIGURATION'
version: 1
model: {path: gelan-n, imgsz: 160, workers: 1}
cameras: {pattern: {url: "/tmp/annotated.mp4"}}
http: {listen: "127.0.0.1:18080"}
CONFIGURATION
as_nobody yolostream serve -c /tmp/service.yml > "$work/served" 2>&1 &
served=$!
page() { for _ in $(seq 300); do curl -sf http://127.0.0.1:18080/ && return; sleep 0.2; done; return 1; }
sees() { for _ in $(seq 300); do curl -sf http://127.0.0.1:18080/api/v1/cameras/pattern | grep -q '"frames":[1-9]' && return; sleep 0.2; done; return 1; }
check 'the service shows its page' page
check 'and sees its camera' sees
pkill -TERM -P "$served" -x yolostream || kill -TERM "$served"
check 'and ends in order' wait "$served"
served=
check 'it is removed' inside apt-get remove -y yolostream
check 'its configuration is kept' test -s "$root/etc/yolostream/yolostream.yml"
# What administrators and services leave behind.
for name in yolostream yolostream@north; do
  for folder in lib cache; do
    mkdir "$root/var/$folder/private/$name" && echo x > "$root/var/$folder/private/$name/events.jsonl"
    ln -s "private/$name" "$root/var/$folder/$name"
  done
  mkdir "$root/etc/systemd/system/$name.service.d" && echo x > "$root/etc/systemd/system/$name.service.d/override.conf"
  ln -s "/lib/systemd/system/${name/north/}.service" "$root/etc/systemd/system/multi-user.target.wants/$name.service"
done
echo 'FRONT_PASSWORD=x' > "$root/etc/yolostream/secrets.env"
cp "$root/etc/yolostream/yolostream.yml" "$root/etc/yolostream/north.yml"
check 'it is purged' inside apt-get purge -y yolostream
files > "$work/after"
check 'nothing is left' diff "$work/before" "$work/after"
if command -v piuparts > /dev/null || [ -x /usr/sbin/piuparts ]; then
  tar -C "${DEBIAN_ROOT:-$root}" -czf "$work/base.tgz" --exclude=./proc/* --exclude=./dev/* --exclude=./package.deb --exclude=./older.deb .
  check 'piuparts passes' env PATH="$PATH:/usr/sbin" piuparts --no-eatmydata --basetgz "$work/base.tgz" --distribution bookworm \
    --warn-on-leftovers-after-purge "$package"
  # Packages that it depends on leave files behind, hence only a warning; of its own there must be none.
  cp "$work/out" "$work/piuparts"
  clean() { ! grep -E '^ +/.*yolostream' "$work/piuparts"; }
  check 'and nothing of it is left' clean
fi
echo 'check: all well'
