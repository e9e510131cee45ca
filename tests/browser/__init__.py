"""The widget and the demo page in a real browser, against the running product.

A package, so that the browser's fixtures end with it: Playwright's synchronous calls keep an event loop
running, beside which no asynchronous test of another folder could start its own.
"""
