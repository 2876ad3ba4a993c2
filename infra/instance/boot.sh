#!/bin/bash
# {{ .Title }}: fetches the artifact, runs it under supervisord, tells CloudFormation how that went.
set -euo pipefail
umask 022

readonly REGION='{"Ref":"AWS::Region"}'
readonly SUFFIX='{"Ref":"AWS::URLSuffix"}'
readonly STACK='{"Ref":"AWS::StackName"}'
readonly RESOURCE='{{ .Resource }}'
readonly BUCKET='{{ .Bucket }}'
readonly KEY='{{ .Key }}'
readonly SHA256='{{ .Sha256 }}'
readonly NAME='{{ .Name }}'
readonly ACCOUNT='{{ .Account }}'
readonly READY_URLS='{{ .ReadyUrls }}'
readonly ROOT_DEVICE='{{ .RootDevice }}'
# Seconds; longer than a dependency of the server may be away for a minute, and supervisord's pause after that.
readonly READY_TRIES=180
readonly IMDS='http://169.254.169.254/latest'

WORK=$(mktemp -d)
readonly WORK
REASON='the-script'

say() { echo "$NAME: $*" >&2; }

run() { # STEP: a failure is signalled by its name, unless the step knows better
  REASON=$1
  "$1"
}

imds_token() {
  curl --fail --silent --show-error --noproxy '*' --connect-timeout 2 --max-time 5 --request PUT \
    --header 'x-aws-ec2-metadata-token-ttl-seconds: 300' "$IMDS/api/token"
}

imds() { # PATH
  local token
  token=$(imds_token) || return 1
  printf 'header = "x-aws-ec2-metadata-token: %s"\n' "$token" |
    curl --config - --fail --silent --show-error --noproxy '*' --connect-timeout 2 --max-time 5 "$IMDS/$1"
}

credentials() {
  local base=meta-data/iam/security-credentials role
  # A new instance profile can take a while to arrive.
  for _ in {1..30}; do
    if role=$(imds "$base/") && [[ -n $role ]] && imds "$base/$role"; then return 0; fi
    sleep 2
  done
  say 'no credentials from the instance metadata service'
  return 1
}

aws_curl() { # SERVICE CURL-ARGUMENT...
  local service=$1 json
  shift
  json=$(credentials) || return 1
  field() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" <<<"$json"; }
  printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' \
    "$(field AccessKeyId)" "$(field SecretAccessKey)" "$(field Token)" |
    curl --config - --aws-sigv4 "aws:amz:$REGION:$service" --fail --silent --show-error \
      --connect-timeout 10 --retry 5 --retry-delay 3 --retry-all-errors "$@"
}

signal() { # SUCCESS or FAILURE
  local instance id
  instance=$(imds meta-data/instance-id) || return 1
  id=$instance
  # A signal has no field for a reason, but its id stands in the events of the stack.
  if [[ $1 == FAILURE ]]; then id="$instance:${REASON//[^A-Za-z0-9._-]/-}"; fi
  aws_curl cloudformation --max-time 60 --output /dev/null \
    --data-urlencode 'Action=SignalResource' --data-urlencode 'Version=2010-05-15' \
    --data-urlencode "StackName=$STACK" --data-urlencode "LogicalResourceId=$RESOURCE" \
    --data-urlencode "UniqueId=${id:0:64}" --data-urlencode "Status=$1" \
    "https://cloudformation.$REGION.$SUFFIX/"
}

finish() {
  local code=$? status=SUCCESS
  trap - EXIT
  set +e
  rm -rf -- "$WORK"
  if ((code != 0)); then status=FAILURE; fi
  say "start-up ended with status $code, $REASON being the last step"
  if ! signal "$status"; then
    # Outside of a stack operation, as when the group scales out, nobody waits and the call is refused.
    say "CloudFormation did not take the signal $status"
    if [[ $status == FAILURE ]]; then unhealthy || say 'and the group did not take the instance for unhealthy'; fi
  fi
  exit "$code"
}
trap finish EXIT

missing() { # COMMAND...
  local command
  for command; do
    command -v "$command" >/dev/null || return 0
  done
  return 1
}

apt_get() { # ARGUMENT...
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=60 -o Acquire::Retries=5 "$@" 2>"$WORK/apt" &&
    return 0
  cat "$WORK/apt" >&2
  return 1
}

# apt waits for the lock of dpkg, but not for that of its lists, which the machine's own updates may hold; and it
# takes lists that it could not fetch for a success, so that only the next step fails.
add_packages() { # PACKAGE...
  local end=$((SECONDS + 480)) holder
  until apt_get update && apt_get install --no-install-recommends "$@"; do
    if ((SECONDS >= end)); then
      holder=$(sed -n 's/.*held by process [0-9]* (\([^)]*\)).*/\1/p' "$WORK/apt" | tail -n 1)
      if [[ -n $holder ]]; then REASON="$REASON-lock-of-$holder"; fi
      return 1
    fi
    say 'apt-get failed, trying again'
    sleep 5
  done
}

install_packages() {
  if missing supervisord curl unzip; then add_packages supervisor curl unzip ca-certificates; fi
}

check_image() {
  local version root
  version=$(curl --version | sed -n '1s/^curl \([0-9.]*\).*/\1/p')
  # Older ones sign another hash than the header x-amz-content-sha256 says.
  if ! printf '%s\n' 7.87.0 "$version" | sort --version-sort --check=silent; then
    REASON="curl-$version"
    say "curl $version cannot sign for S3; 7.87 can"
    return 1
  fi
  root=$(imds meta-data/block-device-mapping/root) || return 0
  # A mapping of another name than the image's own has added a volume, and left the root volume as it was.
  if [[ ${root##*/} != "${ROOT_DEVICE##*/}" ]]; then
    REASON="root-device-${root##*/}"
    say "the root device is $root: give --parameter RootDevice=$root, or its volume is not encrypted"
    return 1
  fi
}

make_account() {
  if ! id -u "$ACCOUNT" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --home-dir "/var/lib/$NAME" \
      --shell /usr/sbin/nologin "$ACCOUNT"
  fi
  install -d -m 0755 -o root -g root "/opt/$NAME"
  install -d -m 0750 -o "$ACCOUNT" -g "$ACCOUNT" "/var/lib/$NAME"
  install -d -m 0750 -o root -g root "/var/log/$NAME"
}

install_artifact() {
  aws_curl s3 --max-time 600 --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    --output "$WORK/artifact.zip" "https://s3.$REGION.$SUFFIX/$BUCKET/$KEY"
  if [[ -n $SHA256 ]]; then sha256sum --check --quiet <<<"$SHA256  $WORK/artifact.zip"; fi
  unzip -p "$WORK/artifact.zip" bootstrap >"$WORK/app"
  install -m 0755 -o root -g root "$WORK/app" "/opt/$NAME/app.new"
  # A running executable cannot be written over, but it can be replaced.
  mv -f "/opt/$NAME/app.new" "/opt/$NAME/app"
}

configure_supervisord() {
  install -d -m 0755 /etc/supervisor/conf.d
  (
    umask 077
    cat >"/etc/supervisor/conf.d/$NAME.conf" <<'SUPERVISORD_CONF'
{{ .SupervisordConf }}
SUPERVISORD_CONF
  )
  supervisorctl pid >/dev/null 2>&1 || service supervisor start
  for _ in {1..30}; do
    if supervisorctl pid >/dev/null 2>&1; then break; fi
    sleep 1
  done
  supervisorctl update
}

wait_until_ready() {
  local url tries=0 status state
  for url in $READY_URLS; do
    # A certificate is for another name than this.
    until curl --insecure --fail --silent --noproxy '*' --max-time 2 --output /dev/null "$url"; do
      if ((++tries >= READY_TRIES)); then break 2; fi
      sleep 1
    done
  done
  if ((tries < READY_TRIES)); then
    say 'ready'
    return 0
  fi
  say "no 2xx from $url; see /var/log/$NAME on the instance"
  status=$(supervisorctl status "$NAME:*") || true
  say "$status"
  read -r _ state _ <<<"$status"
  REASON="$REASON-${state:-unknown}"
  return 1
}
