"""The characters of emoji, by the names under which clients store reactions."""

from __future__ import annotations

# The first of these are offered for reacting. Others are accepted from clients; unknown names are shown as text.
QUICK_REACTIONS = (":+1:", ":heart:", ":joy:", ":tada:", ":eyes:", ":white_check_mark:")
CHARACTERS = {
    "+1": "👍",
    "-1": "👎",
    "100": "💯",
    "angry": "😠",
    "bell": "🔔",
    "blush": "😊",
    "bug": "🐛",
    "clap": "👏",
    "coffee": "☕",
    "confused": "😕",
    "cry": "😢",
    "exclamation": "❗",
    "eyes": "👀",
    "fire": "🔥",
    "grin": "😁",
    "grinning": "😀",
    "hand": "✋",
    "heart": "❤️",
    "heart_eyes": "😍",
    "heavy_check_mark": "✔️",
    "joy": "😂",
    "laughing": "😆",
    "muscle": "💪",
    "ok_hand": "👌",
    "open_mouth": "😮",
    "party": "🥳",
    "point_up": "☝️",
    "pray": "🙏",
    "question": "❓",
    "raised_hands": "🙌",
    "rocket": "🚀",
    "rolling_eyes": "🙄",
    "scream": "😱",
    "slight_smile": "🙂",
    "slightly_smiling_face": "🙂",
    "smile": "😄",
    "smiley": "😃",
    "sob": "😭",
    "sparkles": "✨",
    "star": "⭐",
    "sunglasses": "😎",
    "tada": "🎉",
    "thinking": "🤔",
    "thinking_face": "🤔",
    "thumbsdown": "👎",
    "thumbsup": "👍",
    "warning": "⚠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "wink": "😉",
    "x": "❌",
    "zap": "⚡",
}


def character_of(emoji: str) -> str:
    """Return the character of an emoji such as `:smile:`; the name itself if it is unknown."""
    return CHARACTERS.get(emoji.strip(":"), emoji)
