"""The top of the graph: what a message means and what is answered."""
