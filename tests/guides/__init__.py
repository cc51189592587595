"""The guides in docs/: each step that is forgotten fails a test, whose message names the step."""
