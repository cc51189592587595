"""Web sockets that speak DDP (version 1), the protocol of Meteor's clients (docs/websocket.md).

site -> consumer -> session -> subscriptions   streams of events, from `workspace.live`
                     |  |`--> calls            methods, on database threads
                     |  `---> outbox           frames to the client
                     `------> sockets          all sockets of the process: pings, presence, ended sign-ins
"""
