"""A help desk without a chat of its own: tickets in memory, and everything that people should hear of is an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

ids = count(1)


@dataclass
class Ticket:
    """A question of a customer, and the agents who answer it."""

    number: int
    title: str
    customer: str
    agents: list[str] = field(default_factory=list)

    @property
    def room(self) -> str:
        return f"ticket-{self.number}"

    @property
    def people(self) -> list[str]:
        return [self.customer, *self.agents]


class HelpDesk:
    """What customers and agents do; `callboard` is the client of docs/integrate/django.md."""

    def __init__(self, callboard: Any, agents: dict[str, str]) -> None:
        self.callboard = callboard
        self.agents = agents
        self.tickets: dict[int, Ticket] = {}
        callboard.batch({"type": "user", "id": name, "name": agents[name]} for name in agents)

    def ask(self, customer: str, title: str, text: str) -> Ticket:
        """Open a ticket. All agents hear of it."""
        ticket = Ticket(next(ids), title, customer, list(self.agents))
        self.tickets[ticket.number] = ticket
        self.write(ticket, customer, text, roomName=f"{ticket.number} {title}")
        return ticket

    def write(self, ticket: Ticket, author: str, text: str, **more: Any) -> Any:
        """Add a comment to a ticket; the other people of the ticket are notified."""
        comment = {"id": f"comment-{next(ids)}", "room": ticket.room, "sender": author, "text": text}
        return self.callboard.message(**comment, members=ticket.people, **more)

    def take(self, ticket: Ticket, agent: str) -> None:
        """Make one agent responsible. The others are not notified any more."""
        ticket.agents = [agent]
        self.callboard.room(ticket.room, members=ticket.people)

    def open(self, ticket: Ticket, person: str) -> None:
        """Show a ticket: what it says need not be sent to this person any more."""
        self.callboard.presence(person)
        self.callboard.read(person, ticket.room)

    def close(self, ticket: Ticket) -> None:
        """Close the ticket; nothing can be written any more."""
        self.callboard.room(ticket.room, archived=True)
