from workspace.setting_groups.base import SettingsGroup, setting

__all__ = ["SettingsGroup", "setting"]
