"""Generation of docs/methods.md from the table of methods."""

from __future__ import annotations

from workspace.api.methods.registry import METHOD_RATE, Method, methods

SECONDS = METHOD_RATE.milliseconds // 1000
INTRODUCTION = f"""\
# Methods

Clients call methods over the web socket (DDP), or with `POST /api/v1/method.call/<name>` and, without a sign-in,
`POST /api/v1/method.callAnon/<name>`. `manage.py writedocs` generates this page from the code. Do not edit it; see
[adding a method](adding-an-endpoint.md#adding-a-method).

The body of `method.call` is `{{"message": "<call>"}}`, where the call is the text of an EJSON object, and so is the
`message` of the response:

```
{{"msg": "method", "id": "1", "method": "getRoomById", "params": ["GENERAL"]}}
{{"msg": "result", "id": "1", "result": {{"_id": "GENERAL", "ts": {{"$date": 1769850902123}}, …}}}}
{{"msg": "result", "id": "1", "error": {{"isClientSafe": true, "error": "error-invalid-room", "reason": "Invalid room",
 "message": "Invalid room [error-invalid-room]", "errorType": "Meteor.Error", "details": {{"method": "getRoomById"}}}}}}
```

* **Permissions and limits** are those of the endpoint: a method and its endpoint count together. The other methods may
  be called {METHOD_RATE.calls} times in {SECONDS} seconds. Over the limit, the error is `too-many-requests`.
* **Arguments** are checked. A wrong one causes the error 400, with a reason that begins with `Match error`. `null`
  counts as missing, and further arguments are ignored. A date is `{{"$date": <epoch milliseconds>}}`. Clients append
  `{{"twoFactorCode": …, "twoFactorMethod": …}}` to the arguments of a call that requires a second factor.
* **Errors** have the codes of the endpoint. Without a sign-in, the error is `error-invalid-user`; for an unknown
  method, 404.

Methods marked with ○ require no sign-in.

| Method | Arguments | What it does | Endpoint |
|---|---|---|---|
"""


def methods_page() -> str:
    """Return the page."""
    return INTRODUCTION + "".join(f"{row_of(method)}\n" for method in methods().values())


def row_of(method: Method) -> str:
    """Return the row of a method in the table."""
    cells = (
        f"`{method.name}`{' ○' if method.is_anonymous else ''}",
        ", ".join(f"`{argument.signature()}`" for argument in method.arguments),
        " ".join(method.description.split()),
        ", ".join(f"`{endpoint}`" for endpoint in method.endpoints),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
