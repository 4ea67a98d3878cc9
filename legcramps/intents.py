"""Families of intents: what belongs together for the answers as well as for the understanding, written down once."""

WHAT_THEY_ARE = frozenset({"ask_definition", "ask_muscles"})
CAUSES = frozenset({"ask_causes", "ask_known_causes", "ask_risk_factors"})
OF_CONDITIONS = frozenset({"ask_condition", "ask_condition_list", "ask_medicines"})
RESTLESS_LEGS = frozenset({"ask_restless_legs", "ask_difference", "tell_apart"})
PROOF = frozenset({"ask_evidence", "ask_source"})
COVERED = WHAT_THEY_ARE | CAUSES | OF_CONDITIONS | RESTLESS_LEGS | PROOF | {"ask_relief"}
"""Questions that the source answers, as a person may ask them at any time."""

LEFT_OPEN = frozenset(
    {
        "ask_treatment",
        "ask_prevention",
        "ask_diagnosis",
        "ask_outlook",
        "ask_seriousness",
        "ask_see_doctor",
        "ask_frequency",
    }
)
"""Questions about cramps that the source leaves open: the reply says so and claims nothing of the leg."""
NOT_COVERED = LEFT_OPEN | {"ask_symptoms", "ask_mechanism", "ask_other"}
"""With those that it touches without answering."""

MANNERS = frozenset({"greet", "say_goodbye", "thank", "chat", "express_feeling", "praise", "insult", "apologise"})
"""What people say around a question."""
SMALL_TALK = MANNERS | {"ask_help", "ask_identity"}
"""What is met with one fixed reply each."""
