"""Fills a migrated database with merchants, clients and a history of payment requests, as the reference peer's
seeder fills its own; also writes the files of keys, ids and tokens that the load scripts read."""
import collections
import datetime
import hashlib
import json
import pathlib
import random
import time
import zoneinfo

import secrets_of_bench as keys
from rows import Bulk

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
QUARTER = 15 * MINUTE
ZONE = "Europe/Berlin"
FIRST = "Ada Bela Chris Dora Emil Frida Gero Hanne Iris Jonas".split()
LAST = "Albers Brandt Carstens Diehl Ebert Funke Gerdes Harms Iversen".split()
# The peer's mix: its pending is our open request with an open checkout session, its failed one whose card failed.
STATES = ["open"] * 30 + ["session"] * 20 + ["paid"] * 35 + ["failed"] * 5 + ["expired"] * 7 + ["cancelled"] * 3
STATUS = {"session": "open", "failed": "open"}
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
TABLES = ("tenant", "api_key", "connection", "template", "template_version", "client", "client_term",
          "payment_request", "link", "message", "checkout_session", "payment_transaction", "ledger_entry",
          "totals_quarter", "totals_day", "totals_version", "event_listing")
TOTALS = [f"{status}_{what}" for status in ("draft", "scheduled", "open", "processing", "paid", "expired",
                                            "cancelling", "cancelled") for what in ("count", "micros")]
TOTALS += [f"{kind}_micros" for kind in ("charged", "provider_fee", "sms_fee", "email_fee", "refunded", "disputed",
                                         "adjusted")]


def id_text(prefix, raw):
    number = int.from_bytes(raw, "big")
    return prefix + "_" + "".join(BASE32[number >> shift & 31] for shift in range(125, -5, -5))


def rfc3339(us):
    moment = datetime.datetime.fromtimestamp(us // SECOND, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{us % SECOND:06d}Z"


class Seeder:
    def __init__(self, database, schema, folder, shape, stripe_url, smtp_port):
        self.database, self.schema, self.shape = database, schema, shape
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stripe_url, self.smtp_port = stripe_url, smtp_port
        self.random = random.Random(1)
        self.now = int(time.time()) * SECOND
        self.start = self.now - shape.days * DAY
        self.bulk = Bulk(database, schema, self.folder, TABLES)
        self.quarters = collections.defaultdict(collections.Counter)
        self.counter = 0
        self.tenants, self.clients = [], {}

    def make_id(self, at):
        self.counter += 1
        return ((at // 1000) << 80 | (self.counter & 0xffff) << 64 | self.random.getrandbits(64)).to_bytes(16, "big")

    def run(self):
        with open(self.folder / "clients.tsv", "w") as out:
            for number in range(self.shape.tenants):
                self.tenant(number)
                self.people(number, out)
        names = ("requests.tsv", "pending.tsv", "sessions.jsonl")
        self.out = {name: open(self.folder / name, "w") for name in names}
        for number in range(self.shape.requests):
            self.request(number)
        for file in self.out.values():
            file.close()
        self.totals()
        self.bulk.load()

    def tenant(self, number):
        at, tenant = self.start - DAY, self.make_id(self.start - DAY)
        self.tenants.append({"id": tenant, "stripe": self.make_id(at)})
        common = {"version": 1, "created_at": at, "updated_at": at}
        self.bulk["tenant"].add({
            "id": tenant, "name": f"Merchant {number} & Co", "brand_color": "#1f3a5f", "accent_color": "#0b7a75",
            "sender_name": None, "sms_sender_name": None, "reply_to": f"hello{number}@merchant.example",
            "locale": "en", "time_zone": ZONE, "currency": "EUR", "country": "DE", "allowed_countries": "DE,NL",
            "daily_message_cap": 10_000_000, "logo_asset_id": None, **common})
        key = keys.api_key(number)
        self.bulk["api_key"].add({
            "tenant_id": tenant, "id": self.make_id(at), "name": "Bench", "key_hint": key[:12], "livemode": True,
            "key_hash": hashlib.sha256(key.encode()).digest(), "role": "owner", "created_at": at,
            "last_used_at": None, "revoked_at": None})
        self.connection(tenant, self.tenants[-1]["stripe"], "stripe", {"base_url": self.stripe_url},
                        {"secret_key": keys.stripe_key(number), "webhook_secret": keys.webhook_secret(number)}, common)
        self.connection(tenant, self.make_id(at), "smtp",
                        {"host": "127.0.0.1", "port": self.smtp_port, "security": "none", "username": None,
                         "from_address": f"billing{number}@merchant.example", "fee_micros": 400,
                         "fee_currency": "EUR"}, {"password": None}, common)
        self.bulk["event_listing"].add({
            "connection_id": self.tenants[-1]["stripe"], "tenant_id": tenant, "listed_until": self.now,
            "due_at": self.now + DAY, "lease_owner": "", "lease_until": 0, "lease_fence": 0})
        for kind, subject in (("request", "{{merchant.name}}: {{request.amount}}"), ("receipt", "Thank you")):
            self.template(tenant, kind, subject, common)

    def template(self, tenant, kind, subject, common):
        """With one version, published; its text is made of the HTML when it is sent."""
        id_, number = self.make_id(common["created_at"]), 1
        html = pathlib.Path(__file__).with_name("email.mustache.html").read_text()
        self.bulk["template"].add({
            "tenant_id": tenant, "id": id_, "name": f"Bench {kind}", "channel": "email", "kind": kind, "locale": "en",
            "default_slot": f"email/{kind}/en", "published_number": number, "draft_number": None,
            "latest_number": number, **common})
        self.bulk["template_version"].add({
            "tenant_id": tenant, "template_id": id_, "number": number, "source_kind": "html", "image_mode": "linked",
            "subject": subject, "source": html, "body_text": None, "html": html, "text": "",
            "created_at": common["created_at"], "updated_at": common["created_at"],
            "published_at": common["created_at"], "published_by": None})

    def connection(self, tenant, id_, kind, config, secrets, common):
        sealed = keys.seal(json.dumps(secrets).encode(), tenant + id_ + kind.encode())
        self.bulk["connection"].add({
            "tenant_id": tenant, "id": id_, "kind": kind, "livemode": True, "config": json.dumps(config),
            "sealed": sealed, "key_version": 1, "checked_at": None, "check_error": "", **common})

    def people(self, number, out):
        tenant, at = self.tenants[number]["id"], self.start - DAY
        for _ in range(self.shape.clients):
            id_, first, last = self.make_id(at), self.random.choice(FIRST), self.random.choice(LAST)
            email = f"c{self.counter}@client.example"
            self.clients.setdefault(number, []).append((id_, email))
            self.bulk["client"].add({
                "tenant_id": tenant, "id": id_, "name": f"{first} {last}", "email": email,
                "phone": f"+4915{self.random.randrange(10**9):09d}", "country": "DE", "locale": "en",
                "time_zone": None, "external_reference": None, "tags": "[]", "custom_fields": "{}",
                "consent_email": "granted", "consent_sms": "granted", "archived": False, "archived_at": None,
                "version": 1, "created_at": at, "updated_at": at})
            for term in (first.lower(), last.lower()):
                self.bulk["client_term"].add({"tenant_id": tenant, "term": term, "client_id": id_})
            out.write(f"{keys.api_key(number)}\t{id_text('cl', id_)}\n")

    def request(self, number):
        owner = self.random.randrange(self.shape.tenants)
        tenant = self.tenants[owner]["id"]
        client, email = self.random.choice(self.clients[owner])
        # Ids rise with time, as in life.
        created = self.start + (self.now - self.start - 10 * MINUTE) * number // self.shape.requests
        state, amount = self.random.choice(STATES), self.random.randint(100, 500_000)
        status, paid_at = STATUS.get(state, state), created + MINUTE
        id_, closed = self.make_id(created), status in ("paid", "expired", "cancelled")
        expires = paid_at if state == "expired" else self.now + 30 * DAY
        self.bulk["payment_request"].add({
            "tenant_id": tenant, "id": id_, "client_id": client, "livemode": True, "amount_minor": amount,
            "currency": "EUR", "description": f"Invoice {number}", "reference": None, "channels": "email",
            "status": status, "flags": 0, "link_key_version": 1, "metadata": "{}", "due_at": created + 14 * DAY,
            "expires_at": expires, "expiry_due_at": None if closed else expires, "version": 2 if closed else 1,
            "created_at": created, "updated_at": paid_at if closed else created,
            "paid_at": paid_at if status == "paid" else None, "closed_at": paid_at if closed else None})
        message = self.message(tenant, id_, client, email, created)
        token = keys.link_token(id_)
        for text, message_id in ((token, None), (keys.link_token(message), message)):
            self.bulk["link"].add({
                "token_hash": hashlib.sha256(text.encode()).digest(), "tenant_id": tenant, "request_id": id_,
                "message_id": message_id, "created_at": created, "fetch_count": 0, "first_opened_at": None})
        self.out["requests.tsv"].write(f"{keys.api_key(owner)}\t{id_text('pr', id_)}\t{token}\n")
        self.quarters[owner, created - created % QUARTER].update(
            {f"{status}_count": 1, f"{status}_micros": amount * 10_000})
        if state in ("session", "paid", "failed"):
            self.session(owner, id_, message, amount, state, created, paid_at)

    def message(self, tenant, request, client, email, created):
        id_, sent = self.make_id(created), created + SECOND
        self.bulk["message"].add({
            "tenant_id": tenant, "id": id_, "request_id": request, "client_id": client, "livemode": True,
            "channel": "email", "kind": "request", "status": "delivered", "reason": "", "template_id": None,
            "template_version": 1, "link_key_version": 1, "connection_id": None, "to_address": email, "country": "",
            "subject": "Payment request", "body": "", "segments": 0, "encoding": "", "provider_ref": None,
            "fee_micros": None, "fee_currency": "", "error_code": "", "attempt_id": None, "attempts": 1,
            "settle_step": 0, "work_at": None, "lease_owner": "", "lease_until": 0, "lease_fence": 0,
            "attempted_at": sent, "sent_at": sent, "delivered_at": sent, "version": 3, "created_at": created,
            "updated_at": sent, "content_until": None})
        return id_

    def session(self, owner, request, message, amount, state, created, paid_at):
        tenant, connection = self.tenants[owner]["id"], self.tenants[owner]["stripe"]
        id_ = self.make_id(created)
        ref, intent = f"cs_live_{id_.hex()}", f"pi_{id_.hex()[:24]}"
        is_open, is_paid = state == "session", state == "paid"
        lease = {"lease_owner": "", "lease_until": 0, "lease_fence": 0}
        ends = self.now + DAY if is_open else paid_at
        self.bulk["checkout_session"].add({
            "tenant_id": tenant, "id": id_, "request_id": request, "connection_id": connection,
            "message_id": message, "livemode": True, "amount_minor": amount, "currency": "EUR", "provider_ref": ref,
            "url": f"{self.stripe_url}/c/pay/{ref}", "status": "open" if is_open else "complete",
            "open_slot": request if is_open else None, "expire_asked": False, "work_at": None, "attempts": 1,
            "expires_at": ends, "created_at": created, "updated_at": created if is_open else paid_at, **lease})
        fee = (25 + amount * 15 // 1000) * 10_000 if is_paid else 0
        facts = {"provider_ref": ref, "created_at": rfc3339(created), "processing_at": None, "paid_at": None,
                 "failed_at": None, "expired_at": None, "last_decline": None, "payment": None, "fees": {},
                 "refunds": {}, "disputes": {}, "refunded_cumulative_minor": 0, "mismatches": []}
        if is_paid:
            facts["paid_at"] = rfc3339(paid_at)
            facts["payment"] = {"amount_minor": amount, "currency": "EUR", "payment_intent": intent}
            facts["fees"] = {f"txn_{id_.hex()[:24]}": {"fee_micros": fee, "currency": "EUR"}}
        if state == "failed":
            facts["failed_at"] = rfc3339(paid_at)
        self.bulk["payment_transaction"].add({
            "tenant_id": tenant, "id": id_, "request_id": request, "connection_id": connection, "livemode": True,
            "provider": "stripe", "provider_ref": ref, "payment_intent": intent if is_paid else None,
            "amount_minor": amount, "currency": "EUR", "fee_micros": fee, "fee_currency": "EUR" if is_paid else "",
            "status": {"session": "open", "paid": "succeeded"}.get(state, state), "refunded_minor": 0,
            "disputed_minor": 0, "quarantine_reason": "", "state": json.dumps(facts, separators=(",", ":")),
            "verify_at": self.now + DAY if is_open else None, "verify_step": 0, "hint_seq": 0, "hinted_at": None,
            "version": 1 if is_open else 2, "created_at": created, "updated_at": created if is_open else paid_at,
            "paid_at": paid_at if is_paid else None, **lease})
        if is_paid:
            self.ledger(owner, request, id_, {"charge": amount * 10_000, "provider_fee": -fee}, paid_at)
        if is_open:
            session = id_text("cs", id_)
            self.out["pending.tsv"].write(f"{ref}\t{amount}\t{owner}\t{id_text('cn', connection)}\t{intent}\n")
            self.out["sessions.jsonl"].write(json.dumps({
                "session_id": ref, "key": keys.stripe_key(owner), "amount_minor": amount, "currency": "eur",
                "client_reference_id": session, "payment_intent": intent,
                "metadata": {"tenant_id": id_text("tn", tenant), "request_id": id_text("pr", request),
                             "session_id": session}}) + "\n")

    def ledger(self, owner, request, transaction, amounts, at):
        for index, (kind, micros) in enumerate(amounts.items()):
            self.bulk["ledger_entry"].add({
                "tenant_id": self.tenants[owner]["id"], "id": self.make_id(at), "livemode": True, "kind": kind,
                "currency": "EUR", "amount_micros": micros, "request_id": request, "transaction_id": transaction,
                "message_id": None, "source": f"{id_text('tx', transaction)}/1/{index}", "occurred_at": at,
                "created_at": at})
        self.quarters[owner, at - at % QUARTER].update(
            {"charged_micros": amounts["charge"], "provider_fee_micros": amounts["provider_fee"]})

    def totals(self):
        """Days are the merchant's, quarters of an hour are the world's; both from the same sums."""
        zone, days = zoneinfo.ZoneInfo(ZONE), collections.defaultdict(collections.Counter)
        for (owner, at), sums in self.quarters.items():
            head = {"tenant_id": self.tenants[owner]["id"], "livemode": True, "currency": "EUR"}
            self.bulk["totals_quarter"].add({**head, "bucket_at": at, **{name: sums[name] for name in TOTALS}})
            day = datetime.datetime.fromtimestamp(at // SECOND, zone).date() - datetime.date(1970, 1, 1)
            days[owner, day.days].update(sums)
        for (owner, day), sums in days.items():
            head = {"tenant_id": self.tenants[owner]["id"], "livemode": True, "currency": "EUR"}
            self.bulk["totals_day"].add({**head, "day": day, **{name: sums[name] for name in TOTALS}})
        for tenant in self.tenants:
            self.bulk["totals_version"].add({"tenant_id": tenant["id"], "version": 1})
