"""The runtime: Rasa with the actions in process, its stores, the one-process server."""
