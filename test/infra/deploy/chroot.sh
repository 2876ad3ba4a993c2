# shellcheck shell=bash
# A Debian root folder in which deployed user-data is booted, with an AWS beside it. Sourced by scripts that run under
# `unshare --mount --net --pid --fork --kill-child --mount-proc`, so that nothing outlives them. They set DIR, which
# holds cert.pem, key.pem, hosts and an empty mnt; NODE; AWS, a script that deploys and writes user-data.sh, then
# record.up once it answers; and LOWER, the root folder.

start_aws() {
  ip link set lo up
  ip addr add 169.254.169.254/32 dev lo
  "$NODE" --conditions=amphi-source "$AWS" "$DIR/cert.pem" "$DIR/key.pem" "$DIR/record" &
  local pid=$!
  for _ in {1..900}; do
    [[ ! -e $DIR/record.up ]] || return 0
    kill -0 "$pid" || exit 1
    sleep 0.1
  done
}

make_root() {
  mount -t tmpfs tmpfs "$DIR/mnt"
  mkdir "$DIR"/mnt/{upper,work,root}
  ROOT="$DIR/mnt/root"
  mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$DIR/mnt/upper,workdir=$DIR/mnt/work" "$ROOT"
  mount -t proc proc "$ROOT/proc"
  mount --rbind /dev "$ROOT/dev"
  cat "$DIR/hosts" >>"$ROOT/etc/hosts"
  cat "$DIR/cert.pem" >>"$ROOT/etc/ssl/certs/ca-certificates.crt"
  cp "$DIR/user-data.sh" "$ROOT/user-data.sh"
}

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" "$@"; }

boot() { # its exit code is left in DIR/code
  local code=0
  inside /bin/bash /user-data.sh >"$DIR/log" 2>&1 || code=$?
  echo "$code" >"$DIR/code"
  return "$code"
}

kill_and_wait() { # PROGRAM CHECK: killed with -9, until supervisord has another one that passes; prints both pids and ms
  local first second='' killed
  first=$(inside supervisorctl pid "$1")
  killed=$(date +%s%N)
  kill -9 "$first"
  for _ in {1..100}; do
    second=$(inside supervisorctl pid "$1") || true # 7 while it is down
    if [[ $second != "$first" && $second != 0 ]] && "$2" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "$first $second $((($(date +%s%N) - killed) / 1000000))"
}
