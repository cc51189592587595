"""Gives a registered workspace a plan."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloud.models import Plan, RegisteredWorkspace
from cloud.services.plans import plan_change


class Command(BaseCommand):
    help = "Gives a workspace that is registered with this cloud a plan; its next synchronization brings the licence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", help="its workspace id or unique id, or its name where there is only one")
        parser.add_argument("plan", choices=Plan.values)
        parser.add_argument("--limit", type=int, help="pushes a month; by default what the plan brings")

    def handle(self, *args: Any, **options: Any) -> str:
        named = options["workspace"]
        rows = RegisteredWorkspace.objects
        found = rows.filter(public_id=named) or rows.filter(unique_id=named) or rows.filter(name=named)[:2]
        if len(found) != 1:
            raise CommandError(f"There is not exactly one workspace “{named}”.")
        (workspace,) = found
        plan_change(
            workspace=workspace, plan=options["plan"], monthly_limit=options["limit"], modules=workspace.modules
        )
        limit = "the plan's limit" if options["limit"] is None else f"{options['limit']} pushes a month"
        return f"{workspace.name}: {workspace.get_plan_display()}, {limit}."
