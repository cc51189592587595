"""URLs of the endpoints about messages."""

from __future__ import annotations

from workspace.api.base import Api
from workspace.api.messages import absent, changes, marks, moderation, posting, reading, search, thread_lists, threads

MESSAGES: dict[str, type[Api]] = {
    "v1/chat.postMessage": posting.PostMessageApi,
    "v1/chat.sendMessage": posting.SendMessageApi,
    "v1/chat.getMessage": reading.GetMessageApi,
    "v1/chat.getMentionedMessages": reading.MentionedMessagesApi,
    "v1/chat.update": reading.MessageUpdateApi,
    "v1/chat.delete": reading.MessageDeleteApi,
    "v1/chat.react": marks.ReactApi,
    "v1/chat.starMessage": marks.StarMessageApi,
    "v1/chat.unStarMessage": marks.UnstarMessageApi,
    "v1/chat.getStarredMessages": marks.StarredMessagesApi,
    "v1/chat.pinMessage": marks.PinMessageApi,
    "v1/chat.unPinMessage": marks.UnpinMessageApi,
    "v1/chat.getPinnedMessages": marks.PinnedMessagesApi,
    "v1/chat.reportMessage": moderation.ReportMessageApi,
    "v1/chat.getMessageReadReceipts": absent.ReadReceiptsApi,
    "v1/chat.getDiscussions": absent.DiscussionsApi,
    "v1/moderation.reportsByUsers": moderation.ReportsByUsersApi,
    "v1/moderation.user.reportedMessages": moderation.ReportedMessagesApi,
    "v1/moderation.reports": moderation.ReportsApi,
    "v1/moderation.reportInfo": moderation.ReportInfoApi,
    "v1/moderation.dismissReports": moderation.DismissReportsApi,
    "v1/chat.search": search.SearchApi,
    "v1/chat.syncMessages": changes.SyncMessagesApi,
    "v1/chat.getDeletedMessages": changes.DeletedMessagesApi,
    "v1/chat.syncThreadsList": changes.SyncThreadsListApi,
    "v1/chat.syncThreadMessages": changes.SyncThreadMessagesApi,
    "v1/chat.getThreadsList": thread_lists.ThreadsListApi,
    "v1/chat.getThreadMessages": threads.ThreadMessagesApi,
    "v1/chat.followMessage": threads.FollowMessageApi,
    "v1/chat.unfollowMessage": threads.UnfollowMessageApi,
}
