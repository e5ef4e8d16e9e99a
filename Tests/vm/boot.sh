#!/usr/bin/env bash
# Runs a command in a small virtual machine that has a camera: /dev/video0 of `vivid`, the kernel's driver for tests.
#
#   Tests/vm/boot.sh COMMAND...
#
# The guest sees this machine's files, read-only below a layer of its own, so what was built here runs there from the same
# folder, as root. What a host stores and runs stays outside: temporary files, name services and the units of systemd are
# the guest's own. Its clock counts instructions, so a busy host makes the test slow and nothing in the guest late.
# Output and exit status of COMMAND are this script's; 125: there was no machine, or it ended early; 124: it took longer
# than VM_SECONDS (1800). VM_MEMORY: megabytes (1024).
# The guest's kernel is Debian's, fetched by apt once into VM_CACHE (~/.cache/yolostream-vm).
set -euo pipefail

cache=${VM_CACHE:-${HOME:-/root}/.cache/yolostream-vm}
modules=(virtio_pci 9pnet_virtio 9p overlay vivid)
PATH=$PATH:/usr/sbin:/sbin
give_up() { echo "boot.sh: $*" >&2; exit 125; }

for tool in qemu-system-x86_64 depmod apt-get; do
  command -v "$tool" >/dev/null || give_up "$tool is missing (bash .ci/install --tests)"
done
busybox=$(dpkg -L busybox-static 2>/dev/null | grep -m1 '/bin/busybox$') || give_up "busybox-static is missing (bash .ci/install --tests)"

# What the guest runs first, from its initial memory.
first_program() {
  echo '#!/bin/busybox sh'
  echo "modules='${modules[*]}'"
  cat <<'GUEST'
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $modules; do
  [ $module = vivid ] && options='n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0' || options=
  modprobe $module $options
done
options=trans=virtio,version=9p2000.L,msize=262144
mount -t 9p -o $options,ro,cache=loose files /files && mount -t 9p -o $options talk /talk || poweroff -f
mount -t tmpfs layer /layer && mkdir /layer/new /layer/work
mount -t overlay -o lowerdir=/files,upperdir=/layer/new,workdir=/layer/work all /all
for part in proc sys dev; do mount --move /$part /all/$part; done
mkdir -p /all/dev/shm; mount -t tmpfs shm /all/dev/shm; mount -t tmpfs run /all/run
ln -sf /proc/self/fd /all/dev/fd
mkdir /all/run/talk; mount --bind /talk /all/run/talk
# Empty folders instead of the host's; the checkout stays visible, even below one of them.
checkout=$(cat /talk/checkout)
mount --bind "/all$checkout" /checkout
for folder in /tmp /var/tmp /etc/systemd; do mkdir -p "/all$folder"; mount -t tmpfs own "/all$folder"; done
chmod 1777 /all/tmp /all/var/tmp
mkdir -p "/all$checkout"; mount --bind /checkout "/all$checkout"
printf '%s: files\n' passwd group shadow hosts > /all/etc/nsswitch.conf
ifconfig lo 127.0.0.1 up
chroot /all /bin/bash /run/talk/command > /talk/output 2>&1 < /all/dev/null
echo $? > /talk/status; sync; poweroff -f
GUEST
}

# --- kernel and initial memory, made once ---
make_guest() {
  package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  [ -n "$package" ] || give_up "apt knows no kernel; run apt-get update"
  (cd "$1" && apt-get download -qq -o APT::Sandbox::User=root "$package") >&2 || give_up "cannot download $package"
  dpkg -x "$1"/"$package"_*.deb "$1/debian"
  version=$(ls "$1/debian/lib/modules")
  depmod -b "$1/debian" "$version"
  root=$1/root
  mkdir -p "$root"/{bin,dev,proc,sys,files,talk,layer,all,checkout} "$root/lib/modules/$version"
  cp "$busybox" "$root/bin/busybox"
  for module in "${modules[@]}"; do modprobe -d "$1/debian" -S "$version" --show-depends "$module"; done |
    sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | xargs cp -t "$root/lib/modules/$version"
  cp "$1/debian/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version"
  depmod -b "$root" "$version"
  first_program > "$root/init"
  chmod +x "$root/init"
  (cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) > "$1/initrd"
  cp "$1"/debian/boot/vmlinuz-* "$1/vmlinuz"
}
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
guest=$cache/$(first_program | sha1sum | cut -c1-12)
if [ ! -d "$guest" ]; then
  fresh=$(mktemp -d "$cache/making.XXXXXX")
  make_guest "$fresh"
  rm -rf "$fresh"/root "$fresh"/debian "$fresh"/*.deb
  mv "$fresh" "$guest"
fi
flock -u 9

# --- one run ---
checkout=$(cd "$(dirname "$0")/../.." && pwd -P)
talk=$(mktemp -d)
echo "$checkout" > "$talk/checkout"
trap 'rm -rf "$talk"' EXIT
{ printf 'export PATH=%q HOME=/root\ncd %q 2>/dev/null || cd /\nexec' "$PATH" "$PWD"; printf ' %q' "$@"; echo; } > "$talk/command"
[ -z "${LD_LIBRARY_PATH:-}" ] || sed -i "1i export LD_LIBRARY_PATH=$(printf %q "$LD_LIBRARY_PATH")" "$talk/command"
share=security_model=none,multidevs=remap
setpriv --pdeathsig KILL timeout "${VM_SECONDS:-1800}" qemu-system-x86_64 -accel tcg -cpu max,la57=off -icount shift=1 -m "${VM_MEMORY:-1024}" \
  -nodefaults -display none -no-reboot -kernel "$guest/vmlinuz" -initrd "$guest/initrd" \
  -append 'console=ttyS0 panic=-1 mitigations=off quiet' -serial "file:$talk/console" \
  -virtfs "local,path=/,mount_tag=files,readonly=on,$share" -virtfs "local,path=$talk,mount_tag=talk,$share" \
  </dev/null >&2 && ended=0 || ended=$?
cat "$talk/output" 2>/dev/null || true
[ "$ended" != 124 ] || { echo "boot.sh: not done within ${VM_SECONDS:-1800} s" >&2; exit 124; }
[ -s "$talk/status" ] || { tail -n 20 "$talk/console" >&2; give_up "the machine ended early"; }
exit "$(cat "$talk/status")"
