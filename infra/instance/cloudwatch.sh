# shellcheck shell=bash
# The agent is in no repository of Ubuntu; its package is signed.
fetch_agent() { # PATH FILE
  curl --fail --silent --show-error --connect-timeout 10 --max-time 300 --retry 5 --retry-delay 3 \
    --retry-all-errors --output "$2" "https://amazoncloudwatch-agent.s3.$SUFFIX/$1"
}

forward_logs() {
  local package=ubuntu/amd64/latest/amazon-cloudwatch-agent.deb deb="$WORK/agent.deb"
  if missing gpg; then add_packages gpg; fi
  fetch_agent "$package" "$deb"
  fetch_agent "$package.sig" "$deb.sig"
  fetch_agent assets/amazon-cloudwatch-agent.gpg "$WORK/agent.gpg"
  install -d -m 0700 "$WORK/gnupg"
  gpg --homedir "$WORK/gnupg" --batch --quiet --import "$WORK/agent.gpg"
  if ! gpg --homedir "$WORK/gnupg" --batch --status-fd 1 --verify "$deb.sig" "$deb" 2>/dev/null |
    grep '^\[GNUPG:\] VALIDSIG .*{{ .AgentKey }}$' >/dev/null; then
    say 'the signature of the CloudWatch agent is not the one of Amazon'
    return 1
  fi
  apt_get install "$deb"
  chgrp cwagent "/var/log/$NAME"
  install -d -m 0755 "/etc/$NAME"
  cat >"/etc/$NAME/cloudwatch-agent.json" <<'AGENT_CONF'
{"agent":{"run_as_user":"cwagent"},"logs":{"logs_collected":{"files":{"collect_list":[
{{ .LogFiles }}
]}}}}
AGENT_CONF
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \
    -a fetch-config -m ec2 -s -c "file:/etc/$NAME/cloudwatch-agent.json"
}
