"""Rasa custom actions: slots in, one pure function of ``legcramps.answers``, answer out. One module per skill."""
