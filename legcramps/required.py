"""What the code says by its name: the knowledge files must hold it, or they do not load (:func:`legcramps.knowledge.load`).

A test compares these tables with the code.
"""

from __future__ import annotations

from typing import FrozenSet, Mapping, Tuple

STATEMENTS: Tuple[str, ...] = tuple(
    """
    definition.what
    definition.tight
    definition.other_name
    definition.calf
    definition.foot_thigh
    relief.stretch
    causes.usually_unknown
    causes.likely_mechanism
    risk.age
    risk.pregnancy
    known.list
    known.already_know
    known.other_symptoms
    medicines.urine_output
    medicines.no_direct_link_known
    medicines.examples
    restless_legs.confused
    restless_legs.different
    restless_legs.urge
    restless_legs.pain
    restless_legs.lasts
    restless_legs.longer
    list.other_issues
    """.split()
)
"""Ids of facts that answers and channels name. Those of conditions (links, glosses, `also`) are named by the file itself."""

_PHRASES = """
    connect.source_silent_on names
    connect.medicine_class class medicine
    connect.no_age
    connect.left_out_others
    connect.more_to_come count
    connect.end_of_list
    connect.group_of group
    advice.not_a_diagnosis
    advice.not_a_diagnosis_short
    advice.keep_taking
    advice.ask_professional
    advice.worried
    relief.go_gently
    evidence.intro
    evidence.others
    source.where
    source.link url
    source.last places
    source.nothing_yet
    situation.intro
    situation.nothing_named
    comparison.intro
    comparison.intro_noted
    comparison.ask_pain
    comparison.ask_urge
    comparison.ask_lasts
    comparison.ask_muscle
    comparison.noted
    comparison.sorry
    comparison.left_out
    comparison.again
    comparison.why
    comparison.why_muscle
    comparison.back
    comparison.resume
    comparison.result_cramp
    comparison.result_restless
    comparison.result_mixed
    comparison.result_mixed_cramp
    comparison.result_mixed_restless
    comparison.result_open
    comparison.result_one
    comparison.result_nothing
    comparison.pain_yes
    comparison.pain_no
    comparison.pain_some
    comparison.urge_yes
    comparison.urge_no
    comparison.urge_some
    comparison.lasts_short
    comparison.lasts_long
    comparison.lasts_some
    comparison.lasts_short_timed
    comparison.lasts_long_timed
    comparison.lasts_some_timed
    comparison.noted_time
    comparison.muscle_yes
    comparison.muscle_no
    comparison.muscle_some
    comparison.closing
    not_covered.treatment
    not_covered.treatment_named names
    not_covered.relief_only
    not_covered.prevention
    not_covered.diagnosis
    not_covered.outlook
    not_covered.seriousness
    not_covered.see_doctor
    not_covered.frequency
    not_covered.symptoms
    not_covered.condition_details names
    not_covered.restless_legs_other
    not_covered.mechanism
    not_covered.other
    silent.nearest
    silent.sex
    silent.ethnicity
    silent.family
    silent.children
    silent.weather
    silent.worse_with_age
    silent.from_age
    silent.pregnancy_when
    silent.night
    silent.by_day
    silent.time
    silent.side
    silent.calf
    silent.hurt_why
    silent.start_why
    silent.often_why
    silent.stretch_why
    silent.stretch_safe
    silent.has_one
    not_listed.named names
    not_listed.unknown_medicine
    not_listed.which_kind
    not_listed.unnamed
    not_listed.medicine
    not_listed.ask_professional
    clarify.ambiguous names
    clarify.only_listed names
    clarify.is_it_a_cramp
    clarify.which_condition
    clarify.nothing_offered
    clarify.did_you_mean
    clarify.can_talk_about
    clarify.no_such_option count
    clarify.nothing_shown
    clarify.why_what
    clarify.corrected
    clarify.something_else
    person.configured contact
    person.none
    out_of_scope.other_health
    out_of_scope.off_topic
    out_of_scope.off_topic_again
    out_of_scope.language
    small_talk.greet
    small_talk.say_goodbye
    small_talk.thank
    small_talk.ask_help
    small_talk.ask_identity
    small_talk.chat
    small_talk.express_feeling
    small_talk.praise
    small_talk.insult
    small_talk.apologise
    small_talk.deny_ok
    small_talk.be_unsure
    small_talk.correct_assistant
    small_talk.cancel
    small_talk.start_over
    small_talk.forgotten
    small_talk.feedback_good
    small_talk.feedback_bad
    small_talk.feedback_why
    small_talk.feedback_noted
    small_talk.nothing_to_repeat
    small_talk.nothing_more
    small_talk.nothing_before
    error.empty
    error.too_long
    error.button
    error.internal
    notice.disclaimer
    notice.privacy
    titles.ask_definition
    titles.ask_muscles
    titles.ask_relief
    titles.ask_causes
    titles.ask_known_causes
    titles.ask_risk_factors
    titles.ask_condition
    titles.ask_condition_list
    titles.ask_condition_details
    titles.ask_medicines
    titles.ask_restless_legs
    titles.ask_difference
    titles.tell_apart
    titles.ask_restless_legs_other
    titles.tell_situation
    titles.ask_evidence
    titles.ask_source
    titles.ask_treatment
    titles.ask_prevention
    titles.ask_diagnosis
    titles.ask_outlook
    titles.ask_seriousness
    titles.ask_see_doctor
    titles.ask_frequency
    titles.ask_symptoms
    titles.ask_mechanism
    titles.ask_other
    titles.ask_help
    titles.ask_more
    titles.affirm
    titles.deny
    titles.be_unsure
    titles.cancel
    titles.something_else
    titles.say_not_my_question
    titles.say_unclear
    titles.say_too_long
    titles.say_wrong
    safety.emergency_number
    safety.crisis_line
    safety.urgent number
    safety.urgent_leg number
    safety.crisis line number
"""

_OF_CHANNELS = """
    chat.source places
    chat.text_only
    chat.words_only
    chat.ask_privately
    chat.privately
    chat.in_private
    chat.how_to
    chat.title
    chat.menu_start
    chat.menu_ask
    chat.menu_help
    chat.menu_forget
    voice.welcome
    voice.notice
    voice.ask
    voice.go_on
    voice.left count
    voice.left_one
    voice.another
    voice.all_right
    voice.go_ahead
    voice.say_it_again
    voice.did_you_say text
    voice.not_heard
    voice.card_title
    voice.card_source places
    voice.still_there
    voice.slower
    voice.faster
    voice.goodbye
    phone.welcome_keys
    phone.keys
    phone.busy
    phone.expected
    alexa.name
    alexa.summary
    alexa.description
    alexa.example_one invocation
    alexa.example_two invocation
    alexa.example_three invocation
    alexa.keywords
    alexa.testing invocation
    offers.condition name
"""


def _table(text: str) -> Mapping[str, FrozenSet[str]]:
    rows = [line.split() for line in text.splitlines() if line.strip()]
    return {key: frozenset(placeholders) for key, *placeholders in rows}


PHRASES: Mapping[str, FrozenSet[str]] = {**_table(_PHRASES), **_table(_OF_CHANNELS)}
"""Keys of phrases, each with what may stand in braces in it, because the code fills it in.

Not among them are those that may be there or not: how a question is offered aloud (``offers.<intent>``) and how a word is pronounced
(``pronunciation.<word>``).
"""
