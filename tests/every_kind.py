"""A form that asks each kind of question once, and leaves its visitors to pages of ours."""

from typing import Final

from shared.form.definition import Form, parse_form

EVERY_KIND: Final = """
id = "everything"
version = "1"
title = { nl = "Alles", en = "Everything" }
languages = ["nl", "en"]
country = "NL"

[website]
origins = ["https://www.flexfit-fietsen.example"]

[hosted]
intro = { nl = "Elk soort vraag, een keer.", en = "Each kind of question, once." }
button = { nl = "Vraag aan", en = "Ask for it" }
accent = "#0b6e4f"

[consent]
text_version = "1"
text = { nl = "Ja, u mag mij schrijven.", en = "Yes, you may write to me." }

[lead.defaults]
Company = "Particulier"

[existing]
task_subject = "Alles"

[[fields]]
name = "last_name"
type = "name"
label = { nl = "Achternaam", en = "Last name" }
required = true
max_length = 80
lead_field = "LastName"
autocomplete = "family-name"

[[fields]]
name = "phone"
type = "phone"
label = { nl = "Telefoonnummer", en = "Phone number" }
hint = { nl = "Buiten Nederland begint het met een +.", en = "Outside the Netherlands it starts with a +." }
max_length = 40
lead_field = "Phone"
autocomplete = "tel"

[[fields]]
name = "bike"
type = "choice"
label = { nl = "Fiets", en = "Bike" }
required = true
choices = [
  { value = "city", label = { nl = "Stadsfiets", en = "City bike" } },
  { value = "cargo", label = { nl = "Bakfiets", en = "Cargo bike" } },
]

[[fields]]
name = "topics"
type = "choices"
label = { nl = "Onderwerpen", en = "Topics" }
hint = { nl = "Kies er zo veel als u wilt.", en = "Choose as many as you like." }
required = true
choices = [
  { value = "price", label = { nl = "Prijs", en = "Price" } },
  { value = "lease", label = { nl = "Lease", en = "Lease" } },
]

[[fields]]
name = "seats"
type = "integer"
label = { nl = "Aantal zitplaatsen", en = "Number of seats" }
minimum = 1
maximum = 4

[[fields]]
name = "budget"
type = "number"
label = { nl = "Budget in euro", en = "Budget in euros" }
decimals = 2

[[fields]]
name = "day"
type = "date"
label = { nl = "Dag", en = "Day" }

[[fields]]
name = "country"
type = "country"
label = { nl = "Land", en = "Country" }
autocomplete = "country-name"

[[fields]]
name = "newsletter"
type = "boolean"
label = { nl = "Stuur mij de nieuwsbrief", en = "Send me the newsletter" }

[[fields]]
name = "message"
type = "textarea"
label = { nl = "Uw vraag", en = "Your question" }
max_length = 4000
"""
EVERYTHING: Final[Form] = parse_form(EVERY_KIND, name="everything.toml")
