// Needs: implementation("com.squareup.okhttp3:okhttp:4.12.0"), implementation("org.json:json:20240303")
// (Android has org.json already.) Arguments: https://chat.example.org ana PASSWORD

import java.util.UUID
import java.util.concurrent.CompletableFuture
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import org.json.JSONArray
import org.json.JSONObject

fun main(args: Array<String>) {
    val (site, username, password) = args
    val http = OkHttpClient()
    val headers = mutableMapOf<String, String>()

    fun call(method: String, name: String, body: JSONObject? = null): JSONObject {
        val request = Request.Builder().url("$site/api/v1/$name")
            .method(method, body?.toString()?.toRequestBody("application/json".toMediaType()))
        headers.forEach { (key, value) -> request.header(key, value) }
        val answer = JSONObject(http.newCall(request.build()).execute().use { it.body!!.string() })
        check(answer.optBoolean("success") || answer.optString("status") == "success") {
            answer.optString("error").ifEmpty { answer.optString("message") }
        }
        return answer
    }

    // 1. Sign in.
    val credentials = JSONObject().put("user", username).put("password", password)
    val me = call("POST", "login", credentials).getJSONObject("data")
    headers["X-Auth-Token"] = me.getString("authToken")
    headers["X-User-Id"] = me.getString("userId")

    // 2. Register this device for pushes. On Android, the token comes from FirebaseMessaging.getInstance().token.
    val device = JSONObject().put("type", "gcm").put("value", "quick-start-${UUID.randomUUID()}")
        .put("appName", "org.example.chat")
    call("POST", "push.token", device)

    // 3. Receive notifications while connected.
    val received = CompletableFuture<JSONObject>()
    val listener = object : WebSocketListener() {
        override fun onOpen(webSocket: WebSocket, response: Response) {
            webSocket.send("""{"msg": "connect", "version": "1", "support": ["1"]}""")
        }

        override fun onMessage(webSocket: WebSocket, text: String) {
            val frame = JSONObject(text)
            when (frame.optString("msg")) {
                "ping" -> webSocket.send("""{"msg": "pong"}""")
                "connected" -> webSocket.send(
                    JSONObject().put("msg", "method").put("id", "1").put("method", "login")
                        .put("params", JSONArray().put(JSONObject().put("resume", me.getString("authToken"))))
                        .toString()
                )
                "result" -> webSocket.send(
                    JSONObject().put("msg", "sub").put("id", "2").put("name", "stream-notify-user")
                        .put("params", JSONArray().put("${me.getString("userId")}/notification").put(false))
                        .toString()
                )
                "ready" -> println("Waiting for a notification ...")
                "changed" -> {
                    val notification = frame.getJSONObject("fields").getJSONArray("args").getJSONObject(0)
                    received.complete(notification.getJSONObject("payload"))
                    webSocket.close(1000, null)
                }
            }
        }

        override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) {
            received.completeExceptionally(t)
        }
    }
    val address = site.replaceFirst("http", "ws") + "/websocket"
    http.newWebSocket(Request.Builder().url(address).build(), listener)
    val payload = received.get()
    val id = payload.getString("_id")

    // 4. Fetch the message by its id, as an app does when a push contains nothing else.
    val content = call("GET", "push.get?id=$id").getJSONObject("data").getJSONObject("notification")
    println("${content.getString("title")}: ${content.getString("text")}")

    // 5. Acknowledge that the push has arrived.
    call("POST", "push.ack", JSONObject().put("id", id))

    // 6. Reply.
    val reply = JSONObject().put("rid", payload.getString("rid")).put("msg", "Thank you!")
    call("POST", "chat.sendMessage", JSONObject().put("message", reply))

    // 7. Remove the device, and sign out.
    call("DELETE", "push.token", JSONObject().put("token", device.getString("value")))
    call("POST", "logout", JSONObject())
}
