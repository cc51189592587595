"""URLs of a workspace's user pages."""

from django.urls import path

from workspace.models import RoomType
from workspace.pages.account.deletion import account_deletion
from workspace.pages.account.embedded import embedded_expired
from workspace.pages.account.picture import picture_change
from workspace.pages.avatars import avatar_by_user_id, avatar_by_username, avatar_of_room
from workspace.pages.presence import presence_report
from workspace.pages.registration import register
from workspace.pages.rooms.listing import rooms, sidebar_rooms
from workspace.pages.rooms.marks import message_pinning, message_react
from workspace.pages.rooms.membership import direct_start, directory, room_enter, room_exit, room_new
from workspace.pages.rooms.page import message_shown, messages_newer, room_page, room_read
from workspace.pages.rooms.people import names_completed, people_completed
from workspace.pages.rooms.posting import message_change, message_remove, message_send
from workspace.pages.rooms.threads import replies_newer, thread, thread_following, thread_seen

urlpatterns = [
    path("account/picture/", picture_change, name="account-picture"),
    path("account/delete/", account_deletion, name="account-delete"),
    path("embedded-expired/", embedded_expired, name="embedded-expired"),
    path("register/", register, name="register"),
    path("register/<str:secret>/", register, name="register"),
    path("rooms/", rooms, name="rooms"),
    path("rooms/sidebar/", sidebar_rooms, name="sidebar-rooms"),
    path("rooms/channels/", directory, name="directory"),
    path("rooms/new/", room_new, name="room-new"),
    path("rooms/direct/", direct_start, name="direct-begin"),
    path("rooms/<str:public_id>/join/", room_enter, name="room-enter"),
    path("rooms/<str:public_id>/leave/", room_exit, name="room-exit"),
    path("rooms/<str:public_id>/read/", room_read, name="room-read"),
    path("rooms/<str:public_id>/people/", people_completed, name="people-completed"),
    path("people/", names_completed, name="names-completed"),
    path("rooms/<str:public_id>/messages/", message_send, name="message-send"),
    path("rooms/<str:public_id>/messages/newer/", messages_newer, name="messages-newer"),
    path("messages/<str:public_id>/shown/", message_shown, name="message-shown"),
    path("messages/<str:public_id>/edit/", message_change, name="message-change"),
    path("messages/<str:public_id>/delete/", message_remove, name="message-remove"),
    path("messages/<str:public_id>/reactions/", message_react, name="message-react"),
    path("messages/<str:public_id>/pin/", message_pinning, name="message-pin"),
    path("threads/<str:public_id>/", thread, name="thread"),
    path("threads/<str:public_id>/newer/", replies_newer, name="replies-newer"),
    path("threads/<str:public_id>/read/", thread_seen, name="thread-read"),
    path("threads/<str:public_id>/following/", thread_following, name="thread-following"),
    path("presence/", presence_report, name="presence-report"),
    path("avatar/uid/<str:public_id>", avatar_by_user_id, name="avatar-uid"),
    path("avatar/room/<str:public_id>", avatar_of_room, name="avatar-room"),
    path("avatar/<str:username>", avatar_by_username, name="avatar"),
    # Without a trailing slash, as clients and notifications use them.
    path("channel/<str:name>", room_page, {"type": RoomType.CHANNEL}, name="channel-page"),
    path("group/<str:name>", room_page, {"type": RoomType.PRIVATE}, name="group-page"),
    path("direct/<str:name>", room_page, {"type": RoomType.DIRECT}, name="direct-page"),
]
