#!/bin/bash
# Deploys, then boots the deployed user-data on a copy of a Debian root folder, and tries its server. See chroot.sh.
# Arguments: DIR NODE AWS ROOT PROGRAM PORT. Results are left in DIR.
set -euo pipefail
readonly DIR=$1 NODE=$2 AWS=$3 LOWER=$4 PROGRAM=$5 PORT=$6
# shellcheck source=test/infra/deploy/chroot.sh
source "$(dirname "${BASH_SOURCE[0]}")/chroot.sh"

answer() { inside curl --silent --show-error --max-time 5 "http://127.0.0.1:$PORT/"; }
second_answer() { answer >"$DIR/second-answer"; }

start_aws
make_root
boot || exit 0
first=$(inside supervisorctl pid "$PROGRAM")
answer >"$DIR/first-answer"
inside ps -o user:40=,args:200= -p "$first" >"$DIR/process"
kill_and_wait "$PROGRAM" second_answer >"$DIR/pids"
inside supervisorctl stop "$PROGRAM" >"$DIR/stop"
inside supervisorctl status "$PROGRAM" >>"$DIR/stop" || true # 3 once it is stopped
answer >"$DIR/last-answer" 2>&1 || echo "$?" >"$DIR/last-code"
