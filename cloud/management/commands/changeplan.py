"""Changes the plan of a registered workspace."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloud.models import Plan, RegisteredWorkspace
from cloud.services.plans import plan_change


class Command(BaseCommand):
    help = (
        "Changes the plan of a workspace registered with this cloud. The workspace gets its licence with the next sync."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", help="workspace id, unique id, or name if it is unique")
        parser.add_argument("plan", choices=Plan.values)
        parser.add_argument("--limit", type=int, help="pushes per month; by default the plan's limit")

    def handle(self, *args: Any, **options: Any) -> str:
        text = options["workspace"]
        rows = RegisteredWorkspace.objects
        matches = rows.filter(public_id=text) or rows.filter(unique_id=text) or rows.filter(name=text)[:2]
        if len(matches) != 1:
            raise CommandError(f"There is not exactly one workspace “{text}”.")
        (workspace,) = matches
        plan_change(
            workspace=workspace, plan=options["plan"], monthly_limit=options["limit"], modules=workspace.modules
        )
        limit = "the plan's limit" if options["limit"] is None else f"{options['limit']} pushes per month"
        return f"{workspace.name}: {workspace.get_plan_display()}, {limit}."
