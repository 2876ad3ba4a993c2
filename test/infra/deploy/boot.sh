#!/bin/bash
# Deploys, then boots the deployed user-data on a copy of a Debian root folder, and tries its server. Run under
# `unshare --mount --net --pid --fork --kill-child --mount-proc`, so that nothing outlives this script.
# Arguments: DIR NODE AWS ROOT PROGRAM PORT. DIR holds cert.pem, key.pem, hosts and an empty mnt; AWS is a script
# that deploys and writes user-data.sh, then record.up once it answers. Results are left in DIR.
set -euo pipefail
readonly DIR=$1 NODE=$2 AWS=$3 LOWER=$4 PROGRAM=$5 PORT=$6

ip link set lo up
ip addr add 169.254.169.254/32 dev lo
"$NODE" "$AWS" "$DIR/cert.pem" "$DIR/key.pem" "$DIR/record" &
readonly AWS_PID=$!
for _ in {1..900}; do
  [[ ! -e $DIR/record.up ]] || break
  kill -0 "$AWS_PID" || exit 1
  sleep 0.1
done

mount -t tmpfs tmpfs "$DIR/mnt"
mkdir "$DIR"/mnt/{upper,work,root}
readonly ROOT="$DIR/mnt/root"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$DIR/mnt/upper,workdir=$DIR/mnt/work" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
cat "$DIR/hosts" >>"$ROOT/etc/hosts"
cat "$DIR/cert.pem" >>"$ROOT/etc/ssl/certs/ca-certificates.crt"
cp "$DIR/user-data.sh" "$ROOT/user-data.sh"

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" "$@"; }
answer() { inside curl --silent --show-error --max-time 5 "http://127.0.0.1:$PORT/"; }

code=0
inside /bin/bash /user-data.sh >"$DIR/log" 2>&1 || code=$?
echo "$code" >"$DIR/code"
((code == 0)) || exit 0

first=$(inside supervisorctl pid "$PROGRAM")
answer >"$DIR/first-answer"
inside ps -o user:40=,args:200= -p "$first" >"$DIR/process"
killed=$(date +%s%N)
kill -9 "$first"
for _ in {1..100}; do
  second=$(inside supervisorctl pid "$PROGRAM") || true # 7 while it is down
  if [[ $second != "$first" && $second != 0 ]] && answer >"$DIR/second-answer" 2>/dev/null; then break; fi
  sleep 0.1
done
echo "$((($(date +%s%N) - killed) / 1000000))" >"$DIR/restart-ms"
echo "$first $second" >"$DIR/pids"
inside supervisorctl stop "$PROGRAM" >"$DIR/stop"
inside supervisorctl status "$PROGRAM" >>"$DIR/stop" || true # 3 once it is stopped
answer >"$DIR/last-answer" 2>&1 || echo "$?" >"$DIR/last-code"
