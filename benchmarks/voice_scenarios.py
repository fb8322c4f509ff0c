"""SIPp's part of the voice bench: callers who wait until they are hung up on, and phones that answer at once.

One SIPp process is all callers, another one all phones: every agent's contact is the same port. Callers say something
as they are connected, as people's telephones do: Asterisk's `Answer` waits up to half a second for the first sound.
"""

import struct

_HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="{name}">\n'
_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=bench 1 1 IN IP4 127.0.0.1
s=bench
c=IN IP4 127.0.0.1
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
"""
_US = "Contact: <sip:bench@127.0.0.1:[local_port]>\nAllow: INVITE, ACK, BYE, CANCEL\n"
_EMPTY = "Content-Length: 0\n"


def _send(message: str, attributes: str = "") -> str:
    return f"<send {attributes}><![CDATA[\n{message}\n]]></send>\n"


def _answer(status: str, rest: str, attributes: str = "", tag: str = "") -> str:
    lines = f"[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]\n"
    return _send(f"SIP/2.0 {status}\n{lines}{_US}{rest}", attributes)


def _of_caller(method: str, number: int, to: str, rest: str) -> str:
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch]\n"
        "From: <sip:[field0]@127.0.0.1>;tag=[pid]c[call_number]\n"
        f"{to}\nCall-ID: [call_id]\nCSeq: {number} {method}\nMax-Forwards: 70\n{_US}{rest}"
    )


def first_sound(packets: int = 3) -> bytes:
    """A capture file (pcap, Ethernet) of the first 60 ms of silence in u-law; SIPp puts in the addresses."""
    frames = []
    for number in range(packets):
        rtp = struct.pack("!BBHII", 0x80, 0, number + 1, number * 160, 1) + b"\xff" * 160
        udp = struct.pack("!HHHH", 4_000, 4_000, 8 + len(rtp), 0) + rtp
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        frame = b"\0" * 12 + b"\x08\0" + ip + udp
        frames.append(struct.pack("<IIII", 0, number * 20_000, len(frame), len(frame)) + frame)
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1) + b"".join(frames)


def _say(file: str) -> str:
    return f'<nop><action><exec play_pcap_audio="{file}" /></action></nop>\n'


def caller(sound: str) -> str:
    """Calls, is answered, says the first sound (a capture file), and stays until the switch hangs up.

    The numbers come from a file of numbers, one a call.
    """
    return (
        _HEAD.format(name="caller")
        + _send(_of_caller("INVITE", 1, "To: <sip:[service]@127.0.0.1>", _SDP), 'retrans="500"')
        + "".join(f'<recv response="{status}" optional="true" />\n' for status in (100, 180, 183))
        + '<recv response="200" />\n'
        + _send(_of_caller("ACK", 1, "[last_To:]", _EMPTY))
        + _say(sound)
        + '<recv request="BYE" />\n'
        + _answer("200 OK", _EMPTY)
        + "</scenario>\n"
    )


def phone(talk_ms: tuple[int, int]) -> str:
    """Answers at once and hangs up after a talk of a length between these two, evenly drawn."""
    kept = "".join(
        f'<ereg regexp=".*" search_in="hdr" header="{header}:" check_it="false" assign_to="{name}" />\n'
        for header, name in (("From", "from"), ("To", "to"))
    )
    bye = (
        "BYE sip:[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch]\n"
        "From:[$to];tag=[pid]p[call_number]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: 2 BYE\nMax-Forwards: 70\n"
    )
    return (
        _HEAD.format(name="phone")
        + f'<recv request="INVITE"><action>{kept}</action></recv>\n'
        + _answer("200 OK", _SDP, 'retrans="500"', tag=";tag=[pid]p[call_number]")
        + '<recv request="ACK" />\n'
        + f'<pause distribution="uniform" min="{talk_ms[0]}" max="{talk_ms[1]}" />\n'
        + _send(f"{bye}{_US}{_EMPTY}", 'retrans="500"')
        + '<recv response="200" />\n</scenario>\n'
    )


def numbers(count: int) -> str:
    """A file of callers' numbers, each another one."""
    return "SEQUENTIAL\n" + "".join(f"+4930{4_000_000 + number}\n" for number in range(count))
