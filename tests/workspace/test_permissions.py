"""Permissions: each is declared once, has words, and is checked somewhere."""

from __future__ import annotations

from importlib import import_module
from inspect import getsource

from django.apps import apps

from tests.cases import for_each
from workspace.permissions import BUILT_IN_ROLES, DECLARED

APPS = ("workspace", "preferences", "cloud", "push")
# The permissions of models, by code name: full name and words.
OF_MODELS = {
    codename: (f"{model._meta.app_label}.{codename}", words)
    for model in apps.get_models()
    if model._meta.app_label in APPS
    for codename, words in model._meta.permissions
}


def test_every_permission_of_a_model_is_declared() -> None:
    missing = OF_MODELS.keys() - DECLARED.keys()
    assert not missing, f"Declare {missing} with `declared(permission(...))` in the model's Meta."


def test_every_declared_permission_belongs_to_a_model() -> None:
    missing = DECLARED.keys() - OF_MODELS.keys()
    assert not missing, f"List {missing} in the `permissions` of a model's Meta."


@for_each("codename", DECLARED)
class TestPermission:
    def test_it_has_words(self, codename: str) -> None:
        words = DECLARED[codename].words
        assert words.startswith("May "), f"Say what {codename} allows: “May …”, as the roles' page shows it."

    def test_a_module_checks_it(self, codename: str) -> None:
        full_name, _words = OF_MODELS[codename]
        module = DECLARED[codename].checked_in
        source = getsource(import_module(module))
        assert f'"{full_name}"' in source, (
            f"Nothing checks {full_name}: ask for it in {module}, or name the module that does in `checked_in`."
        )

    def test_its_default_roles_exist(self, codename: str) -> None:
        roles = set(DECLARED[codename].roles)
        assert roles <= set(BUILT_IN_ROLES), f"{codename}: only the built-in roles have permissions by default."
