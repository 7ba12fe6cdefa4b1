# shellcheck shell=bash
# What the scripts of this directory share: messages, packages, builds. Sourced, never run.
#
# Exit codes of all of them, as of the mapfuzz tool: 0 clean, 1 finding, 2 usage or bad input,
# 3 harness broken, 4 environment.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=ci/$(basename "$0")

# Objects are shared by build trees in different folders.
export CCACHE_NOHASHDIR=true
# Without this the cache leaves alone what is compiled with precompiled headers.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# The presets say how to build; a caller's compiler or engine is for an engine's own build script.
unset CC CXX CFLAGS CXXFLAGS LDFLAGS LIB_FUZZING_ENGINE

die() {  # CODE MESSAGE...
  local code=$1
  shift
  printf '%s: %s\n' "$me" "$*" >&2
  exit "$code"
}

usage_error() {
  die 2 "$* Type '$me --help' for the options."
}

# The comment at the head of the calling script is its help.
show_help() {
  awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"
}

# --- Values of options of `mapfuzz hunt`, so that a slip is told before a build of minutes ---
# ci/scripts_test holds these rules to those of the tool.

# The words of an array of names in a header.
names_in() {  # FILE ARRAY
  local words
  words=$(awk -v array=" $2[" 'index($0, array) { on = 1 } on { print } on && /};/ { exit }' \
    "$root/$1" | grep -o '"[a-z0-9]*"' | tr -d '"')
  echo "${words//$'\n'/ }"
}

# One of the words.
check_word() {  # OPTION VALUE WORDS
  [[ -n $2 && " $3 " == *" $2 "* ]] || usage_error "$1 '$2' is not one of: $3."
}

check_number() {  # OPTION VALUE LEAST MOST
  if ! [[ $2 =~ ^[0-9]{1,15}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
    usage_error "$1 '$2' is not a number from $3 to $4."
  fi
}

# Above zero and at most a year: 90, 90s, 10m, 1h30m, 1.5m, 500ms.
check_duration() {  # OPTION VALUE
  awk -v text="$2" '
    BEGIN {
      unit["ms"] = 0.001; unit["s"] = 1; unit["m"] = 60; unit["h"] = 3600; unit["d"] = 86400
      for (first = 1; first || text != ""; first = 0) {
        if (!match(text, /^([0-9]+[.]?[0-9]*|[.][0-9]+)/) || RLENGTH > 13) exit 1
        number = substr(text, 1, RLENGTH) + 0
        text = substr(text, RLENGTH + 1)
        if (match(text, /^(ms|[smhd])/)) {
          number *= unit[substr(text, 1, RLENGTH)]
          text = substr(text, RLENGTH + 1)
        } else if (!first || text != "") {
          exit 1
        }
        total += number
      }
      exit !(total > 0 && total <= 366 * 86400)
    }' || usage_error "$1 '$2' is not a time such as 600s, 10m, 1h30m."
}

# Installs what is missing of the lists, of packages.txt if none is named; a few milliseconds if
# nothing is.
require_packages() {  # [LIST...]
  local wanted installed package missing=() as_root=() by_hand lists=("${@:-packages.txt}")
  if ! command -v dpkg-query >/dev/null; then
    die 4 "this is not Debian: no dpkg-query. Install what ${lists[*]/#/$root/ci/} names by other" \
      "means and use the CMake presets directly: cmake --preset asan && cmake --build --preset asan"
  fi
  wanted=$(cd "$root/ci" && sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}")
  # shellcheck disable=SC2086  # one word a package
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true)
  for package in $wanted; do
    [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return

  by_hand="sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      die 4 "packages are missing and neither root nor sudo without a password is at hand." \
        $'Type:\n  '"$by_hand"
    fi
    as_root=(sudo -n)
  fi
  printf '%s: installing %s\n' "$me" "${missing[*]}" >&2
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  {
    "${as_root[@]}" apt-get update &&
      "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"
  } >&2 || die 4 $'the installation failed (see above). To try it by hand, type:\n  '"$by_hand"
}

# build PRESET [NINJA TARGET...]: configures if needed and builds. Two at once wait for each other.
build() {
  local preset=$1 dir=$root/build/$1
  shift
  mkdir -p "$dir"
  (
    flock 9 && cd "$root" || exit 1
    if [[ ! -e $dir/build.ninja || CMakePresets.json -nt $dir/build.ninja ]]; then
      cmake --preset "$preset" >"$dir/configure.log" 2>&1 || {
        cat "$dir/configure.log"
        exit 1
      }
    fi
    ninja -j "$(nproc)" -C "$dir" "$@"
  ) 9>"$dir/.lock"
}

# As build, for somebody who waits: says so if there is something to build, else nothing.
build_calmly() {
  local dir=$root/build/$1
  if [[ -e $dir/build.ninja ]] &&
    ninja -n -C "$dir" "${@:2}" 2>/dev/null | grep -q 'no work to do'; then
    build "$@" >/dev/null
    return
  fi
  echo "$me: building in build/$1; the first time takes some minutes"
  build "$@"
}
