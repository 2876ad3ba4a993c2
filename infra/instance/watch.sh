# shellcheck shell=bash
# Whoever is unhealthy is replaced by the group. @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html
unhealthy() {
  local instance
  instance=$(imds meta-data/instance-id) || return 1
  aws_curl autoscaling --max-time 60 --output /dev/null \
    --data-urlencode 'Action=SetInstanceHealth' --data-urlencode 'Version=2011-01-01' \
    --data-urlencode "InstanceId=$instance" --data-urlencode 'HealthStatus=Unhealthy' \
    --data-urlencode 'ShouldRespectGracePeriod=false' "https://autoscaling.$REGION.$SUFFIX/"
}

# A listener of supervisord's events. @see http://supervisord.org/events.html#event-listener-notification-protocol
on_fatal() {
  local header payload
  while echo READY && read -r header; do
    read -r -N "${header##*len:}" payload
    if [[ $payload == *" groupname:$NAME "* ]]; then
      say "supervisord has given up: $payload"
      until unhealthy >&2; do sleep 60; done
    fi
    printf 'RESULT 2\nOK'
  done
}

install_watch() { # The functions that are known here, as a program of their own.
  {
    printf '#!/bin/bash\nset -u\n'
    declare -p NAME REGION SUFFIX IMDS
    declare -f say imds_token imds credentials aws_curl unhealthy on_fatal
    printf '"$%d"\n' 1
  } >"$WORK/watch"
  install -m 0755 -o root -g root "$WORK/watch" "/opt/$NAME/watch"
}
