/**
 * Fetches certificate chain and private key of the server from Secrets Manager. They touch the disk only in
 * folders that others cannot enter, and no log. supervisor has brought Python with it.
 */
export const TLS_STEPS = String.raw`install_tls() {
  local part file
  aws_curl secretsmanager --max-time 60 --output "$WORK/secret.json" \
    --header 'content-type: application/x-amz-json-1.1' \
    --header 'x-amz-target: secretsmanager.GetSecretValue' \
    --data '{{ .TlsRequest }}' "https://secretsmanager.$REGION.$SUFFIX/"
  install -d -m 0755 "/etc/$NAME"
  install -d -m 0750 -o root -g "$ACCOUNT" "/etc/$NAME/tls"
  for part in certificate privateKey; do
    file="/etc/$NAME/tls/$part.pem"
    install -m 0600 -o "$ACCOUNT" -g "$ACCOUNT" /dev/null "$file"
    if ! python3 -c 'import json, sys
print(json.loads(json.load(open(sys.argv[1]))["SecretString"])[sys.argv[2]])' \
      "$WORK/secret.json" "$part" >"$file" 2>/dev/null; then
      say "the secret is no JSON object with the text $part"
      return 1
    fi
  done
}

`;

/**
 * Installs Amazon's agent, which is in no repository of Ubuntu, and has it forward the server's logs. The
 * package is signed; the fingerprint is that of the agent's documentation.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/verify-CloudWatch-Agent-Package-Signature.html
 */
export const CLOUDWATCH_STEPS = String.raw`fetch_agent() { # PATH FILE
  curl --fail --silent --show-error --connect-timeout 10 --max-time 300 --retry 5 --retry-delay 3 \
    --retry-all-errors --output "$2" "https://amazoncloudwatch-agent.s3.$SUFFIX/$1"
}

forward_logs() {
  local package=ubuntu/amd64/latest/amazon-cloudwatch-agent.deb deb="$WORK/agent.deb"
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
  dpkg --install "$deb"
  chgrp cwagent "/var/log/$NAME"
  install -d -m 0755 "/etc/$NAME"
  cat >"/etc/$NAME/cloudwatch-agent.json" <<'AGENT_CONF'
{"agent":{"run_as_user":"cwagent"},"logs":{"logs_collected":{"files":{"collect_list":[
{"file_path":"/var/log/{{ .Name }}/stdout.log","log_group_name":"{{ .LogGroup }}","log_stream_name":"{instance_id}/stdout"},
{"file_path":"/var/log/{{ .Name }}/stderr.log","log_group_name":"{{ .LogGroup }}","log_stream_name":"{instance_id}/stderr"}]}}}}
AGENT_CONF
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \
    -a fetch-config -m ec2 -s -c "file:/etc/$NAME/cloudwatch-agent.json"
}

`;
