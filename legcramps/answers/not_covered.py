"""Questions about night leg cramps that the source does not answer: said plainly, with what it does have."""

from __future__ import annotations

from legcramps.answers.compose import MAX_NAMED, Composer, join_names
from legcramps.answers.turn import aside, joined, reply
from legcramps.answers.types import Context, Heard, Outcome, Topic, Turn

TOPIC_OF = {
    "ask_treatment": Topic.TREATMENT,
    "ask_prevention": Topic.PREVENTION,
    "ask_diagnosis": Topic.DIAGNOSIS,
    "ask_outlook": Topic.OUTLOOK,
    "ask_seriousness": Topic.SERIOUSNESS,
    "ask_see_doctor": Topic.SEE_DOCTOR,
    "ask_frequency": Topic.FREQUENCY,
    "ask_symptoms": Topic.SYMPTOMS,
    "ask_mechanism": Topic.MECHANISM,
    "ask_other": Topic.OTHER,
}

_OFFERS = {
    Topic.PREVENTION: ("ask_relief", "ask_causes"),
    Topic.SYMPTOMS: ("ask_definition", "ask_difference"),
    Topic.MECHANISM: ("ask_causes", "ask_definition"),
}


def answer_not_covered(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The closed "the source does not say" of the topic; for treatment and prevention also the one thing it gives, for relief.

    Someone who asks for a treatment gets that one thing as a reply of its own, since it is an answer, with its place.
    """
    topic = TOPIC_OF[heard.intent]
    pieces = [composer.phrase(f"not_covered.{topic.value}")]
    if topic in (Topic.TREATMENT, Topic.PREVENTION):
        named = [composer.unlisted_name(m.id) for m in heard.named("unlisted")[:MAX_NAMED]]
        if named:
            pieces.append(composer.phrase("not_covered.treatment_named", names=join_names(named, last="or")))
        if topic is Topic.PREVENTION:
            pieces += [composer.phrase("not_covered.relief_only"), composer.statement("relief.stretch")]
    worried = topic in (Topic.SERIOUSNESS, Topic.SEE_DOCTOR)
    pieces.append(composer.phrase("advice.worried" if worried else "advice.ask_professional"))
    offers = composer.buttons(*_OFFERS.get(topic, ("ask_causes", "ask_relief")))
    turn = aside(context, Outcome.NOT_COVERED, pieces, () if topic is Topic.TREATMENT else offers, topic)
    if topic is Topic.TREATMENT:
        relief = (composer.phrase("not_covered.relief_only"), composer.statement("relief.stretch"))
        turn = joined(turn, reply(turn.context, Topic.RELIEF, relief, composer.buttons("ask_causes", "ask_definition")))
    return turn
