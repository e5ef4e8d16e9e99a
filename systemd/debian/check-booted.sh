#!/usr/bin/env bash
# usage: check-booted.sh PACKAGE.deb [SCRIPT]    (as root)
# Installs the package by apt in a virtual machine: a fresh Debian, booted by its own systemd, with a camera (Tests/vm). Checks
# that the service runs, its page answers and the camera is seen, that a second service runs beside it, that both go on after an
# upgrade, and that nothing is left after a purge. SCRIPT runs in there
# instead of these checks, with the package as /root/yolostream.deb.
# DEBIAN_ROOT may name a folder that holds a fresh Debian (debootstrap --variant=minbase); it is copied, not changed.
# MORE_PACKAGES names packages that SCRIPT needs.
set -euo pipefail
package=$(realpath "$1")
script=${2:+$(realpath "$2")}
cd "$(dirname "$0")/../.."
export PATH=$PATH:/usr/sbin
for tool in debootstrap qemu-system-x86_64 curl; do
  command -v $tool > /dev/null || { echo "check-booted: there is no $tool: bash .ci/install --tests; apt-get install debootstrap" >&2; exit 69; }
done
mkdir -p .build
# Below the checkout: the machine has temporary folders of its own.
work=$(mktemp -d "$PWD/.build/booted.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root
if [ -n "${DEBIAN_ROOT:-}" ]; then cp -a "$DEBIAN_ROOT" "$root"; else debootstrap --variant=minbase bookworm "$root" > "$work/log"; fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # no service is started in a chroot
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$package" "$root/package.deb"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@" > "$work/log" 2>&1 ||
  { tail -n 20 "$work/log" >&2; exit 1; }; }
inside apt-get update -qq
# shellcheck disable=SC2086 # a list
inside apt-get install -y -qq --no-install-recommends systemd systemd-sysv udev dbus kmod ${MORE_PACKAGES:-}
# What the package depends on is installed here, which is faster than in the machine; the package itself comes in there.
inside sh -c 'dpkg-deb -f /package.deb Depends | sed "s/([^)]*)//g; s/|[^,]*//g; s/,/ /g" |
  xargs apt-get install -y -qq --no-install-recommends fonts-dejavu-core'
# The version that is upgraded.
dpkg-deb -R "$package" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$work/older" "$root/root/older.deb" > /dev/null
rm -r "$work/older"
rm "$root/usr/sbin/policy-rc.d" "$root/package.deb"
VM_MEMORY=${VM_MEMORY:-3072} VM_SECONDS=${VM_SECONDS:-3600} bash Tests/vm/boot.sh bash "$PWD/Tests/vm/package.sh" "$root" "$package" ${script:+"$script"} | tee "$work/checks"
[ -n "$script" ] || { ! grep -q '^failed' "$work/checks" && grep -q '^ok systemd does not know it any more' "$work/checks"; }
