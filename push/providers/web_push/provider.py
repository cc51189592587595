"""How web push is used: the push services of browsers and of UnifiedPush apps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from push.providers.disclosure import Disclosure
from push.providers.endpoints import endpoint_check
from push.providers.provider import AnswersSection, DeviceKind, Provider
from push.providers.tokens import plain_token_check
from push.providers.web_push.checks import web_push_checks
from push.providers.web_push.meanings import OTHER_FAILURE, OTHER_REFUSAL, OTHER_SUCCESS, WEBPUSH_MEANINGS
from push.providers.web_push.payload import WebPushPayload
from push.providers.web_push.routing import KIND, own_route
from push.providers.web_push.transport import TYPE, webpush_transport

# More browsers and apps than a person uses. The limit bounds how many outside URLs a user can register.
SUBSCRIPTIONS_PER_USER = 20

PROVIDER = Provider(
    kind=KIND,
    label=gettext_lazy("Web push"),
    transport=webpush_transport,
    own_route=own_route,
    has_lanes=True,
    checks=web_push_checks,
    device=DeviceKind(
        type=TYPE,
        label=gettext_lazy("Web push"),
        carrier=gettext_lazy("web push"),
        icon="web",
        own_icon="apps",
        default_name=gettext_lazy("App"),
        check_token=plain_token_check,
        accept_token=endpoint_check,
        payload=WebPushPayload(),
        updates=WebPushPayload(),
        token_is_address=True,
        most_per_user=SUBSCRIPTIONS_PER_USER,
        register_with=("endpoint", "keys"),
    ),
    answers=(
        AnswersSection(
            "Web push",
            "The push services of browsers and UnifiedPush apps, which people choose themselves: so none of their "
            "answers pauses a route, and what they call unauthorized is not sent again. After a 413 the message is "
            "sent with a shorter text, twice.",
            (*WEBPUSH_MEANINGS, OTHER_SUCCESS, OTHER_REFUSAL, OTHER_FAILURE),
        ),
    ),
    docs="web-push.md",
    disclosure=Disclosure(
        note="Web push is encrypted for the browser: its push service learns the subscription's address, the size, the "
        "urgency and the time.",
    ),
)
