"""Makes the national indicators again from the exported births, and compares them with the exported figures.

Written from the definitions (附件2 of 国卫办医政发〔2025〕12号 and its readings), not from the service's code.
"""

import csv
import io
import json
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

EAST_8 = timezone(timedelta(hours=8))
THIRTY_DAYS = 30 * 24 * 3600
# The one that a hospital begins with stands last, and is left behind.
DEFINITIONS = ("asphyxia_consensus2016", "asphyxia_proposal2013", "asphyxia_apgar")


def send(url, token=None, body=None, tag=None):
    headers = {"content-type": "application/json"}
    if tag:
        headers["if-match"] = tag
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body else None
    method = "PUT" if tag else None
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    for _ in range(50):
        try:
            return urllib.request.urlopen(request)
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.2)
    raise SystemExit("the service does not answer")


def ask(url, token=None, body=None):
    return send(url, token, body).read().decode("utf-8-sig")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def instant(birth, name):
    return datetime.fromisoformat(birth[name].replace("Z", "+00:00"))


def score_at_one_hour(birth):
    """The score nearest to one hour; of two equally near the earlier, of several at one time the highest.

    None where the child was born before a score could be taken.
    """
    window = int(birth["one_hour_window_min"]) * 60
    if instant(birth, "born_at") - instant(birth, "first_dose_at") < timedelta(seconds=3600 - window):
        return None
    scores = [tuple(map(int, one.split(":"))) for one in birth["pain_seconds_tenths"].split()]
    near = [(abs(at - 3600), at, -tenths) for at, tenths in scores if abs(at - 3600) <= window]
    return -min(near)[2] if near else None


def newborns(birth):
    for one in birth["newborns"].split():
        outcome, weight, at1, at5, at10, consensus2016, proposal2013 = one.split("/")
        early = birth["gestation_days"] and int(birth["gestation_days"]) < 196
        if outcome == "stillbirth" or (early and weight and int(weight) < 1000):
            continue
        later = [int(score) for score in (at5, at10) if score]
        yield {
            # Without a score at 1 min nothing is said.
            "asphyxia_apgar": bool(at1) and min([int(at1), *later]) <= 7,
            # Cord gas and signs are not handed out: how each newborn was judged is.
            "asphyxia_consensus2016": consensus2016 == "true",
            "asphyxia_proposal2013": proposal2013 == "true",
        }[birth["asphyxia_definition"]]


def satisfaction(birth):
    replies = [tuple(map(int, one.split(":"))) for one in birth["replies_seconds_score"].split()]
    valid = [score for at, score in replies if 0 <= at <= THIRTY_DAYS]
    return valid[-1] if valid else None


def indicators(births):
    here = [b for b in births if b["birth_place"] == "here" and b["is_test"] == "false"]
    eased = [b for b in here if b["first_dose_at"] and b["mode"] != "cesarean_planned"]
    at_28 = [b for b in here if not (b["gestation_days"] and int(b["gestation_days"]) < 196)]
    vaginal = [b for b in at_28 if not b["mode"].startswith("cesarean")]
    episodes_at_28 = [b for b in at_28 if b in eased]
    trials = [b for b in at_28 if b["mode"] != "cesarean_planned"]
    scored = [b for b in eased if score_at_one_hour(b) is not None]
    relieved = [b for b in scored if score_at_one_hour(b) <= 30]
    babies = [asphyxia for b in eased for asphyxia in newborns(b)]
    replied = [b for b in eased if satisfaction(b) is not None]
    satisfied = [b for b in replied if satisfaction(b) >= 4]
    return {
        "N1-lit": (len(episodes_at_28), len(vaginal)),
        "N1-trial": (len(episodes_at_28), len(trials)),
        "OB-EPD-02": (len([b for b in vaginal if b in eased]), len(vaginal)),
        "N2-lit": (len(relieved), len(eased)),
        "N2-cc": (len(relieved), len(scored)),
        "N3-lit": (sum(babies), len(babies)),
        "N4-lit": (len(satisfied), len(eased)),
        "N4-resp": (len(satisfied), len(replied)),
    }


def percent(above, below):
    rate = Decimal(above) * 100 / Decimal(below)
    return str(rate.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def day_of(birth):
    return instant(birth, "born_at").astimezone(EAST_8).date().isoformat()


def report_by(base, token, definition):
    answer = send(f"{base}/facility", token)
    tag, facility = answer.headers["etag"], json.load(answer)
    facility["settings"]["reporting_definition"] = definition
    body = {name: facility[name] for name in ("name", "phone", "settings")}
    send(f"{base}/facility", token, body, tag)


def log_in(demo, base, role):
    account = next(account for account in demo["accounts"] if account["role"] == role)
    login = {name: account[name] for name in ("facility", "username", "password")}
    return json.loads(ask(f"{base}/sessions", body=login))["token"]


def main():
    demo = json.load(open(sys.argv[1], encoding="utf-8"))
    base = demo["base_url"] + "/api/staff/v1"
    token = log_in(demo, base, "quality")
    administrator = log_in(demo, base, "admin")
    today = datetime.now(EAST_8).date()
    period = f"from={today - timedelta(days=200)}&to={today}"
    passed = failed = 0
    everything = product(DEFINITIONS, ("facility", "month", "quarter", "year"))
    for definition, by in everything:
        report_by(base, administrator, definition)
        births = rows(ask(f"{base}/indicators/export?{period}&format=births", token))
        if {birth["asphyxia_definition"] for birth in births} != {definition}:
            raise SystemExit(f"the births do not name {definition}")
        figures = rows(ask(f"{base}/indicators/export?{period}&format=csv&by={by}", token))
        for figure in figures:
            within = [b for b in births if figure["from"] <= day_of(b) <= figure["to"]]
            made = indicators(within).get(figure["code"])
            if made is None:
                continue
            said = (int(figure["numerator"]), int(figure["denominator"]))
            right = said == made
            if figure["value"]:
                right = right and figure["value"] == percent(*made)
            elif made[1] >= 30:
                right = False
            passed, failed = passed + right, failed + (not right)
            if not right:
                print(definition, by, figure["from"], figure["code"], "said", said, figure["value"], "made", made)
    if len(births) < 20:
        raise SystemExit(f"only {len(births)} births")
    print(f"{passed} passed, {failed} failed, {len(births)} births")
    sys.exit(1 if failed else 0)


main()
