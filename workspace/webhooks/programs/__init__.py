"""The programs whose formats are recognised: one line each."""

from __future__ import annotations

from workspace.webhooks.programs.alertmanager import ALERTMANAGER
from workspace.webhooks.programs.gitlab import GITLAB
from workspace.webhooks.programs.grafana import GRAFANA, OLD_GRAFANA
from workspace.webhooks.programs.program import Program
from workspace.webhooks.programs.titled import TITLED
from workspace.webhooks.programs.uptime_kuma import UPTIME_KUMA
from workspace.webhooks.programs.zabbix import ZABBIX

# The first that recognises a payload is used. Grafana's is Alertmanager's with additions; the last one is for any other
# program that sends a title and a message.
PROGRAMS: tuple[Program, ...] = (GRAFANA, OLD_GRAFANA, ALERTMANAGER, GITLAB, UPTIME_KUMA, ZABBIX, TITLED)
