"""GitLab: a webhook of a project or a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workspace.webhooks.markdown import bold, lines, link, shortened
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import object_in, objects_in, text_in

COMMITS_SHOWN = 5
TITLE_LENGTH, QUOTE_LENGTH = 120, 300
# What the hash of a commit is if a branch was created or deleted.
NO_COMMIT = "0" * 40
STATUS_ICONS = {"success": "🟢", "failed": "🔴", "canceled": "⚪", "running": "🔵"}
DONE = {
    "open": "opened",
    "close": "closed",
    "reopen": "reopened",
    "merge": "merged",
    "update": "updated",
    "approved": "approved",
    "approval": "approved",
    "unapproved": "took back the approval of",
    "unapproval": "took back the approval of",
    "create": "created",
    "delete": "deleted",
}
KINDS = {"issue": "issue", "work_item": "work item", "incident": "incident", "wiki_page": "wiki page"}
NOTED = {"Commit": "commit", "MergeRequest": "merge request", "Issue": "issue", "Snippet": "snippet"}


def is_gitlab(payload: Mapping[str, Any]) -> bool:
    return isinstance(payload.get("object_kind"), str)


def gitlab_text(payload: Mapping[str, Any]) -> str:
    describe = EVENTS.get(text_in(payload, "object_kind"), other_text)
    return lines(*describe(payload))


def author_of(payload: Mapping[str, Any]) -> str:
    name = text_in(payload, "user", "name") or text_in(payload, "user_name") or text_in(payload, "user", "username")
    return bold(name or "Someone")


def project_of(payload: Mapping[str, Any]) -> str:
    name = text_in(payload, "project", "path_with_namespace") or text_in(payload, "project_name")
    address = text_in(payload, "project", "web_url") or text_in(payload, "repository", "homepage")
    return link(name or text_in(payload, "repository", "name") or "a project", address)


def branch_of(payload: Mapping[str, Any]) -> str:
    """Return the name of the branch or tag, with a link."""
    name = text_in(payload, "ref").removeprefix("refs/heads/").removeprefix("refs/tags/")
    address = text_in(payload, "project", "web_url")
    return link(name, f"{address}/-/tree/{name}") if address else name


def numbered(payload: Mapping[str, Any], sign: str) -> str:
    """Return the number and title of an issue or merge request, with a link."""
    attributes = object_in(payload, "object_attributes")
    number = f"{sign}{text_in(attributes, 'iid')} " if text_in(attributes, "iid") else ""
    return link(number + shortened(text_in(attributes, "title"), TITLE_LENGTH), text_in(attributes, "url"))


def done_to(payload: Mapping[str, Any]) -> str:
    """Return what was done, such as "opened"; hooks of tests have no action."""
    return DONE.get(text_in(payload, "object_attributes", "action"), "changed")


def push_text(payload: Mapping[str, Any]) -> list[str]:
    kind = "tag" if text_in(payload, "object_kind") == "tag_push" else "branch"
    author, branch, project = author_of(payload), branch_of(payload), project_of(payload)
    if text_in(payload, "after") == NO_COMMIT:
        name = text_in(payload, "ref").rsplit("/", 1)[-1]
        return [f"{author} deleted the {kind} {name} of {project}"]
    commits = objects_in(payload, "commits")
    total = text_in(payload, "total_commits_count") or str(len(commits))
    if text_in(payload, "before") == NO_COMMIT:
        heading = f"{author} created the {kind} {branch} of {project}"
    else:
        heading = f"{author} pushed {total} {'commit' if total == '1' else 'commits'} to {branch} of {project}"
    # The last ones are the newest.
    return [heading, *(commit_line(commit) for commit in commits[-COMMITS_SHOWN:])]


def commit_line(commit: Mapping[str, Any]) -> str:
    title = text_in(commit, "title") or text_in(commit, "message").strip().split("\n")[0]
    name = text_in(commit, "author", "name")
    identity = link(text_in(commit, "id")[:8], text_in(commit, "url"))
    return f"• {identity} {shortened(title, TITLE_LENGTH)}" + (f" ({name})" if name else "")


def merge_request_text(payload: Mapping[str, Any]) -> list[str]:
    attributes = object_in(payload, "object_attributes")
    branches = f"{text_in(attributes, 'source_branch')} → {text_in(attributes, 'target_branch')}"
    request = f"{author_of(payload)} {done_to(payload)} the merge request {numbered(payload, '!')}"
    return [f"{request} of {project_of(payload)}", branches if branches.strip("→ ") else ""]


def issue_text(payload: Mapping[str, Any]) -> list[str]:
    kind = text_in(payload, "object_kind")
    thing = KINDS.get(kind, "issue")
    return [f"{author_of(payload)} {done_to(payload)} the {thing} {numbered(payload, '#')} of {project_of(payload)}"]


def note_text(payload: Mapping[str, Any]) -> list[str]:
    attributes = object_in(payload, "object_attributes")
    thing = NOTED.get(text_in(attributes, "noteable_type"), "discussion")
    about = next(
        (title for name in ("merge_request", "issue", "snippet") if (title := text_in(payload, name, "title"))),
        text_in(payload, "commit", "id")[:8],
    )
    subject = link(f"{thing} {shortened(about, TITLE_LENGTH)}".strip(), text_in(attributes, "url"))
    quoted = shortened(text_in(attributes, "note"), QUOTE_LENGTH)
    return [
        f"{author_of(payload)} commented on the {subject} of {project_of(payload)}",
        f"> {quoted}" if quoted else "",
    ]


def pipeline_text(payload: Mapping[str, Any]) -> list[str]:
    attributes = object_in(payload, "object_attributes")
    status, number = text_in(attributes, "status"), text_in(attributes, "id")
    address = text_in(attributes, "url")
    if not address and text_in(payload, "project", "web_url"):
        address = f"{text_in(payload, 'project', 'web_url')}/-/pipelines/{number}"
    failed = [text_in(job, "name") for job in objects_in(payload, "builds") if text_in(job, "status") == "failed"]
    duration = text_in(attributes, "duration")
    pipeline = link(f"Pipeline #{number}", address)
    return [
        f"{STATUS_ICONS.get(status, '🟡')} {pipeline} of {project_of(payload)}: {bold(status)}",
        f"Branch {text_in(attributes, 'ref')}, by {author_of(payload)}" + (f", {duration} s" if duration else ""),
        f"Failed: {', '.join(failed)}" if failed else "",
    ]


def job_text(payload: Mapping[str, Any]) -> list[str]:
    status, number = text_in(payload, "build_status"), text_in(payload, "build_id")
    home = text_in(payload, "project", "web_url") or text_in(payload, "repository", "homepage")
    job = link(f"Job {text_in(payload, 'build_name')}", f"{home}/-/jobs/{number}" if home else "")
    heading = f"{STATUS_ICONS.get(status, '🟡')} {job} of {project_of(payload)}: {bold(status)}"
    return [heading, f"Branch {text_in(payload, 'ref')}, by {author_of(payload)}"]


def release_text(payload: Mapping[str, Any]) -> list[str]:
    release = link(text_in(payload, "name") or text_in(payload, "tag"), text_in(payload, "url"))
    done = {"create": "New release", "update": "Changed release", "delete": "Deleted release"}
    heading = done.get(text_in(payload, "action"), "Release")
    return [
        f"📦 {heading} {release} of {project_of(payload)}",
        shortened(text_in(payload, "description"), QUOTE_LENGTH),
    ]


def deployment_text(payload: Mapping[str, Any]) -> list[str]:
    status = text_in(payload, "status")
    deployment = link(f"Deployment to {text_in(payload, 'environment')}", text_in(payload, "deployable_url"))
    heading = f"{STATUS_ICONS.get(status, '🟡')} {deployment} of {project_of(payload)}: {bold(status)}"
    return [heading, shortened(text_in(payload, "commit_title"), TITLE_LENGTH)]


def other_text(payload: Mapping[str, Any]) -> list[str]:
    kind = text_in(payload, "object_kind").replace("_", " ")
    title, address = text_in(payload, "object_attributes", "title"), text_in(payload, "object_attributes", "url")
    about = f" {link(shortened(title, TITLE_LENGTH), address)}" if title else ""
    return [f"{project_of(payload)}: {kind}{about}"]


EVENTS: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "push": push_text,
    "tag_push": push_text,
    "merge_request": merge_request_text,
    "issue": issue_text,
    "work_item": issue_text,
    "incident": issue_text,
    "wiki_page": issue_text,
    "note": note_text,
    "pipeline": pipeline_text,
    "build": job_text,
    "release": release_text,
    "deployment": deployment_text,
}

GITLAB = Program(name="gitlab", label="GitLab", recognises=is_gitlab, text=gitlab_text)
