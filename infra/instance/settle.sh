# shellcheck shell=bash
settle() { # A rolling update takes the next instance as soon as this one has signalled.
  say 'waiting for the health checks of the load balancer'
  sleep '{{ .SettleSeconds }}'
}
