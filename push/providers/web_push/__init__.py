"""Web push: browsers and UnifiedPush apps."""
