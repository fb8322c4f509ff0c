"""Emergency calls as a piece of dialplan, so that they go out also when no engine runs.

The text is made from the definition and holds the numbers of all places, where each phone stands, and the number to
call each place back. Nothing in its path asks an engine, an allow-list, a campaign or a heartbeat. It needs no more
than what Asterisk 16 has.
"""

import re
from collections.abc import Iterator

from channels.core.emergency_numbers import EmergencyDialling, Place, calling_codes, every_number, forms

PHONE = re.compile(r"[A-Za-z0-9._+-]{1,80}")
"""What an endpoint's name may hold, in our dialplan as here."""
NUMBER = re.compile(r"[0-9]{2,6}")
PREFIX = re.compile(r"[0-9]{1,4}")
_CALLER_ID = re.compile(r"\+[0-9]{6,15}")
_ID = re.compile(r"[a-z0-9_.]{1,40}")

_HEAD = """\
; Emergency calls, made by  switchroom dialplan  from the definition. Make it anew whenever places, phones or outside
; prefixes change. Let phones dial in a context that holds nothing but includes, this one first, since a context's own
; extensions would come before what it includes:
;   #include switchroom-emergency.conf
;   [phones]
;   include => switchroom-emergency-numbers
;   include => your-own-numbers
; and give that context to every endpoint (context = phones in pjsip.conf).
;
; Globals that have to be set under [globals] of your extensions.conf:
;   SWITCHROOM_EMERGENCY_TRUNK    what to dial, with % for the number, such as PJSIP/%@trunk
; and may be set:
;   SWITCHROOM_EMERGENCY_TRUNK_2  tried when the first one did not take the call"""
_CALL = """\
; ARG1 is the number. Where the phone stands says which number can be called back. The engine, if there is one, is told
; the place and the phone, not more, and is not waited for.
[switchroom-emergency-call]
exten => s,1,Set(number=${ARG1})
 same => n,Set(phone=${FILTER(A-Za-z0-9._+\\x2d,${CHANNEL(endpoint)})})"""
_OUT = """\
 same => n(nowhere),Set(place=-)
 same => n,Set(callback=)
 same => n,Set(trunk=)
 same => n,Log(WARNING,an emergency call from ${phone}, a phone at no known place)
 same => n(out),ExecIf($["${callback}" != ""]?Set(CALLERID(num)=${callback}))
 same => n,Set(CALLERID(num-pres)=allowed_not_screened)
 same => n,UserEvent(SwitchroomEmergencyCall,Place: ${place},Phone: ${phone})
 same => n,ExecIf($["${trunk}" = ""]?Set(trunk=${GLOBAL(SWITCHROOM_EMERGENCY_TRUNK)}))
 same => n,GotoIf($["${trunk}" = ""]?second)
 same => n,Dial(${CUT(trunk,%,1)}${number}${CUT(trunk,%,2)})
 same => n,GotoIf($["${DIALSTATUS}" = "ANSWER"]?end)
 same => n(second),Set(trunk=${GLOBAL(SWITCHROOM_EMERGENCY_TRUNK_2)})
 same => n,GotoIf($["${trunk}" = ""]?failed)
 same => n,Dial(${CUT(trunk,%,1)}${number}${CUT(trunk,%,2)})
 same => n,GotoIf($["${DIALSTATUS}" = "ANSWER"]?end)
 same => n(failed),Log(ERROR,an emergency call from ${phone} went out by no trunk: ${DIALSTATUS})
 same => n,Congestion(20)
 same => n(end),Hangup()"""


def dialplan_of(dialling: EmergencyDialling) -> str:
    """Return the dialplan's text for one switch; `dialling.phones` are its endpoints.

    A place with a trunk of its own has it in the global SWITCHROOM_EMERGENCY_TRUNK_<PLACE>.

    Raises:
        ValueError: a phone, number or id has characters that would mean something else in a dialplan; the sentence
            names it. `switchroom check` has told it before.
    """
    _fit(dialling)
    lines = [_HEAD, *(f";   {_trunk(place):<28}  the same, at the place {place.id}" for place in dialling.places), ""]
    lines += ["[switchroom-emergency-numbers]", *_numbers(dialling), "", _CALL]
    labels = {place.id: f"place{number}" for number, place in enumerate(dialling.places, 1)}
    for phone, id_ in sorted(dialling.phones.items()):
        # With a letter in front, so that 0100 and 100 are compared as texts.
        lines.append(f' same => n,GotoIf($["p${{phone}}" = "p{phone}"]?{labels[id_]})')
    lines.append(" same => n,Goto(nowhere)")
    for place in dialling.places:
        lines += _place(dialling, place, labels[place.id])
    return "\n".join([*lines, _OUT]) + "\n"


def _numbers(dialling: EmergencyDialling) -> Iterator[str]:
    """Each number as it is, with each outside prefix, with `+`, and with `+` and a country, as some phones send it."""
    found = {number: number for number in every_number(dialling)}
    for number in every_number(dialling):
        for prefix in (*dialling.outside_prefixes, "+", *(f"+{code}" for code in calling_codes(dialling))):
            found.setdefault(prefix + number, number)
    for dialled, number in sorted(found.items()):
        yield f"exten => {dialled},1,Gosub(switchroom-emergency-call,s,1({number}))"


def _place(dialling: EmergencyDialling, place: Place, label: str) -> Iterator[str]:
    yield f" same => n({label}),Set(place={place.id})"
    yield f" same => n,Set(callback={place.caller_id})"
    yield f" same => n,Set(trunk=${{GLOBAL({_trunk(place)})}})"
    sent = forms(dialling, place.id)
    for number in every_number(dialling):
        if sent[number] != number:
            yield f' same => n,ExecIf($["${{ARG1}}" = "{number}"]?Set(number={sent[number]}))'
    yield " same => n,Goto(out)"


def _trunk(place: Place) -> str:
    return f"SWITCHROOM_EMERGENCY_TRUNK_{place.id.upper().replace('.', '_')}"


def _fit(dialling: EmergencyDialling) -> None:
    known = {place.id for place in dialling.places}
    wanted = [
        *(("phone", PHONE, phone) for phone in dialling.phones),
        *(("emergency number", NUMBER, number) for number in every_number(dialling)),
        *(("outside prefix", PREFIX, prefix) for prefix in dialling.outside_prefixes),
        *(("place", _ID, place.id) for place in dialling.places),
        *(("number to call back", _CALLER_ID, place.caller_id) for place in dialling.places),
    ]
    for what, pattern, text in wanted:
        if not pattern.fullmatch(text):
            raise ValueError(f"the {what} {text!r} cannot stand in a dialplan")
    if missing := sorted({place for place in dialling.phones.values() if place not in known}):
        raise ValueError(f"there is no place {missing[0]!r}")
