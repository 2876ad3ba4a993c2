#!/bin/bash
# Deploys a service with handlers on both sides, boots the instance and sends it messages. See chroot.sh.
# Arguments: DIR NODE AWS ROOT MESSAGES. Results are left in DIR.
set -euo pipefail
readonly DIR=$1 NODE=$2 AWS=$3 LOWER=$4 MESSAGES=$5
# shellcheck source=test/infra/deploy/chroot.sh
source "$(dirname "${BASH_SOURCE[0]}")/chroot.sh"

readonly SEEN=/var/lib/placed/seen
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-1
queue() { sed -n "s/^$1=//p" "$DIR/queues"; }
send() { aws sqs send-message --endpoint-url http://127.0.0.1 --queue-url "$(queue "$1")" --message-body "$2" >/dev/null; }
send_orders() { # FILE...: ten in a call
  local file
  for file; do
    aws sqs send-message-batch --endpoint-url http://127.0.0.1 --queue-url "$(queue orders)" --entries "file://$file" >/dev/null
  done
}
seen() { inside cat "$SEEN" 2>/dev/null || true; }
seen_lines() { # HOW MANY
  for _ in {1..600}; do
    (($(seen | wc -l) < $1)) || return 0
    sleep 0.1
  done
  return 1
}
where() { inside curl --silent --fail --max-time 5 http://127.0.0.1:9999/where; }
server_up() { where >/dev/null; }
worker_ready() { inside curl --silent --fail --max-time 5 http://127.0.0.1:9998/_amphi/health/ready >/dev/null; }

start_aws
make_root
boot || exit 0
inside supervisorctl status >"$DIR/programs"
where >"$DIR/where"

# As a Lambda function of the stack would, with its environment.
env AMPHI_TARGETS="$(cat "$DIR/targets")" AWS_ENDPOINT_URL_SQS=http://127.0.0.1 \
  "$APP" invoke http --event "$DIR/order.json" >"$DIR/ordered"
send tick "$(cat "$DIR/tick.json")"
send_orders "$DIR"/orders-*.json
seen_lines $((MESSAGES + 2))
seen >"$DIR/seen"

# A message that is on its way to a worker when that is killed is hidden for a minute, so that none is sent any more.
kill_and_wait placed:placed-worker worker_ready >"$DIR/worker-pids"
kill_and_wait placed:placed-server server_up >"$DIR/server-pids"
inside supervisorctl stop placed:* >"$DIR/stop"
inside cat /var/log/placed/worker-stdout.log >"$DIR/worker-log" 2>/dev/null || inside ls /var/log/placed >"$DIR/worker-log"
