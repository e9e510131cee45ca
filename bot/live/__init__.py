"""The virtual host's room in the product: its brain, its words, its place among the other parts.

`streaming` runs the show and knows nothing of the rest; here it is given the knowledge base, the shop and the
sentences. Put together by `bot.app`.
"""
