"""The test of the directory's settings, for administrators."""

from __future__ import annotations

from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.ldap.directory import DirectoryError, DirectoryUnreachableError, ldap_is_installed, people_found
from workspace.models import LdapSettings, User


def directory_test(_actor: User) -> str:
    """Connect to the directory, sign in the account that searches, and return a sentence about a person it finds.

    Raises `error-ldap-failed` with the reason, which contains no password.
    """
    settings = LdapSettings.current()
    if not ldap_is_installed():
        raise _failure(_("The server lacks the library: pip install callboard[ldap]."))
    if not settings.host or not settings.base_dn:
        raise _failure(_("Enter the host and the base DN first, and save them."))
    try:
        people = people_found()
    except DirectoryUnreachableError as error:
        sentence = _("%(host)s cannot be reached on port %(port)s with this encryption: %(error)s")
        values = {"host": settings.host, "port": settings.port, "error": error}
        raise _failure(sentence % values) from error
    except DirectoryError as error:
        raise _failure(_("The directory was reached, but: %(error)s") % {"error": error}) from error
    if not people:
        raise _failure(_("The account can search, but the base DN and the filter match nobody."))
    return _("The directory works. One of the people who may sign in: %(name)s") % {"name": people[0].username}


def _failure(sentence: str) -> ApplicationError:
    return ApplicationError("error-ldap-failed", sentence)
