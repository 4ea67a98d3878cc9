"""The words that :mod:`legcramps.answers.told` looks for. How people say things; no facts, and nothing that is said to anybody.

Each block is a list of regular expressions, parted by ``" | "`` or a new line. They meet text in plain form: small letters, "does not"
for "doesn't", "minutes" for "mins", "now_and_then" in one word. ``<name>`` stands for the block of that name in ``PARTS``.
"""

from __future__ import annotations

from legcramps import numbers

PLAIN = (
    (r"[’‘`´]", "'"),
    (r"👍|✅|✔️?", " yes. "),
    (r"👎|❌", " no. "),
    (r"🤷\S*", " not sure. "),
    (r"\b(?:can'?t|cannot|carnt|couldn'?t)\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\bain'?t\b", "is not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|would|should)n'?t\b", r"\1 not"),
    (r"\b(i|you|we|they)'ve\b|\b(i)ve\b", r"\1\2 have"),
    (r"\bi'?m\b", "i am"),
    (r"\b(it|that|there|what|he|she)'s\b", r"\1 is"),
    (r"\b(?:dosn'?t|dosent|doesent|dont't|donot)\b", "does not"),
    (r"\b(?:dunno|idk)\b", "do not know"),
    (r"\b(?:gotta|hafta)\b", "have to"),
    (r"\bwanna\b", "want to"),
    (r"\bkinda\b", "kind of"),
    (r"\bsorta\b", "sort of"),
    (r"\b(?:hurst|hrts|hurtz|huts)\b", "hurts"),
    (r"\b(?:panful|painfull|painfl|pianful)\b", "painful"),
    (r"\bpian\b", "pain"),
    (r"\b(?:yse|ye+s+|yea+h+|yeh|yep+|yup+|yah)\b", "yes"),
    (r"\b(?:noo+|nope+|nah+|naw|nay)\b", "no"),
    (r"\b(?:nto|nott)\b", "not"),
    (r"\b(?:sumtimes|somtimes|sometims|some times|smtimes)\b", "sometimes"),
    (r"\b(?:mins?|minuts?|minites?|mintues?|minutes?)\b|(?<=\d)\s?m(?:ins?)?\b", " minutes"),
    (
        r"\b(?:secs?|secounds?|seconds|(?<=\ba )second|(?<=one )second|(?<=split )second|(?<=\d )second)\b|(?<=\d)\s?s(?:ecs?)?\b",
        " seconds",
    ),
    (r"\b(?:hrs?|hours?|huors?)\b|(?<=\d)\s?h(?:rs?)?\b", " hours"),
    (r"\bin between\b", "in-between"),
    (r"\b(on|off|yes|no|now|over|hours|again) (?:and|&) (on|off|no|yes|then|again|over|hours)\b", r"\1_and_\2"),
)
"""Rules of plain form, in this order."""

PARTS = {
    "move": r"(?:mov(?:e|es|ing)|fidget(?:ing)?|wiggl(?:e|ing)|jiggl(?:e|ing)|shak(?:e|ing)|kick(?:ing)?|twitch|shift(?:ing)?|thrash(?:ing)?|squirm(?:ing)?)",
    "walk": r"(?:walk(?:ing)?|get(?:ting)? up|pac(?:e|ing)|stand(?:ing)? up|get out of bed)",
    "want": r"(?:need(?:s|ed|ing)?|have|has|having|had|got|want(?:s|ed|ing)?|must|urge[sd]?|forced|forces me|compelled|compulsion|desire|dying|desperate|impulse|"
    r"craving|driven|feels? like|keeps?|itch(?:ing)?|makes? me (?:want|need)|pull|tempted|ache)",
    "legs": r"(?:it |them |him |her |to |the |an? |my |legs? |me |i |of |on |just |always |constantly |really |keep |be )",
    "illness": r"(?:rls|restless legs?(?: syndrome)?|(?:night |leg |night leg )?cramps?)",
    "filler": r"(?:well|um+|uh+|er+m*|hm+|oh|ah|so|like|honestly|actually|i (?:think|guess|suppose|would say|believe|meant?|reckon)|i'd say|please|thanks|thank you|"
    r"mate|lol|haha|ok|okay|then|really|now|to be honest|tbh|just|in fact|hey|god|gosh|man|doc|for me|in my case|here|with me|probably|wait|sorry|hello)",
    "number": r"(?:\d+(?:[.,]\d+)?|<counted>)",  # <counted>: the keys of COUNTED
}

COUNTED = {
    "a": 1,
    "an": 1,
    **numbers.WORDS,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "forty five": 45,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "a couple": 2,
    "couple": 2,
    "a couple of": 2,
    "couple of": 2,
    "a few": 4,
    "few": 4,
    "several": 5,
    "some": 4,
    "many": 20,
    "one and a half": 1.5,
    "half": 0.5,
    "half a": 0.5,
    "half an": 0.5,
    "a half": 0.5,
    "quarter of an": 0.25,
    "a quarter of an": 0.25,
    "three quarters of an": 0.75,
    "less than a": 0.9,
    "under a": 0.9,
    "a good": 1,
    "a full": 1,
    "a whole": 1,
    "a solid": 1,
    "a split": 0.1,
}

# --- what tells of a point by itself

PAIN = r"""
    hurt(?:s|ing|ed|ful)? | pain(?:s|ed|ful|fully)? | ach(?:e|es|ing|y) | agon(?:y|i[sz]ing) | excruciating(?:ly)? | sore(?:ness)?
    throb(?:s|bing)? | stab(?:s|bing)(?: pain)? | unbearabl[ey] | tortur(?:e|ous) | kill(?:s|ing) me | kills | murder | worse than childbirth | 10/10
    ouch | o+w+ | oof | (?:i |me |could |almost |nearly |want to )(?:scream|yell|cry|howl) | screaming | in tears
"""
URGE = r"""
    <want> <legs>{0,5}<move> | (?:can|could) not stop <move> | urges? | fidget(?:s|y|ing|ed)?
    (?:(?:can|could|will|do|does) not|not able to|unable to|hard to|impossible to|never) (?:just |really |even |ever )?(?:keep|stay|hold|lie|lay|sit|be|leave|rest|let) (?:it |them |my |the |her |his |legs? |feet |me |myself |in bed ){0,3}still
    (?:feel(?:s|ing)?|is|are|am|gets?|so|very|really|all) (?:really |so |very |all )?antsy | legs? (?:that )?(?:wants?|needs?|itch(?:es)?) to (?:go|run|move)
    (?:stops?|eases?|better|relief|goes away|relieved|calms?(?: down)?|settles?|helps?) (?:only |a bit |right away |instantly |once |as soon as |if |when |while |by ){1,3}(?:i am |(?:i|you|we|they|she|he) )?(?:keep )?<move>(?! (?:is|are))
    <move> (?:it |them |my |the |legs? |about |around |a bit ){0,3}(?:helps|relieves|eases|makes it (?:better|go away|stop)|brings relief)
"""
MUSCLE = r"""
    tight(?:ens?|ened|ening|ness|ly|er)? | hard(?:ens|ened|ening) | stiffens? | rock[- ]?hard | (?<=not )(?:hard|solid|stiff) | hard (?:lump|ball|knot|muscle|calf)
    hard(?:er)? (?:as|like|than)(?: an?)? | (?:like|as)(?: an?)? (?:rock|stone|brick|board|plank|golf ?ball|tennis ball|cricket ball|iron|wood|steel|concrete)
    (?:go|goes|going|went|gone|gets?|turn(?:s|ed)?|becomes?|feels?|felt|is|are|was|be|being|stays?|so|really|very|super|all|muscle|calf|leg|foot|thigh) (?:all |so |really |very |quite |totally |completely |super |suddenly |rock ){0,3}(?:hard|solid|rigid|stiff|bunched|taut|tense)(?! (?:to|time|work|day|for me|enough|decision|question|sleep\w*))
    knot(?:s|ted|ty)? | balls? up | balled | balling | bunch(?:es|ed)? | seiz(?:es?|ed|ing) | lock(?:s|ed|ing)(?: up)? | clench(?:es|ed|ing)? | contract(?:s|ed|ing|ions?)?
    lump(?:s|y)? | rigid | tens(?:es|ed|ing) up | cramps up | scrunch(?:es|ed)? up | grips? | gripping | pulls? tight
"""
LONG = r"""
    (?:all|(?:the )?(?:whole|entire)|half the|most of the|through the|throughout the|the rest of the|much of the) (?:night|evening|day|time) | all night long | night[- ]long
    (?:until|till|til) (?:the )?(?:morning|dawn|sunrise|i (?:fall asleep|get to sleep|sleep|drop off|nod off)) | ages | for ?ever | eternity | hours_and_hours | hours on end
    on_and_on | non[- ]?stop | endless(?:ly)? | (?:never|not) (?:stops?|ends?|ending|lets? up|quit|go(?:es)? away) | keeps? going | goes on long | long time | drags? on | persists? | persistent | continuous(?:ly)?
    (?:so|very|too|really|pretty|quite|lasts?|lasting|goes on|go on|for|that|fairly) (?:so |very |too |really |pretty |quite |a ){0,3}(?:long|longer)(?! (?:day|walk|drive|flight|run|story|way|shift|hike|ride|journey|sleep))
    (?:quite|a good|a long|for) (?:a )?while
"""
SHORT = r"""
    not (?:for |that |very |too |so |last |lasts |lasting |go on |on )*(?:long|ages|forever) | not (?:all|the whole) night | a (?:little|short) while
    short[- ]?lived | shortly | brief(?:ly)? | no time | moments? | momentar(?:y|ily) | fleeting(?:ly)? | blink of an eye | in a (?:flash|jiffy|blink|sec) | in an instant
    (?:over|gone|passes|ends|stops|finished|goes away|eases|lets go|disappears) (?:again )?(?:very |really |pretty |quite |so |too |fairly )?(?:quickly|quick|fast|soon|shortly|right away|straight ?away|at once|instantly)
    (?:quickly|soon|fast|then it is|then) (?:over|gone|passes|goes away|done) | (?:very|really|pretty|quite|just|only|fairly|super|too|so) (?:short|brief|quick)
    short (?:time|bouts?|bursts?|attacks?|ones?) | lasts? short
"""

# --- what tells of a point only as a reply to its question: point -> (words, value)

HINTS = {
    "pain": (
        (
            r"""painless | fine | 0 (?:out of|of) (?:10|ten) | 0 ?/ ?10 | tickl\w*
             just (?:weird|odd|strange|annoying|irritating|uncomfortable|unpleasant|restless|crawly|itchy)""",
            "no",
        ),
        (
            r"""uncomfortable | discomfort | unpleasant | annoying | irritating | tolerable | bearable | [1-5] (?:out of|of) (?:10|ten) | [1-5] ?/ ?10""",
            "some",
        ),
        (
            r"""terrible | awful | horrible | horrendous | intense | severe | sharp | brutal | hell | torment | suffer\w* | like (?:mad|crazy) | bloody | murderous
             the worst | brings? tears | a lot | very | so much | badly | extremely | loads | tons | [6-9] (?:out of|of) (?:10|ten) | [6-9] ?/ ?10""",
            "yes",
        ),
    ),
    "urge": (
        (
            r"""can not (?:even )?move | frozen | paraly[sz]ed | (?:lie|lay|stay|keep|hold|am|is) (?:very |perfectly |quite |totally )?still
             moving (?:it )?(?:makes it worse|hurts) | (?:just|only) (?:the )?(?:pain|hurts?) | calm | relaxed | at rest""",
            "no",
        ),
        (
            r"""craw\w* | creep\w* | jump(?:y|ing) | twitchy | jitter\w* | restless | antsy | ants | itch\w* | wriggl\w* | <walk> | constantly | all the time | always
             every night | strong(?:ly)? | irresistible | badly | a lot | very | so much | keep (?:on )?<move> | <move> (?:them|it|my legs?) (?:all|about|around|constantly)""",
            "yes",
        ),
    ),
    "muscle": (
        (
            r"""soft | normal | loose | relaxed | floppy | limp | fine | nothing (?:there|like that|happens) | no different | as usual | just (?:crawl|restless|twitch)\w*""",
            "no",
        ),
        (
            r"""stiff\w* | hard | solid | spasms? | cramp(?:s|ed|ing|y)? | charl(?:ey|ie) horse | ball | bulg\w* | pull(?:s|ed) | twist(?:s|ed)? | squee[zs]\w*
             (?:can|could) (?:see|feel) (?:it|the muscle) | calf | calves | very | a lot | rock | stone""",
            "yes",
        ),
    ),
    "lasts": (
        (r"""quick | fast | short | brief | soon | over""", "short"),
        (r"""long | a while | constant(?:ly)? | all the time | days | always | very""", "long"),
        (r"""in-between | middling | medium | average | until i (?:move|walk|get|stand|stretch|rub)\w*""", "some"),
    ),
}
NO_HINT = r"""restless legs?(?: syndrome)? | hard (?:to|time) | (?:night |leg |night leg )cramps?"""
"""The name of the illness, or "hard to say", is no hint."""

# --- what weakens a word or turns it round

NEGATION = r"""no | not | never | without | none | nothing | neither | nor | zero | free of | lack of | lacks | absent | nobody"""
NO_NEGATION = r"""
    not (?:only|just|merely|half) | no (?:doubt|question|wonder|joke|matter) | nothing (?:helps|works|eases) | not (?:sleep|slept|know what|want)(?! (?:to )?(?:move|pain))
    can not (?:even )?(?:sleep|stand|bear|take|handle|stop|help|walk|get|stretch|breathe|believe|tell you|describe|ignore|rest|do|put|touch)
    (?:not|never) (?:stops?|stopping|ends?|go(?:es)? away|lets? (?:go|up|me)|lets?|ease[sd]?)
"""
"""Holds a "not" that turns nothing round ("not only", "can't stand the pain", "never goes away")."""
NOT_MUCH = r"""
    not (?:all |always |every ?time |that |very |too |so |super |particularly |extremely |terribly |overly |much |constantly )*(?:all|always|every ?time|that|very|too|so|super|particularly|extremely|terribly|overly|much|constantly)
    not (?:at )?every | not a lot
"""
SOME = r"""
    sometimes | at times | some ?time | now_and_(?:then|again) | once in a while | every now | occasional(?:ly)? | off_and_on | on_and_off | from time to time | half the time
    (?:some|certain|a few|other) (?:nights|days|of the time) | depends | depending | varies | vary | once or twice | not always | rarely | seldom | barely | hardly
    a bit | a little | a tad | a touch | a wee bit | bit of | slight(?:ly)? | mild(?:ly)? | faint(?:ly)? | somewhat | kind of | sort of | more or less | half and half
"""
UNSURE = r"""
    not (?:really |quite |so |entirely |too |very |100% )?(?:sure|certain) | unsure | uncertain | no idea | no clue | hard to (?:say|tell) | wonder | who knows | never noticed | have not noticed
    (?:do|does|would|did) not (?:really )?(?:know|remember|recall|notice) | can not (?:really )?(?:tell|say|remember|recall)
"""
CHANGED_MIND = r"""actually | wait | sorry | i mean | i meant | correction | scratch that | rather"""
CORRECTS = r"""i meant | i mean(?= (?:yes|no|not)) | scratch that | correction | my mistake | oops | (?:the|my) (?:last|previous|earlier) (?:one|answer|question) | change (?:that|my answer|it) to"""
"""Takes back an answer given before."""
OF_THE_ILLNESS = r"""
    (?<!only )\b(?:do|does|should|would|can|could|will|must) (?:the |a )?(?:<illness>|it|they|that|this|one) (?:also |usually |always |normally |not |have to |has to |need to |supposed to |be |even )*
    \b(?:are|is) <illness> (?:also |usually |always |normally |not |supposed to |meant to |be )*
    \b(?:rls|restless legs?(?: syndrome)?)(?: does| do| is| are| can| not| usually| always| normally| be| have| cause)* ?
"""
"""What stands before a word that is asked or said of an illness in general, not of the person."""

# --- when, and not how long

WHEN_BEFORE = r"""
    (?:every|each|per|once|twice|times?) | (?:me|asleep|up|starts?|begins?|happens?|comes?|comes on|hits?|woke) (?:up )?(?:about |after |around )+
    (?:slept|sleep|sleeping|asleep|lying|lie|bed|stand|standing|sat|sit|sitting|walk|walked|walking|run|ran|running|cycle|cycled|cycling|work|worked|drive|drove|awake|first|next|last|past) (?:in bed |there |down )?(?:for |about |around |only )*
"""
WHEN_AFTER = r"""
    ago | before | later | into | past | after (?:i|falling|going|lying|getting|bed|sleep|midnight|dinner) | of (?:sleep|lying|sitting|standing|walking|rest) | in bed
    to (?:fall|get|go) | earlier | apart | (?:an?|per|each|every) (?:night|day|week)
"""

# --- replies: value -> what may be the whole of one. In this order: "not sure" before "not".

REPLIES = {
    "some": r"""
        yes_and_no | no_and_yes | yes ?/ ?no | both(?! (?:my|the|of my|legs?|cal(?:f|ves)|feet|sides|thighs)) | (?:a )?(?:little )?bit of (?:both|each) | either | neither nor | in-between | mixed
        a bit | a little(?: bit)? | a tad | somewhat | kind of | sort of | so[ -]so | half and half | more or less | (?:only )?(?:slightly|mildly) | fifty ?fifty | 50 ?/? ?50 | rarely | seldom | hardly(?: ever)? | barely
        (?:it (?:all )?)?(?:depends|varies|changes) | yes (?:but )?not always | not (?:always|every ?time|all the time|every night|constantly|very much|that much|so much|too much|much|a lot|too bad(?:ly)?|very)
        (?:only |yes |but |it does |they do )*(?:sometimes|at times|now_and_(?:then|again)|occasionally|on occasion|on_and_off|off_and_on|some (?:nights|days)|once in a while|from time to time|every now_and_(?:then|again))
    """,
    "unsure": r"""
        (?:i am )?(?:not (?:really |quite |so |entirely |too |very |100% )?(?:sure|certain)|unsure|uncertain) | (?:i )?(?:honestly )?(?:do|does|would|did) not (?:really )?(?:know|remember|recall|notice|pay attention)
        (?:no|not a) (?:idea|clue) | (?:i )?(?:honestly |really )?(?:can|would) not (?:really )?(?:tell|say|remember|recall|answer(?: that)?) | (?:it is |that is )?(?:hard|difficult|tricky) to (?:say|tell)
        maybe | perhaps | possibly | (?:it )?might(?: be)? | could be | who knows | (?:i )?(?:have )?(?:never|not) (?:really )?noticed | i (?:am|was) (?:half )?asleep | i forget | forgot | beats me | search me
        pass | skip(?: (?:it|this|that|this one))? | next(?: (?:one|question))? | no opinion | n/a | rather not say | unknown | \?+
    """,
    "no": r"""
        no+ | n | not (?:really|at all|in the least|for me|that i (?:know|noticed|can tell)|particularly|especially|one bit|so|exactly|a bit|ever|yet) | never(?: does| do| did)? | none(?: at all)? | nothing(?: (?:like that|at all|there))?
        (?:it|they|i|that|there|we|she|he|mine|this) (?:really |certainly |definitely )?(?:does|do|is|are|did|have|has|was) not(?: really| at all| any)? | (?:do|does|is|are|did) not(?: at all)? | (?:i )?(?:do|does) not (?:think|believe) so
        no (?:way|sir|not (?:really|at all)|never|none|need|chance|sign of (?:that|it)|nothing(?: like that)?|it does not|they do not) | uh[- ]?uh | nil | zero | negative | false | wrong | far from it | hell no | neither
        (?:definitely|absolutely|certainly|fortunately|luckily|thankfully|of course|probably|i think|guess) not | (?:quite )?the opposite | on the contrary | (?:i )?doubt it
    """,
    "yes": r"""
        yes+ | y | ya | yea | ye | aye | sure(?: does| do| is)? | definitely | definately | defo | absolutely | absolutly | of course | correct | right | true | exactly | totally | very(?: much)?(?: so)? | indeed | affirmative
        (?:it|they|i|that|there|we|she|he|mine|this|them) (?:certainly |definitely |sure |absolutely |always |totally |often |usually |mostly )?(?:does|do|is|are|did|have|has) | (?:i )?(?:think|believe|guess|suppose|reckon) so
        yes (?:it (?:does|is)|they (?:do|are)|i do|there is|sir|very much|definitely|absolutely|a lot|indeed|yes|always|sure|of course|usually|often|mostly|100%) | probably | most(?:ly| of the time| nights| definitely) | usually | often
        always | all the time | every time | (?:mostly|usually|often|nearly always|almost always) yes | nearly always | almost always | constantly | certainly | obviously | without (?:a )?doubt | no doubt | you bet | bet | uh[- ]?huh | mhm+ | m+h+m+ | (?:hell|oh|fuck|fucking) yes
        like (?:hell|mad|crazy) | a lot | lots | so much | big time | too right | for sure | 100% | you could say that | spot on | that is (?:it|right) | extremely | terribly | badly | quite(?: a (?:bit|lot))? | damn right
    """,
}
LEADS = {
    "unsure": r"(?:not sure|unsure|do not know|i do not know|no idea|no clue|maybe|perhaps)\b(?! (?:if|whether|about|how|it|they|what|that|of))",
    "no": r"no (?=(?:it|they|i|that|there|not|never|the|my|this|only|at all|she|he|absolutely|definitely|more|rather|quite|nothing|neither|moving|those|we)\b)(?!(?:not|more|the) (?:sure|pain|urge))",
    "yes": r"(?:yes|yea|ya|aye|definitely|absolutely|of course|sure) \w",
    "some": r"(?:only )?(?:sometimes|at times|now_and_then|occasionally|some nights) (?:it|they|i|yes|when|if|not|there|only|the|both)\b",
}
"""How a clause may begin that answers and goes on. "No it …" does; "no pain" does not."""

POINTED = (
    r"\b(?P<what>pain(?:ful)?|hurts?|urges?(?: to move)?|moving|need to move|tight(?:ness)?|hard(?:ness)?|(?:hard |tight )?muscles?(?: (?:hard|tight))?) ?(?:[:?=]|-+|is|are|,)? ?"
    r"(?P<value>yes|no|none|zero|sometimes|not sure)\b(?! (?:pain|urge|need|muscle|tight|hard|it|i|they|idea|doubt|knot)\w*\b(?! ?[:?=-]? ?(?:yes|no|none)\b))"
)
""""Pain: no, urge: yes"."""

# --- questions, stopping, going on

ASKS = r"""
    (?:what|which|who|whose|why|where)\b | (?:what|who)'?s\b | how (?:do|does|did|can|could|come|long do|long does|long will|long can|often|common|many|much|about|is|are|sure|serious|should|would)\b
    when (?:do|does|should|will|can|is|are|would)\b | (?:what|how) about\b
    (?:is|are|can|could|does|do|did|should|would|will|may|am|has|have) (?:it|this|that|these|those|they|the|an?|i|you|my|there|we|people|night|leg|cramps?|restless|rls|anything|any|anyone|someone)\b(?! not$)
    (?:can|could|should|would|will) (?!be|get|gets|last|feel|go|hurt|not|sometimes|also|only|just|really|often|always|barely)\w+ \w
    tell me | show me | give me | list\b | explain\b | book\b | find me | help me | (?:let's )?talk about | i (?:want|would like|'d like|need) to (?:know|ask|hear) | (?:any|got any) (?:cure|tips|advice|idea)\b
"""
ASKS_AFTER = r"""so | ok | okay | and | also | but | um | well | please | hey | hi | hello | hmm | btw | wait | yes | no | sorry | actually | by the way"""
STOPS = r"""
    stop(?: (?:it|this|that|here|now|asking|(?:with )?the questions?|asking (?:me )?(?:questions|this|that)))? | quit | exit | end(?: (?:this|it))? | cancel(?: (?:this|that|it))? | abort | finish | never ?mind | drop it | give up
    leave (?:it|that|this) | forget (?:it|this|about it|that) | (?:i have )?(?:had )?enough(?: (?:questions|of (?:this|that)))? | that is enough | no more(?: questions)? | too many questions | (?:i am )?(?:done|fed up)
    (?:i )?(?:do not|will not) want (?:to )?(?:answer|go on|continue|this|do this|any ?more|more questions)(?: (?:that|this|any ?more|more questions|questions))* | not now | another time | later
"""
STOPS_AFTER = (
    r"""no | can we | could we | let's | lets | let us | i want to | i would like to | i'd like to | we can | you can"""
)
NODS = r"""
    ok+ | okay | okey | alright | all right | k+ | fine | good | cool | ready | i am ready | shoot | fire away | go | go ahead | keep going | proceed | ask | ask me | ask away | let's go | lets go | what was the question
    (?:yes )?(?:let's |lets |let us |we can |can we |shall we |i want to |we should )*(?:go on|go back|get back|continue|carry on|resume|start)(?: with)?(?: to)?(?: the)?(?: (?:questions?|comparison|quiz|test|it))?
    back to (?:the |your )?(?:questions?|comparison|quiz|test) | (?:the )?questions?(?: again)?
"""

FAREWELL = r"""(?:good ?)?bye+ | bye[- ]bye | good ?night | night[- ]night | see (?:you|ya) | cya | farewell | ciao | take care | so long | i am off"""

# --- questions that lean on the talk

OTHERS = r"""
    others? | another | anything else | something else | what else | else (?:could|can|might|may) | more (?:of them|causes|reasons|conditions)
"""
PICKS = r"""which | ones? | any | those | these | of them | of those"""
_GROUP = r"(?:hormones?|hormonal|glands?|glandular|endocrine|nerves?|nervous system|neurological|neurologic|brain|spine|spinal|kidneys?|renal|vascular|circulation|circulatory|blood vessel|liver)"
GROUPED = rf"""
    (?:any|which|what|all|list|name)(?: other| of the| common| known| particular| specific| sort of| kinds? of| types? of)* {_GROUP}(?:(?: or| and|,)+ {_GROUP})?(?:[- ]?(?:related|type|based))? (?:problems|diseases|disorders|conditions|illnesses|complaints|things|stuff|ones|issues|troubles)
    (?:anything|something|things?|stuff|problems?|diseases?|disorders?|conditions?|illness(?:es)?|issues?|troubles?|those|ones?) (?:\w+ ){{0,3}}?{_GROUP}(?: \w+){{0,2}} (?:on|in|there)(?: on| in)? (?:it|there|the list|your list|that list|the source)
    {_GROUP}(?: (?:problems?|diseases?|disorders?|conditions?|illness(?:es)?|issues?|troubles?|things?|stuff|ones?|wise))? (?:on|in) (?:it|there|the list|your list|that list)
"""
"""Asks which of a whole group there are ("any gland problems on the list?"), and not whether one thing is linked."""
DETAILS = r"""
    symptoms? | signs? of | treat(?:ed|s|ment|ments|ing)? | cured? | diagnos(?:ed?|is) | test(?:s|ed)? for | causes of | get rid of | live with | living with | diet for | prognosis
    (?:what|which) (?:medicines?|medication|drugs?|tablets?|pills?) (?:do|does|is|are|helps?|for|can|should|would)
"""
"""Of an illness itself, beyond what its name means."""

KINDS = {
    "hyper": r"over[- ]?active | hyper(?:active)? | the fast one",
    "hypo": r"under[- ]?active | hypo | the slow one",
    "acute": r"acute | sudden",
    "chronic": r"chronic | long[- ]term | long[- ]standing",
}
"""What tells one condition from another of the same name, as a part of its id."""
QUITS = r"""
    (?:stop|stopping|quit|quitting|drop|skip|pause|halve) (?:(?:taking|using|on|with) )?(?:it|them|that|those|this|these|mine|one|any|either|both|all of (?:it|them))
    (?:come|coming|get|getting|go|going|take me|taken|wean(?:ed|ing)?) off (?:of )?(?:it|them|that|those|this|these|mine)
    (?:stop|stopping|quit|quitting|come off|coming off|go off|going off|get off|drop|skip|pause|halve) (?:(?:taking|using|of|with) )*(?:the|my|these|those|her|his|our|all) (?!(?:[a-z-]+ )?(?:cramp|leg|cal[fv]|f[oe][oe]t|toe|thigh|pain|spasm|charley|muscle|night|twitch|urge|ach|attack))
    (?:stop|stopping|quit|quitting) (?:taking|using) [a-z-]+
"""
RESTATES = r"""
    i (?:had |just |only |really |actually )?(?:asked|meant|mean|was asking|am asking|wanted to know|want to know) (?:you )?(?:about|for|how|what|why|when|whether|if|the)
"""
PUZZLED = r"""
    what (?:do|did|are) you (?:mean|meaning) | what (?:does|is|do) (?:that|it|this|you) (?:mean|supposed to mean|asking) | how do you mean | what is meant | in what (?:way|sense)
    how (?:long|much|often|hard|tight|bad) is (?:long|much|often|hard|tight|bad) | what counts as | what is (?:long|an urge|an urge to move|tight|hard)
"""

OTHER_ONE = r"""the other (?:one|type|kind|sort|two|form) | not (?:that|this) one | the opposite(?: one)? | the other way (?:a)?round"""
"""Means another than the one just spoken of, without its name."""

# --- whose it is

PERSONAL = r"""
    (?:i|he|she|we) (?:also |just |only |recently |now |already |do |still )?(?:have|has|had|got|take|takes|took|am|use|uses|was|suffer|suffers|started|drink|drinks|sit|sits)\b(?! (?:a question|to (?:know|ask)|asking|wondering|curious|read|heard|sure))
    (?:my|mine|his|her) (?!question|doctor|nurse|pharmacist|gp|last|first|next|friend|answer)
    why (?:i|he|she|we) (?:get|gets|have|has|am|is|keep|keeps) | (?:is|are|was) (?:it|this|that|they) (?:just |only |really )?the (?!same|difference|case|other|right|one|calf|muscle|night|only)
"""
"""Asks about somebody's own case and not in general."""
CONCLUDES = r"""
    (?:is|are|was|so|then|would) (?:that|it|this|they|those|these)(?: is| be| all)? (?:why|because|the (?:reason|cause|culprit)|to blame|due|from|behind)
    (?:could|can|might|may|would) (?:that|it|this|they|those|these) (?:all |really |just )?(?:also )?be (?:why|because|the (?:reason|cause|culprit)|to blame|due|from|behind|it|that|what|causing|my|mine)
"""
"""Asks whether that is the reason, which is always somebody's own case."""
SUSPECTS = r"""(?:could|can|might|may|would|do you think) (?:it|this|that|they|these|those)(?: is| are)? (?:all |just |really |also |maybe )*(?:be )?(?:a|an|the|my|his|her|from|due|because|caused)\b | do you think (?:it|this|that) (?:is|could be|might be|may be) | (?:is|are) (?:it|this|that|they|these) (?:an? |the )?(?:early |first |warning )*(?:signs?|symptoms?|result) of"""
"""Asks whether it is a certain illness or thing."""
LINKS = r"""(?:a|any|the) (?:possible |known )?(?:link|connection|relation(?:ship)?) | (?:is|are) (?:it|they|that|this|these|those|the two) (?:\w+ )?(?:linked|connected|related)"""
"""Asks whether something is linked, without saying to what."""
HOW_TO_TELL = r"""
    (?:how|(?:what is|is there) (?:the|a) (?:best |easiest |simple )?(?:way|trick)) (?:do|does|can|could|would|will|should|to|am|is|might|for)(?: (?:i|we|you|one|he|she|me|they|anyone|somebody|someone))?(?: (?:ever|best|possibly|to|supposed to|meant to|able to))? (?:tell|know|distinguish|differentiate|separate|figure|work out)\b
    (?:what is|is there a|is there any|tell me|explain|know) (?:the )?(?:\w+ )?differences?\b | differ(?:s|ent|ence)? (?:from|between) | tell (?:them|the two|these two|which is which|one from the other)
"""
"""Asks how to tell one thing from another."""
HAS_IT = r"""
    (?:if|whether|that) (?:i|we|he|she|you) (?:have|has|had)(?: got)? (?:it|that|this) | how (?:do|would|can|could|will|should) (?:i|we|he|she) (?:know|tell|find out|be sure)(?: that)?(?=[?.! ]*$)
"""
IS_IT = r"""
    (?:so |then |ok |and )*(?:it is|is it|this is|is this|that is|is that|that means|it means|i have|do i have|they are|are they|it must be|it sounds like)(?: (?:it is|i have|just|only|really|probably|definitely|a|an|my|night|leg|then|more|like|the))* (?:cramps?|restless legs?|rls)(?: (?:then|now|right|after all))*
"""
"""The whole of a message that asks which of the two it is, after the comparison."""
DENIES = r"""(?:no |but |well )*(?:i|he|she|we) (?:am|is|are|do|does|have|has|was|were) (?:not|never)\b"""
TAKES_NOTHING = r"""
    (?:not|never|without|no) (?:\w+ ){0,3}?(?:medicines?|medications?|meds|tablets?|pills?|drugs?) | (?:take|taking|takes|on) (?:nothing|no (?:medicines?|medications?|meds|tablets?|pills?|drugs?))
"""
WONDERS = r"""(?:what|why|how come)\b(?! (?:are|about|medicines?|tablets?|pills|drugs|medication|is (?:a|the|an)))"""
"""Asks what the reason is."""
OF_THE_STRENGTH = r"""(?:what|how) (?:does|do|is|are|exactly|you mean by|meant by|mean|by|a|it|that|can be|can|sometimes| )*(?:linked|a link|known causes?|more likely|direct link)\b(?: \w+){0,2}"""
"""Asks what the words for the strength of a link mean."""
OF_THE_ASSISTANT = r"""
    are you (?:an? |really |actually |some |kind of |any |even |medically |just |my )*(?:doctor|nurse|pharmacist|human|person|robot|bot|chatbot|ai|real|machine|computer|program|qualified|trained|expert|alive)
    (?:can|should|could|may|do|must) (?:i|we) (?:really |actually |even )?(?:trust|believe|rely on) you | why should (?:i|we) (?:trust|believe|listen to) you | who (?:are|made|built|runs) you
"""
HELPS = r"""
    (?:so |and |but |then |ok |okay |now )*(?:what|anything) (?:can |could |might |would |will |should |that |to )*(?:helps?|ease[sd]?|stops?)(?: (?:it|them|that|this|me|with (?:it|them|that)))?
    (?:so |and |but |then |ok |okay |now )*what (?:do|would|can) you (?:recommend|suggest|advise)(?: for (?:it|them|that|this))?
    (?:so |and |but |then |ok |okay |now |please )*(?:what|anything) (?:can|could|should|do) (?:i|we|he|she|you) do(?: (?:about|against|for|with) (?:it|them|that|this))?
"""
"""The whole of a message that asks what helps."""
HAS_ONE = r"""
    how (?:do|can|could|would|will|should) (?:i|we|you|one|he|she) (?:know|tell|find out|be sure|see|check|discover)(?: that| if| whether)?(?: (?:i|we|you|one|he|she))?(?: \w+){0,3} (?:one|any|some|either|which)(?: of)?(?: (?:those|these|them|the (?:three|conditions|things|causes|list)))?
    (?:do|could|can|might|may) (?:i|we|he|she) (?:have|has|had)(?: got)? (?:one|any|some|either)(?: of)? (?:those|these|them|the (?:three|conditions|things|causes))
    (?:what if|suppose) (?:i|he|she) (?:have|has|had)(?: got)? (?:one|any|some)(?: of)? (?:those|these|them)
"""
"""Asks whether the person has one of the conditions that were named."""

# --- what people ask and the source does not say: the first that fits counts

_THEY = r"(?:they|it|these|this|those|that|(?:the |my |your |our |night |leg |muscle |calf |nocturnal )*cramps?|charl(?:ey|ie) horses?|people|you|i|we)"
_SEXES = r"(?:women|woman|females?|ladies|girls|men|man|males?|guys|gentlemen|boys)"
_YOUNG = r"(?:kids?|child|children|babies|baby|toddlers?|teenagers?|teens?|young(?:er)? (?:people|folks?|ones|adults|men|women|person)|students?)"
_PEOPLES = (
    r"(?:black|white|asian|african|caribbean|indian|hispanic|latino|latina|caucasian|chinese|european|jewish|arab)"
)
_NIGHT = r"(?:night|nights|nighttime|night-time|bed|sleep|my sleep)"
ASPECTS = {
    "stretch_why": r"""(?:why|how) (?:do|does|would|should|is) (?:\w+ ){0,3}stretch\w*(?: \w+){0,3} (?:help|helps|work|works|ease|eases|good|relieve|relieves)""",
    "stretch_safe": r"""
        (?:is|are) (?:it|this|that) (?:\w+ ){0,2}(?:safe|ok|okay|all right|alright|dangerous|bad|harmful|risky|wise|good idea)(?: for \w+)? to (?:\w+ ){0,3}(?:stretch|pull|force|push|bend)\w*
        (?:is|are) (?:stretching|forcing|(?:a |the |this |such a )?(?:hard |forceful |strong )*stretch(?:es)?)(?: \w+){0,5} (?:safe|ok|okay|all right|alright|dangerous|bad|harmful|risky|wise)
        (?:can|could|will|would|might|may|do|does) (?:\w+ ){0,4}(?:harm|damage|hurt|tear|injure|rip|pull)\b(?: \w+){0,5} (?:stretch|forc)\w*
        (?:can|could|will|would|might|may|do|does) (?:stretching|forcing|(?:a |the |this |that )?(?:hard |forceful |strong )*stretch)(?: \w+){0,6} (?:harm|damage|hurt|tear|injure|rip|worse)
        how (?:hard|far|forcefully|strongly|long|much force|much)(?: \w+){0,5} (?:stretch|pull|push|hold)\w*
    """,
    "worse_with_age": r"""
        (?:worse|more painful|stronger|more severe|worsen)(?: \w+){0,5} (?:age|older|old|ageing|aging) | (?:age|older|ageing|aging)(?: \w+){0,5} (?:worse|more painful|stronger|more severe)
    """,
    "from_age": r"""
        (?:what|which) age | from what age | how old (?:do|must|should|does|are) | (?:when|how old)(?: \w+){0,3} (?:too old|old enough)
    """,
    "sex": rf"""
        {_SEXES}\b(?: \w+){{0,5}} (?:more|less|most|often|likely|common|than|prone|affected|worse|get|suffer|have)\b | (?:more|less|common|likely|often|affects?|only|mostly|mainly|prone|worse|happens?|get)\b(?: \w+){{0,5}} {_SEXES}
        {_SEXES} (?:or|and|vs|versus|than) {_SEXES} | gender | (?:does|is|has) (?:my |your |the )?sex (?:matter|make|play|a factor) | (?:being|am|is) (?:a |an )?(?:male|female) | i am a (?:wo)?man$ | being a (?:wo)?man | (?:male|female) thing | (?:wom[ae]n|m[ae]n)'s (?:thing|problem)
    """,
    "ethnicity": rf"""
        {_PEOPLES}s? (?:people|folks?|men|women|persons?|skin|families|patients)\b | ethnic\w* | (?:my|your|the|certain|some|any|does|what) race\b | races\b | skin colou?r | nationalit\w+
    """,
    "family": r"""
        (?:run|runs|running|ran) (?:in|through) (?:the |my |our |your |some |a )?famil(?:y|ies) | heredit\w* | inherit\w* | genetic\w* | in (?:the|my|our|your) genes | (?:passed|pass|passes) (?:it |them )?(?:on|down) | (?:in|through) (?:the |my |our )famil(?:y|ies)
    """,
    "children": rf"""
        (?:do|does|can|could|are|is|will|why do)(?: \w+){{0,4}} {_YOUNG}\b | {_YOUNG}\b(?: \w+){{0,3}} (?:get|have|suffer|too|as well|affected)\b
    """,
    "weather": r"""
        (?:weather|winter|summer|autumn|spring time|springtime|seasons?|temperatures?|humidity|full moon) | (?:in|with|by|because of|from|when it is|when it gets|gets|getting|the|does|is) (?:the )?(?:cold|colder|heat|hot|hotter|warm|warmer)(?: (?:weather|nights?|rooms?|bedroom|days?))?(?: (?:make|bring|cause|matter|outside|trigger)\w*| to blame|$)
    """,
    "pregnancy_when": r"""
        (?:which|what|in which|in what) (?:month|week|trimester|stage|part)s?\b | (?:first|second|third|last|1st|2nd|3rd) (?:trimester|months?|weeks?) | (?:after|once|when) (?:the |my |i )?(?:birth|baby|delivery|give birth|have the baby|gave birth)(?: \w+){0,4}
    """,
    "by_day": rf"""
        (?:can|could|do|does|will|is|are|why not|what about|should|would|may|might) ?{_THEY}?(?: \w+){{0,5}} (?:in|during|by|through) (?:the )?day(?: ?time)?\b | (?:only|always|just) (?:at|by|in the) night\?? or
    """,
    "night": rf"""
        why(?: (?:do|does|is|are|did))? (?:they|it|these|this|those|that|mine)(?: \w+){{0,5}} (?:at|in|in the|in my|during|during the|by|while|when|every) (?:{_NIGHT}|(?:i |we |you |people )?(?:am |are )?(?:sleep|asleep|sleeping))\b
        why(?: \w+){{0,6}} (?:only|always|mostly|just|never|not)(?: ever)?(?: \w+){{0,3}} (?:at|in|in the|during|during the|by) (?:{_NIGHT}|day|daytime|the day)\b | why (?:at|by|in the|during the) night
        why(?: (?:do|does|is|are))?(?: the| night| leg| muscle| calf| nocturnal| most)* cramps? (?:only |always |mostly |usually |tend to )*(?:come|comes|happen|happens|strike|strikes|occur|occurs|start|hit|appear)(?: \w+){{0,2}} (?:at|in|in the|during|during the|by|while|when) (?:{_NIGHT}|(?:i |we |you |people )?(?:am |are )?(?:sleep|asleep|sleeping))\b
        what (?:is it|has it|have they|is) (?:about|with|to do with) (?:the )?night
    """,
    "time": r"""
        (?:what|which) (?:time|hour|hours|part|point|stage)(?: (?:of|in|during))?(?: (?:the |my ))?(?:night|sleep|do|does|are|is)?\b(?! of (?:day|year|life|pregnan)) | when (?:in|during|at) (?:the )?(?:night|sleep) | (?:at|around) what (?:time|hour) | why (?:always )?(?:at |around )?(?:\d ?am|\d o'?clock|\d in the morning)
    """,
    "side": r"""
        (?:left|right) (?:or|and|vs) (?:left|right) | (?:which|what) (?:leg|side|foot|calf) | (?:why|is|are|can|could|do|does|should|will|how come)\b(?: \w+){0,7} (?:left|right|same|one|both|other|either) (?:legs?|calf|calves|feet|foot|sides?|thighs?)\b
    """,
    "calf": r"""
        (?:why|how come)(?: (?:is|are|do|does|did))?(?: (?:it|they|this|that|these|cramps?|leg cramps?|night leg cramps?|always|only|mostly|usually|just|happen|happens|come|affect|affects|hit|hits|get|gets|strike|occur|appear|start|in|at|to|on|of|the|all))* ?(?:the|my|your|our)? ?(?:calf|calves|foot|feet|thighs?|toes?|leg|legs)(?: muscles?)?(?: (?:and|but) not .*| and nowhere else| of all (?:places|things)| and never .*)?$
    """,
    "hurt_why": rf"""
        (?:why|how come)(?: (?:do|does|is|are|did))? {_THEY}(?: \w+){{0,3}} (?:hurt|hurts|painful|sore|so bad|so much|agony)\b
    """,
    "start_why": rf"""
        why now | why (?:all of a sudden|suddenly|out of the blue|just now|this (?:week|month|year)) | why (?:have|has|did|do) {_THEY} (?:suddenly |just |only |all of a sudden )*(?:start(?:ed)?|begun|begin|began|come on now|appear(?:ed)?)\b
    """,
    "often_why": rf"""
        why (?:so often|every (?:single )?night|more (?:often|and more)|more nights) | why (?:do|does|are|am|is) {_THEY} (?:\w+ ){{0,3}}(?:so often|every single night|more often|more and more)
    """,
}
"""What a question is about, where the source answers only the question next to it. Each has a phrase (``silent.<aspect>``)."""

# --- why an answer was no help: the first that fits counts

REASONS = {
    "not_my_question": r"""
        not (?:really |quite |at all )?(?:my|the|a) question | not what (?:i|we) (?:asked|meant|wanted|was asking|needed|was after) | something else than i (?:asked|meant)
        did not (?:really |even |actually )?(?:answer|address)(?: (?:it|that|this|me|my|the|anything|what|question|questions)){0,4} | (?:beside|misses|missed|missing) the point | off[- ]topic
        (?:misunderstood|misread|misheard) | not relevant | irrelevant | wrong (?:topic|subject|question) | nothing to do with (?:it|that|my|what) | i asked (?:about |for )?something else
    """,
    "unclear": r"""
        unclear | not (?:very |really |so |that )?clear | confus(?:ing|ed) | (?:do|did|can|could) not (?:really |quite )?(?:understand|follow|get (?:it|that|this)) | vague
        (?:makes?|made) no sense | (?:does|did) not make (?:any |much )?sense | hard to (?:understand|follow|read) | (?:too )?complicated | too (?:technical|medical|general|many words i)
        none the wiser | gibberish | jargon
    """,
    "too_long": r"""
        (?:far |way |much |a bit |a little |rather |bit )?too (?:long|wordy|much(?: text| to read| reading)?|many words) | wordy | long[- ]winded | (?:a bit|rather|bit|so|very) long | waffle
        wall of text | rambling
    """,
    "wrong": r"""
        wrong | incorrect | not (?:right|true|correct|accurate) | untrue | false | inaccurate | mistakes? | nonsense | rubbish information
    """,
    "other": r"""
        something else | something different | anything else | other reasons? | another reason | other | none of (?:those|these|them|the above|that) | neither
    """,
}
