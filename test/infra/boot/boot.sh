#!/bin/bash
# Boots the user-data on a throw-away copy of this machine: run under `unshare --mount --net --pid --fork`.
# Arguments: DIR NODE FAKE-AWS PROGRAM PORT SCHEME [PROCESS]. PROCESS is the server in supervisord, by default
# PROGRAM. DIR holds user-data.sh, cert.pem, key.pem, hosts, and in
# files/ what S3 and Secrets Manager have.
set -euo pipefail
readonly DIR=$1 NODE=$2 FAKE=$3 PROGRAM=$4 PORT=$5 SCHEME=$6 PROCESS=${7:-$4}

ip link set lo up
ip addr add 169.254.169.254/32 dev lo
mount -t tmpfs tmpfs "$DIR/mnt"
mkdir "$DIR"/mnt/{upper,work,root}
readonly ROOT="$DIR/mnt/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$DIR/mnt/upper,workdir=$DIR/mnt/work" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mkdir -p "$ROOT/run"
mount -t tmpfs tmpfs "$ROOT/run"
cat "$DIR/hosts" >>"$ROOT/etc/hosts"
cat "$DIR/cert.pem" >>"$ROOT/etc/ssl/certs/ca-certificates.crt"

"$NODE" "$FAKE" "$DIR/files" "$DIR/cert.pem" "$DIR/key.pem" "$DIR/record" &
for _ in {1..100}; do
  [[ ! -e $DIR/record.up ]] || break
  sleep 0.1
done
cp "$DIR/user-data.sh" "$ROOT/user-data.sh"

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" "$@"; }
answer() { inside curl --silent --show-error --max-time 5 --insecure "$SCHEME://127.0.0.1:$PORT/"; }

code=0
inside /bin/bash /user-data.sh >"$DIR/log" 2>&1 || code=$?
echo "$code" >"$DIR/code"
if [[ -e $ROOT/agent-report ]]; then cp "$ROOT/agent-report" "$DIR/agent-report"; fi
((code == 0)) || exit 0

first=$(inside supervisorctl pid "$PROCESS")
inside supervisorctl status >"$DIR/status" || true # 3 while one is not running
answer >"$DIR/first-answer"
inside stat -c '%a %U %n' "/opt/$PROGRAM/app" "/etc/supervisor/conf.d/$PROGRAM.conf" "/var/lib/$PROGRAM" >"$DIR/modes"
inside ps -o user:40=,args:200= -p "$first" >"$DIR/process"
if [[ -d $ROOT/etc/$PROGRAM ]]; then
  inside find "/etc/$PROGRAM" -printf '%m %u %g %p\n' | sort >"$DIR/etc-modes"
fi
tr '\0' '\n' <"/proc/$first/environ" >"$DIR/environment"
kill -9 "$first"
for _ in {1..100}; do
  second=$(inside supervisorctl pid "$PROCESS") || true # 7 while it is down
  if [[ $second != "$first" && $second != 0 ]] && answer >"$DIR/second-answer" 2>/dev/null; then break; fi
  sleep 0.1
done
echo "$first $second" >"$DIR/pids"
