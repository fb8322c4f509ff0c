"""The two SIPp scenarios: a caller and a phone.

A person's wishes (answer, hang up, ...) reach SIPp as a SIP request of a method of our own, sent from the test to
SIPp's port with the call's Call-ID; SIPp goes to the label the method names. What happens is written to SIPp's log
as ``word|call-id|detail`` lines.
"""

_HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="{name}">\n'
_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=bed 1 1 IN IP4 127.0.0.1
s=bed
c=IN IP4 127.0.0.1
t=0 0
m=audio {rtp_port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20
"""
ANSWER_AT_ONCE, BUSY_AT_ONCE, DECLINE_AT_ONCE = 2, 3, 4
_TALKS, _HOLDS, _RESUMES = 20, 21, 22
_EMPTY = "Content-Length: 0\n"
_US = "Contact: <sip:bed@127.0.0.1:[local_port]>\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO\n"
_KEEP_MEDIA = """<ereg regexp="m=audio ([0-9]+)" search_in="body" check_it="false" assign_to="line,media" />
<log message="media|[call_id]|[$media]" />"""


def _keep(header: str, variable: str) -> str:
    return f'<ereg regexp=".*" search_in="hdr" header="{header}:" check_it="false" assign_to="{variable}" />\n'


# SIPp takes a step at a time: a log step stands before a message that is answered, never between the two.
def _log(word: str, detail: str = "") -> str:
    return f'<nop><action><log message="{word}|[call_id]|{detail}" /></action></nop>\n'


def _send(message: str, attributes: str = "") -> str:
    return f"<send {attributes}><![CDATA[\n{message}\n]]></send>\n"


def _receive(what: str, attributes: str = "", actions: str = "") -> str:
    kind = "response" if what.isdigit() else "request"
    return (
        f'<recv {kind}="{what}" {attributes}><action>{actions}</action></recv>\n'
        if actions
        else (f'<recv {kind}="{what}" {attributes} />\n')
    )


def _jump(label: int) -> str:
    return f'<nop next="{label}" />\n'


def _answer_last(status: str) -> str:
    """An answer to the message that has just come."""
    lines = "\n".join(f"[last_{name}:]" for name in ("Via", "From", "To", "Call-ID", "CSeq"))
    return _send(f"SIP/2.0 {status}\n{lines}\n{_US}{_EMPTY}")


def _answer_invite(status: str, body: str = _EMPTY, attributes: str = "") -> str:
    """An answer to the INVITE, from the header lines kept of it; the test's wishes have come since."""
    lines = "Via:[$via]\nFrom:[$from]\nTo:[$to];tag=[pid]x[call_number]\nCall-ID: [call_id]\nCSeq:[$cseq]\n"
    return _send(f"SIP/2.0 {status}\n{lines}{_US}{body}", attributes)


def _note(word: str, detail: str = "") -> str:
    return f'<log message="{word}|[call_id]|{detail}" />\n'


def _label(number: int) -> str:
    return f'<label id="{number}" />\n'


def _call_request(method: str, number: int, branch: str, to: str, body: str = _EMPTY) -> str:
    """A request of the caller; the branch is our own, since CANCEL and a refusal's ACK repeat the INVITE's."""
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=z9hG4bK-[pid]-[call_number]-{branch}\n"
        'From: "[who_name]" <sip:[who_number]@127.0.0.1>;tag=[pid]c[call_number]\n'
        f"To:{to}\nCall-ID: [call_id]\nCSeq: {number} {method}\nMax-Forwards: 70\n{_US}{body}"
    )


_CALLED = " <sip:[service]@127.0.0.1>"
_REFUSALS = ("403", "404", "480", "486", "487", "488", "500", "503", "603")


def caller(rtp_port: int) -> str:
    """One call: words ringing, media, answered, then ended (far or self), refused (status) or cancelled.

    Wishes it understands: HANGUP.
    """
    refusals = "".join(
        _receive(status, 'optional="true" next="8"', _keep("To", "to") + _note("refused", status))
        for status in _REFUSALS
    )
    ringing = "".join(_receive(status, 'optional="true"', _note("ringing") + _KEEP_MEDIA) for status in ("180", "183"))
    return (
        _HEAD.format(name="caller")
        + _send(_call_request("INVITE", 1, "i", _CALLED, _SDP.format(rtp_port=rtp_port)), 'retrans="500"')
        + _receive("100", 'optional="true"')
        + ringing
        + refusals
        + _receive("HANGUP", 'optional="true" next="4"')
        + _receive("200", "", _keep("To", "to") + _KEEP_MEDIA + _note("answered"))
        + _send(_call_request("ACK", 1, "a", "[$to]"))
        + _receive("HANGUP", 'optional="true" next="2"')
        + _receive("BYE", "", _note("ended", "far"))
        + _answer_last("200 OK")
        + _jump(9)
        + _label(2)
        + _log("ended", "self")
        + _send(_call_request("BYE", 2, "b", "[$to]"), 'retrans="500"')
        + _receive("BYE", 'optional="true" next="3"')
        + _receive("200", 'next="9"')
        + _label(3)
        + _answer_last("200 OK")
        + _jump(9)
        + _label(4)
        + _log("cancelled")
        + _send(_call_request("CANCEL", 1, "i", _CALLED))
        + _receive("200", 'optional="true"')
        + _receive("487", "", _keep("To", "to"))
        + _label(8)
        + _send(_call_request("ACK", 1, "i", "[$to]"))
        + _label(9)
        + "<nop />\n</scenario>\n"
    )


def _reinvited(label: int, word: str, number: int, rtp_port: int, direction: str) -> str:
    """The phone changes the direction of its sound; once in a call."""
    request = (
        "INVITE sip:[remote_ip]:[remote_port] SIP/2.0\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=z9hG4bK-[pid]-[call_number]-{number}\n"
        f"From:[$to];tag=[pid]x[call_number]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: {number} INVITE\nMax-Forwards: 70\n"
    )
    acknowledged = request.replace("INVITE", "ACK").replace(f"-{number}\n", f"-{number}a\n")
    return (
        _label(label)
        + _send(request + _US + _SDP.format(rtp_port=rtp_port) + direction, 'retrans="500"')
        + _receive("100", 'optional="true"')
        + _receive("200", "", _note(word))
        + _send(acknowledged + _US + _EMPTY)
        + _jump(_TALKS)
    )


def phone(rtp_port: int, answer_after_ms: int | None, at_once: int | None) -> str:
    """A phone: words invited (From), media, then answered, cancelled or refused (status), and ended (far or self).

    While it talks it puts the call on hold by a wish HOLD and takes it back by RESUME (words held, resumed).
    It rings until a wish ANSWER, BUSY, DECLINE or HANGUP comes, or answers by itself after ``answer_after_ms``;
    ``at_once`` is a label to take without ringing: ANSWER_AT_ONCE, BUSY_AT_ONCE or DECLINE_AT_ONCE.
    """
    kept = "".join(
        _keep(header, name) for header, name in (("Via", "via"), ("From", "from"), ("To", "to"), ("CSeq", "cseq"))
    )
    # SIPp minds the time limit of the step it stands at, which is the first of those it may go on from.
    patience = "" if answer_after_ms is None else f'timeout="{answer_after_ms}" ontimeout="{ANSWER_AT_ONCE}"'
    bye = (
        (
            "BYE sip:[remote_ip]:[remote_port] SIP/2.0\n"
            "Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=z9hG4bK-[pid]-[call_number]-b\n"
            "From:[$to];tag=[pid]x[call_number]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: 99 BYE\nMax-Forwards: 70\n"
        )
        + _US
        + _EMPTY
    )
    return (
        _HEAD.format(name="phone")
        + _receive("OPTIONS", 'optional="true" next="7"')
        + _receive("INVITE", "", kept + _note("invited", "[$from]") + _KEEP_MEDIA)
        + ("" if at_once is None else _jump(at_once))
        + _answer_invite("180 Ringing")
        + _receive("ANSWER", f'optional="true" next="{ANSWER_AT_ONCE}" {patience}')
        + _receive("BUSY", f'optional="true" next="{BUSY_AT_ONCE}"')
        + _receive("DECLINE", f'optional="true" next="{DECLINE_AT_ONCE}"')
        + _receive("HANGUP", f'optional="true" next="{DECLINE_AT_ONCE}"')
        + _receive("CANCEL", "", _note("cancelled"))
        + _answer_last("200 OK")
        + _answer_invite("487 Request Terminated", attributes='retrans="500"')
        + _receive("ACK")
        + _jump(9)
        + _label(ANSWER_AT_ONCE)
        + _answer_invite("200 OK", _SDP.format(rtp_port=rtp_port), 'retrans="500"')
        + _receive("CANCEL", 'optional="true"')
        + _receive("ACK", "", _note("answered"))
        + _label(_TALKS)
        + _receive("HANGUP", 'optional="true" next="6"')
        + _receive("HOLD", f'optional="true" next="{_HOLDS}"')
        + _receive("RESUME", f'optional="true" next="{_RESUMES}"')
        + _receive("BYE", "", _note("ended", "far"))
        + _answer_last("200 OK")
        + _jump(9)
        + _reinvited(_HOLDS, "held", 21, rtp_port, "a=sendonly\n")
        + _reinvited(_RESUMES, "resumed", 22, rtp_port, "a=sendrecv\n")
        + _label(6)
        + _log("ended", "self")
        + _send(bye, 'retrans="500"')
        + _receive("BYE", 'optional="true" next="7"')
        + _receive("200", 'next="9"')
        + _label(7)
        + _answer_last("200 OK")
        + _jump(9)
        + "".join(
            _label(label)
            + _log("refused", status[:3])
            + _answer_invite(status, attributes='retrans="500"')
            + _receive("ACK", 'next="9"')
            for label, status in ((BUSY_AT_ONCE, "486 Busy Here"), (DECLINE_AT_ONCE, "603 Decline"))
        )
        + _label(9)
        + '<nop />\n<Reference variables="line" />\n</scenario>\n'
    )
