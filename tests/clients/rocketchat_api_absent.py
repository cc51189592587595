"""The methods of `rocketchat_API` for features that do not exist here, with arguments.

These are uploads and own pictures of the workspace, emoji, sounds and statuses of a workspace, calls and live chat,
teams and discussions, invitation links, link previews, end-to-end encryption, and reports about users.
"""

from __future__ import annotations

from typing import Any

FILE = __file__
TEAM = {"team_name": "crew"}
PERIOD = {"start": "2026-01-01T00:00:00.000Z", "end": "2026-01-31T00:00:00.000Z"}
BEGINNING = {"start": PERIOD["start"]}
ROOM = {"room_id": "GENERAL"}
USER = {"user_id": "someone"}

ABSENT: dict[str, dict[str, Any]] = {
    "assets_set_asset": {"asset_name": "logo", "file": FILE},
    "assets_unset_asset": {"asset_name": "logo"},
    "channels_get_integrations": ROOM,
    "chat_get_url_preview": {**ROOM, "url": "https://example.org"},
    "custom_emoji_create": {"name": "clap", "emoji_file": FILE},
    "custom_emoji_delete": {"emoji_id": "clap"},
    "custom_emoji_update": {"emoji_id": "clap", "name": "clap"},
    "custom_sounds_get_one": {"sound_id": "gong"},
    "custom_user_status_create": {"name": "rehearsing", "status_type": "busy"},
    "custom_user_status_delete": {"custom_user_status_id": "rehearsing"},
    "custom_user_status_update": {
        "custom_user_status_id": "rehearsing",
        "name": "rehearsing",
        "status_type": "busy",
    },
    "engagement_dashboard_active_users": PERIOD,
    "engagement_dashboard_chat_busier_hourly": BEGINNING,
    "engagement_dashboard_chat_busier_weekly": BEGINNING,
    "engagement_dashboard_new_users": PERIOD,
    "engagement_dashboard_users_by_time_of_day": PERIOD,
    "find_or_create_invite": {"rid": "GENERAL", "days": 1, "max_uses": 1},
    "groups_convert_to_team": ROOM,
    "groups_get_integrations": ROOM,
    "groups_set_encrypted": {**ROOM, "encrypted": True},
    "list_invites": {},
    "livechat_create_user": {"user_type": "agents", "username": "ana"},
    "livechat_delete_user": {"user_type": "agents", "user_id": "ana"},
    "livechat_get_appearance": {},
    "livechat_get_user": {"user_type": "agents", "user_id": "ana"},
    "livechat_get_users": {"user_type": "agents"},
    "livechat_get_visitor": {"token": "visitor"},
    "livechat_inquiries_get_one": ROOM,
    "livechat_inquiries_list": {},
    "livechat_inquiries_take": {"inquiry_id": "one"},
    "livechat_message": {"token": "visitor", "rid": "GENERAL", "msg": "hello"},
    "livechat_messages_history": {"rid": "GENERAL", "token": "visitor"},
    "livechat_register_visitor": {"token": "visitor"},
    "livechat_room": {"token": "visitor"},
    "livechat_rooms": {},
    "livechat_set_appearance": {"settings": {}},
    "moderation_dismiss_user_reports": USER,
    "moderation_report_user": {**USER, "description": "rude"},
    "moderation_user_delete_reported_messages": USER,
    "moderation_user_reports": {},
    "moderation_user_reports_by_user_id": USER,
    "remove_invite": {"invite_id": "one"},
    "rooms_clean_history": {**ROOM, "latest": PERIOD["end"], "oldest": PERIOD["start"]},
    "rooms_create_discussion": {"prid": "GENERAL", "t_name": "details"},
    "rooms_media": {**ROOM, "file": FILE},
    "rooms_media_confirm": {**ROOM, "file_id": "one"},
    "send_invitation_email": {"emails": ["ana@example.org"]},
    "teams_add_members": {**TEAM, "members": [{"userId": "ana"}]},
    "teams_add_rooms": {**TEAM, "rooms": ["GENERAL"]},
    "teams_autocomplete": {"name": "crew"},
    "teams_create": {"name": "crew", "team_type": 0},
    "teams_delete": TEAM,
    "teams_info": TEAM,
    "teams_list_all": {},
    "teams_list_rooms": TEAM,
    "teams_list_rooms_of_user": {**TEAM, **USER},
    "teams_members": TEAM,
    "teams_remove_member": {**TEAM, **USER},
    "teams_remove_room": {**TEAM, **ROOM},
    "teams_update_member": {**TEAM, "member": {"userId": "ana"}},
    "teams_update_room": {**ROOM, "is_default": True},
    "use_invite_token": {"token": "one"},
    "validate_invite_token": {"token": "one"},
}
