# Sourced by image.sh and tarball.sh: the libraries that a program needs, as files of this machine, and their licences.

# The path under which the loader finds each library of program $1, and the loader itself.
libraries_of() { ldd "$1" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p'; }

# Copies the copyright file of the Debian package of each of the files $2… to doc below folder $1, and the licences that they refer
# to, such as the GPL, to common-licenses.
copy_licences() {
  local folder=$1 file package
  shift
  for file in "$@"; do
    package=$(dpkg -S "$(readlink -f "$file")" 2> /dev/null || dpkg -S "$file" 2> /dev/null ||
      dpkg -S "/usr${file#/usr}" 2> /dev/null || true)
    package=${package%%:*}
    [ -z "$package" ] || [ ! -f "/usr/share/doc/$package/copyright" ] ||
      install -D -m 644 "/usr/share/doc/$package/copyright" "$folder/doc/$package/copyright"
  done
  cp -a /usr/share/common-licenses "$folder/"
}
