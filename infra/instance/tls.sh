# shellcheck shell=bash
# The pair touches the disk only in folders that others cannot enter. supervisor has brought Python with it.
install_tls() {
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
