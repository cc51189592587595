from workspace.setting_groups.base import Action, SettingsGroup, setting
from workspace.setting_groups.secret_field import SecretField

__all__ = ["Action", "SecretField", "SettingsGroup", "setting"]
