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
_MEDIA = """<ereg regexp="m=audio ([0-9]+)" search_in="body" check_it="false" assign_to="line,media" />
    <log message="media|[call_id]|[$media]" />"""


def _log(word: str, detail: str = "") -> str:
    return f'<nop><action><log message="{word}|[call_id]|{detail}" /></action></nop>\n'


def _send(message: str, extra: str = "") -> str:
    return f"<send{extra}><![CDATA[\n{message}\n]]></send>\n"


def _reply(status: str, body: str = "Content-Length: 0\n") -> str:
    return (
        f"SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]x[call_number]\n[last_Call-ID:]\n"
        f"[last_CSeq:]\nContact: <sip:bed@127.0.0.1:[local_port]>\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO\n{body}"
    )


def _invite_reply(status: str, body: str = "Content-Length: 0\n") -> str:
    """A later answer to the INVITE, whose header lines were kept; our requests from the test came in between."""
    return (
        f"SIP/2.0 {status}\n[$via]\n[$from]\n[$to];tag=[pid]x[call_number]\nCall-ID: [call_id]\n[$cseq]\n"
        f"Contact: <sip:bed@127.0.0.1:[local_port]>\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO\n{body}"
    )
