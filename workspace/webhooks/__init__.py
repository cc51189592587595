"""What programs post to incoming webhooks, turned into messages.

`bodies` reads the request, `messages` makes a message of the payload: `slack` of the format that Slack, Mattermost and
Rocket.Chat share, `programs/` of the formats that monitoring programs have of their own.
"""
