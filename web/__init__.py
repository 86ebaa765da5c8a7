"""The page that staff see and the JSON that scripts call."""

from web.app import create_app

__all__ = ["create_app"]
