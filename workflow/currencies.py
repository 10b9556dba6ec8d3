"""The money of a country, by ISO 3166 and ISO 4217: where contact centers mostly are."""

_EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
_OTHERS = {
    "AU": "AUD",
    "CA": "CAD",
    "CH": "CHF",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "HU": "HUF",
    "IN": "INR",
    "JP": "JPY",
    "NO": "NOK",
    "NZ": "NZD",
    "PH": "PHP",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "SG": "SGD",
    "US": "USD",
    "ZA": "ZAR",
}
CURRENCIES: dict[str, str] = {**dict.fromkeys(_EURO.split(), "EUR"), **_OTHERS}
