"""The HTTP and WebSocket edges: what comes in is validated, authenticated, limited and handed to the ports.

Assembled by `bot.web.api.create_web`, which `bot.app` calls. Nothing here decides what is answered; it meets
the rest of the product through the protocols of `bot.web.ports` only.
"""
