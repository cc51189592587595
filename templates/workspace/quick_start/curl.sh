#!/usr/bin/env bash
# Needs curl and jq. curl opens no web socket, so the message's id is entered: pushes contain it as messageId.
# bash quick_start.sh https://chat.example.org ana PASSWORD
set -eu
site=$1 username=$2 password=$3

# 1. Sign in.
me=$(jq -n --arg user "$username" --arg password "$password" '{$user, $password}' |
    curl -fsS "$site/api/v1/login" -H 'Content-Type: application/json' -d @-)
call() {
    curl -fsS "$site/api/v1/$1" -H "X-Auth-Token: $(echo "$me" | jq -r .data.authToken)" \
        -H "X-User-Id: $(echo "$me" | jq -r .data.userId)" -H 'Content-Type: application/json' "${@:2}"
}

# 2. Register this device for pushes. In a mobile app, the token comes from Google ("gcm") or Apple ("apn").
call push.token -d '{"type": "gcm", "value": "quick-start-curl", "appName": "org.example.chat"}'

# 3. Receive a push.
printf 'The message id in the push: '
read -r id

# 4. Fetch the message by its id, as an app does when a push contains nothing else.
content=$(call "push.get?id=$id")
echo "$content" | jq -r '.data.notification | "\(.title): \(.text)"'

# 5. Acknowledge that the push has arrived.
call push.ack -d "{\"id\": \"$id\"}"

# 6. Reply.
echo "$content" | jq '{message: {rid: .data.notification.payload.rid, msg: "Thank you!"}}' | call chat.sendMessage -d @-

# 7. Remove the device, and sign out.
call push.token -X DELETE -d '{"token": "quick-start-curl"}'
call logout -d '{}'
