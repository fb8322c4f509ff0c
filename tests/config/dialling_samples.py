"""A definition with places, with calls that agents make and with callers held up: every table and key of them."""

DIALLING = """
[center]
name = "Dialling"
zone = "Europe/London"
phone_region = "GB"

[[teams]]
id = "sales"
name = "Sales"

[[teams]]
id = "service"
name = "Service"

[[hours]]
id = "office"
name = "Office"
weekdays = ["08:00-18:00"]

[[dispositions]]
id = "done"
name = "Done"

[[destinations]]
id = "voicemail"
name = "Voicemail"

[[announcements]]
id = "no"
name = "No"
sound = "custom/no"

[[announcements]]
id = "written"
name = "Written"
text = "No"

[[queues]]
id = "sales"
name = "Sales"
medium = "voice"
target_s = 20

[[queues]]
id = "mail"
name = "Mail"
medium = "mail"
target_s = 20

[[numbers]]
number = "200"
queue = "sales"

[[switches]]
id = "main"

[[places]]
id = "london"
name = "London"
country = "GB"
address = "1 High Street, London"
caller_id = "+442079460100"
rescue_numbers = ["+442079460199"]

[[places]]
id = "munich.home"
name = "Gerda's home"
country = "DE"
address = "Hauptstr. 1, Munich"
caller_id = "+49891234567"
numbers = ["19222"]
outside_prefixes = ["0"]

[[users]]
id = "ann"
name = "Ann"
role = "agent"
teams = ["sales"]
place = "london"
extension = "204"
direct_number = "+442079460104"
phone = { switch = "main", name = "ann-1" }

[[users]]
id = "gerda"
name = "Gerda"
role = "agent"
teams = ["service"]
place = "munich.home"
phone = { switch = "main", name = "gerda" }

[[users]]
id = "sam"
name = "Sam"
role = "supervisor"

[dialling]
own_numbers = ["+442079460100", "+442079460102", "+442079460103", "+442079460104"]
caller_id = "+442079460100"
teams = ["sales"]
queues = { sales = "+442079460102" }
agent = { at_once = 3 }
center = { at_once = 20, an_hour = 600, night_min = 60 }
hours = "office"
night_abroad = true

[dialling.team_caps.sales]
at_once = 10

[[dialling.rules]]
allow = ["FR", "+3906"]
deny = ["+448"]

[[dialling.rules]]
teams = ["sales"]
allow = ["+44844"]
kinds = ["premium_rate"]

[[dialling.purposes]]
id = "survey"
name = "Survey"
caller_id = "+442079460103"

[[callers]]
id = "scam"
reason = "Says he is the bank."
do = "block"
number = "+442079460111"
announcement = "no"
until = 2027-01-31T18:00:00

[[callers]]
id = "personal"
reason = "Personal numbers"
do = "divert"
prefix = "+4470"
to = "sales"
until = 2027-01-31T18:00:00Z

[[callers]]
id = "unsigned"
reason = "Nobody vouches for them."
do = "slow"
attestation = ["failed", "none"]
after_s = 15
at_once = 2

[[callers]]
id = "hidden"
reason = "They hide."
do = "divert"
withheld = true
destination = "voicemail"
announcement = "no"
"""
