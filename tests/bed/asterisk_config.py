"""The configuration of one Asterisk of the test bed, as texts by file name."""

from collections.abc import Sequence
from dataclasses import dataclass

# Only what the tests of a contact center need, so that a start takes under a second.
MODULES = tuple(
    """
    res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip
    res_pjsip_session res_pjsip_sdp_rtp res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
    res_pjsip_caller_id res_pjsip_pubsub res_pjsip_authenticator_digest res_pjsip_refer res_pjsip_rfc3326
    res_pjsip_dtmf_info res_pjsip_registrar res_pjsip_nat res_pjsip_logger res_http_websocket
    res_pjsip_transport_websocket res_srtp res_rtp_asterisk chan_pjsip codec_ulaw codec_alaw codec_gsm
    codec_opus_open_source codec_resample format_pcm format_gsm format_wav bridge_simple bridge_native_rtp
    bridge_holding bridge_softmix bridge_builtin_features res_musiconhold res_speech res_agi
    res_manager_devicestate res_manager_presencestate pbx_config app_dial app_queue app_playback app_stack
    app_verbose app_userevent app_bridgewait app_confbridge app_exec app_while app_read app_record app_mixmonitor
    app_chanspy app_originate app_softhangup app_senddtmf app_amd app_waituntil app_echo app_milliwatt
    app_controlplayback app_directed_pickup func_channel func_callerid func_logic func_strings func_global func_db
    func_devstate func_pjsip_endpoint func_pjsip_contact func_pjsip_aor func_hangupcause func_timeout func_math
    func_cut func_shared func_lock func_rand func_groupcount func_uri func_periodic_hook func_sprintf func_env
    func_presencestate func_dialplan
    """.split()  # noqa: SIM905 - a hundred quoted names are harder to read
)

# More than half of all events, and none that a contact center acts on; in the form that every version reads.
UNHEARD = [
    "VarSet",
    "Newexten",
    "TestEvent",
    "RTCPSent",
    "RTCPReceived",
    "NewConnectedLine",
    "NewCallerid",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "DialState",
    "SoftHangupRequest",
]


@dataclass(frozen=True, slots=True)
class Phone:
    """An endpoint of the switch. A desk phone at ``port``; with ``secret`` it registers; ``browser``: WebRTC.

    ``qualify_s``: how often the switch asks whether it is there (0: never, then a desk phone counts as reachable).
    """

    name: str
    port: int | None = None
    secret: str | None = None
    browser: bool = False
    qualify_s: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one instance lives (as Asterisk sees it), on which ports, and what browsers may speak."""

    folder: str
    modules: str
    sip_port: int
    http_port: int
    ami_port: int
    media_ports: tuple[int, int]
    browser_codecs: str = "opus,ulaw"


def asterisk_conf(layout: Layout) -> str:
    """Folders of its own; only the sounds are shared."""
    own = {"astetcdir": "etc", "astrundir": "run", "astdbdir": "db", "astlogdir": "log", "astspooldir": "spool"}
    lines = [f"{name} => {layout.folder}/{place}" for name, place in own.items()]
    lines += [
        f"astkeydir => {layout.folder}/db",
        f"astmoddir => {layout.modules}",
        "astdatadir => /usr/share/asterisk",
        "astvarlibdir => /usr/share/asterisk",
        "astagidir => /usr/share/asterisk/agi-bin",
    ]
    return "[directories]\n" + "\n".join(lines) + "\n[options]\nverbose = 3\nnocolor = yes\nhideconnect = yes\n"


def pjsip_conf(layout: Layout, phones: Sequence[Phone]) -> str:
    """One UDP transport, one for browsers; callers are known by their address, phones by their name before it."""
    return f"""[global]
type = global
endpoint_identifier_order = username,ip,anonymous
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{layout.sip_port}
[ws]
type = transport
protocol = ws
bind = 127.0.0.1
[line](!)
type = endpoint
transport = udp
disallow = all
allow = ulaw
direct_media = no
timers = no
[trunk](line)
context = from-trunk
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1
""" + "".join(_endpoint(phone, layout.browser_codecs) for phone in phones)


def _endpoint(phone: Phone, browser_codecs: str) -> str:
    name = phone.name
    contact = f"contact = sip:{name}@127.0.0.1:{phone.port}\n" if phone.port else ""
    asked = f"qualify_frequency = {phone.qualify_s}\n"
    aor = f"[{name}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\n{asked}{contact}"
    lines = f"aors = {name}\ncontext = from-phones\ncallerid = {name} <{name}>\ndevice_state_busy_at = 1\n"
    auth = ""
    if phone.secret is not None:
        lines += f"auth = {name}\n"
        auth = f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {name}\npassword = {phone.secret}\n"
    if phone.browser:
        head = f"[{name}]\ntype = endpoint\ndisallow = all\nallow = {browser_codecs}\nwebrtc = yes\n"
        return f"{head}dtls_auto_generate_cert = yes\n{lines}{aor}{auth}"
    return f"[{name}](line)\n{lines}{aor}{auth}"


def manager_conf(layout: Layout, secret: str) -> str:
    """Two users: ``switchroom`` with the product's rights, ``bed`` who may watch everything."""
    rights = "call,reporting,originate,agi,user"
    unheard = "".join(f"eventfilter = !Event: {name}\n" for name in UNHEARD)
    return f"""[general]
enabled = yes
bindaddr = 127.0.0.1
port = {layout.ami_port}
timestampevents = yes
allowmultiplelogin = yes
[switchroom]
secret = {secret}
read = system,{rights}
write = {rights}
writetimeout = 5000
{unheard}
[bed]
secret = {secret}
read = all
write = all
writetimeout = 5000
#tryinclude "manager-extra.conf"
"""


def other_files(layout: Layout) -> dict[str, str]:
    """What needs no parameter but the ports."""
    first, last = layout.media_ports
    return {
        "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\n"
        f"bindport = {layout.http_port}\nsessionlimit = 2000\nsession_inactivity = 30000\n",
        "rtp.conf": f"[general]\nrtpstart = {first}\nrtpend = {last}\nicesupport = yes\n",
        "logger.conf": "[general]\ndateformat = %F %T.%3q\n[logfiles]\n"
        "full => notice,warning,error,verbose(3)\nconsole => error\n",
        "musiconhold.conf": f"[default]\nmode = files\ndirectory = {layout.folder}/music\n",
        "extensions.conf": f"[general]\nstatic = yes\nwriteprotect = yes\n[globals]\nBED = {layout.folder}\n"
        '#include "dialplan.conf"\n',
        "confbridge.conf": "[general]\n[default_user]\ntype = user\n[default_bridge]\ntype = bridge\n",
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        "queues.conf": "[general]\n",
        "features.conf": "[general]\n",
        "udptl.conf": "[general]\n",
        "acl.conf": "",
        "amd.conf": "[general]\n",
        "queuerules.conf": "[general]\n",
        "pjproject.conf": "[startup]\ntype = startup\n",
        "ccss.conf": "[general]\n",
        "stasis.conf": "",
        "indications.conf": "[general]\ncountry = us\n[us]\ndescription = plain\nringcadence = 2000,4000\n"
        "dial = 350+440\nbusy = 480+620/500,0/500\n"
        "ring = 440+480/2000,0/4000\ncongestion = 480+620/250,0/250\n",
    }
