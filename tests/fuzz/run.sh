#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs every fuzz target from its corpus and fails when one crashes, leaks or hangs. What it finds goes to a directory of
# its own under /tmp: nothing is written here. A crash that was fixed belongs into corpus/TARGET.
# usage: tests/fuzz/run.sh SECONDS [BUILD [TARGET…]]   BUILD: a build with -Dfuzz=true, default build-fuzz
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:?usage: tests/fuzz/run.sh SECONDS [BUILD [TARGET...]]}
build=${2:-build-fuzz}
shift $(($# > 2 ? 2 : $#))
targets=("$@")
[ ${#targets[@]} = 0 ] && targets=(api bindings ce conf dhcp6 fragments hb46pp map nat_sequence path pptp ra relay socket)
declare -A max_len=([api]=4096 [bindings]=2048 [ce]=4096 [conf]=4096 [dhcp6]=2048 [fragments]=1024 [hb46pp]=4096 [map]=128 [nat_sequence]=2048 [path]=3000 [pptp]=2048 [ra]=1024 [relay]=2050 [socket]=4096)

export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
found=$(mktemp -d /tmp/mapedge-fuzz-found-XXXXXX)

# fuzz TARGET: one line of TAP, and what was found if something was.
fuzz() {
  target=$1
  dir=$found/$target
  mkdir -p "$dir/corpus"
  arguments=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len="${max_len[$target]:-4096}"
    -artifact_prefix="$dir/" -print_final_stats=1)
  # libconfig leaks at every syntax error, so looking for leaks would take most of the time; the corpus is run with it.
  [ "$target" = conf ] && arguments+=(-detect_leaks=0)
  [ -f "tests/fuzz/$target.dict" ] && arguments+=(-dict="tests/fuzz/$target.dict")
  TMPDIR=$dir "$build/tests/fuzz/fuzz_$target" "${arguments[@]}" "$dir/corpus" "tests/fuzz/corpus/$target" > "$dir/log" 2>&1
  status=$?
  start=$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$dir/log")
  end=$(sed -n 's/.*DONE *cov: \([0-9]*\).*/\1/p' "$dir/log")
  rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$dir/log")
  if [ $status = 0 ]; then
    echo "ok - fuzz_$target # coverage ${start:-?} -> ${end:-?}, ${rate:-?} inputs a second"
  else
    echo "not ok - fuzz_$target"
    grep -E 'broken:|runtime error:|ERROR: |SUMMARY: |Test unit written' "$dir/log" | sed 's/^/# /'
    echo "# $dir/log"
  fi
  return $status
}

# As many at a time as there are processors; each one's lines stay together.
cores=$(nproc)
running=0
failed=0
echo "1..${#targets[@]}"
for target in "${targets[@]}"; do
  if [ $running = "$cores" ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  { report=$(fuzz "$target"); status=$?; echo "$report"; exit "$status"; } &
  running=$((running + 1))
done
for ((; running > 0; running--)); do
  wait -n || failed=1
done
[ $failed = 0 ] && rm -rf "$found"
exit $failed
