"""What programs post to incoming webhooks, turned into messages.

`bodies` reads the request, and `messages` turns the payload into a message: with `slack` if it is in the format that
Slack, Mattermost and Rocket.Chat share, with `programs/` if it is in the native format of a monitoring program.
"""
