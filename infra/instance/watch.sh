# shellcheck shell=bash
autoscaling() { # FIELD...
  local field fields=()
  for field; do fields+=(--data-urlencode "$field"); done
  aws_curl autoscaling --max-time 60 --data-urlencode 'Version=2011-01-01' "${fields[@]}" \
    "https://autoscaling.$REGION.$SUFFIX/"
}

# Whoever is unhealthy is replaced by the group. @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html
unhealthy() {
  local instance
  instance=$(imds meta-data/instance-id) || return 1
  autoscaling 'Action=SetInstanceHealth' "InstanceId=$instance" 'HealthStatus=Unhealthy' \
    'ShouldRespectGracePeriod=false' >/dev/null
}

# A listener of supervisord's events. @see http://supervisord.org/events.html#event-listener-notification-protocol
on_fatal() {
  local header payload
  while echo READY && read -r header; do
    read -r -N "${header##*len:}" payload
    if [[ $payload == *" groupname:$NAME "* ]]; then
      say "supervisord has given up: $payload"
      until unhealthy; do sleep 60; done
    fi
    printf 'RESULT 2\nOK'
  done
}

install_watch() { # The functions that are known here, as a program of their own.
  {
    printf '#!/bin/bash\nset -u\n'
    declare -p NAME REGION SUFFIX IMDS
    declare -f
    printf '"$%d"\n' 1
  } >"$WORK/watch"
  install -m 0755 -o root -g root "$WORK/watch" "/opt/$NAME/watch"
}
