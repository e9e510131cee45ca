"""Texts in, ranked answers out. `search.KnowledgeBase` is the public class; imports no sibling package."""
