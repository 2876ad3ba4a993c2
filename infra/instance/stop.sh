# shellcheck shell=bash
# When the machine stops, systemd would end supervisord before its programs have drained.
extend_stop() {
  local folder=/etc/systemd/system/supervisor.service.d
  install -d -m 0755 "$folder"
  printf '[Service]\nTimeoutStopSec=%s\n' '{{ .StopSeconds }}' >"$folder/$NAME.conf"
  systemctl daemon-reload || say 'systemd did not take the longer stop'
}
