// Swift 5.9 or newer, on Apple's platforms. Arguments: https://chat.example.org ana PASSWORD

import Foundation

typealias Object = [String: Any]

struct Failure: Error { let message: String }

let arguments = Array(CommandLine.arguments.dropFirst())
let (site, username, password) = (arguments[0], arguments[1], arguments[2])
var headers = ["Content-Type": "application/json"]

func call(_ method: String, _ name: String, _ body: Object? = nil) async throws -> Object {
    var request = URLRequest(url: URL(string: "\(site)/api/v1/\(name)")!)
    request.httpMethod = method
    request.allHTTPHeaderFields = headers
    request.httpBody = try body.map { try JSONSerialization.data(withJSONObject: $0) }
    let (data, _) = try await URLSession.shared.data(for: request)
    let answer = try JSONSerialization.jsonObject(with: data) as! Object
    guard answer["success"] as? Bool == true || answer["status"] as? String == "success" else {
        throw Failure(message: answer["error"] as? String ?? answer["message"] as? String ?? "Unknown error")
    }
    return answer
}

// 1. Sign in.
let me = try await call("POST", "login", ["user": username, "password": password])["data"] as! Object
let (token, userId) = (me["authToken"] as! String, me["userId"] as! String)
headers["X-Auth-Token"] = token
headers["X-User-Id"] = userId

// 2. Register this device for pushes. In an app, the token comes from
//    application(_:didRegisterForRemoteNotificationsWithDeviceToken:), as hexadecimal digits.
let device = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
_ = try await call("POST", "push.token", ["type": "apn", "value": device, "appName": "org.example.chat"])

// 3. Receive notifications while connected.
let address = site.replacingOccurrences(of: "http", with: "ws", range: site.range(of: "http")) + "/websocket"
let socket = URLSession.shared.webSocketTask(with: URL(string: address)!)
socket.resume()

func send(_ frame: Object) async throws {
    let data = try JSONSerialization.data(withJSONObject: frame)
    try await socket.send(.string(String(decoding: data, as: UTF8.self)))
}

func receive(_ kind: String) async throws -> Object {
    while true {
        guard case .string(let text) = try await socket.receive() else { continue }
        let frame = try JSONSerialization.jsonObject(with: Data(text.utf8)) as! Object
        if frame["msg"] as? String == "ping" { try await send(["msg": "pong"]) }
        if frame["msg"] as? String == kind { return frame }
    }
}

try await send(["msg": "connect", "version": "1", "support": ["1"]])
_ = try await receive("connected")
try await send(["msg": "method", "id": "1", "method": "login", "params": [["resume": token]]])
_ = try await receive("result")
try await send(["msg": "sub", "id": "2", "name": "stream-notify-user", "params": ["\(userId)/notification", false]])
_ = try await receive("ready")
print("Waiting for a notification ...")
let fields = try await receive("changed")["fields"] as! Object
let payload = (fields["args"] as! [Object])[0]["payload"] as! Object
let id = payload["_id"] as! String
socket.cancel(with: .normalClosure, reason: nil)

// 4. Fetch the message by its id, as an app does when a push contains nothing else.
let data = try await call("GET", "push.get?id=\(id)")["data"] as! Object
let content = data["notification"] as! Object
print("\(content["title"] as! String): \(content["text"] as! String)")

// 5. Acknowledge that the push has arrived.
_ = try await call("POST", "push.ack", ["id": id])

// 6. Reply.
_ = try await call("POST", "chat.sendMessage", ["message": ["rid": payload["rid"]!, "msg": "Thank you!"]])

// 7. Remove the device, and sign out.
_ = try await call("DELETE", "push.token", ["token": device])
_ = try await call("POST", "logout", [:])
