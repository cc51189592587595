"""The protocol of mattermost-push-proxy, which Mattermost servers speak.

Source: mattermost/mattermost-push-proxy, server/server.go, server/push_notification.go and the notification servers
for Apple and Android.
"""
