"""Sends every example of openapi.json as it stands, each at its time in the life of a job, and sees that it is taken.

Filled in is only what is somebody's own: the ids that stand in paths, the handle of the second person and a refresh token. Takes the document and the address of a node."""

import json
import sys
import time
from pathlib import Path

import httpx

# A step of the node takes milliseconds; a minute is for a machine that does much else.
PATIENCE = 60
# RFC 8785, for what has ASCII keys and no fractions.
CANONICAL = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}


class Api:
    def __init__(self, document, node):
        self.http = httpx.Client(base_url=node, timeout=30)
        self.schemas = document["components"]["schemas"]
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }
        self.sent = set()

    def example(self, described):
        """The example of a parameter or of a body: its own or its schema's."""
        if "example" in described:
            return described["example"]
        schema = described["schema"]
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema["example"]

    def body(self, name):
        """What is said of the body of an operation."""
        return self.operations[name][2]["requestBody"]["content"]["application/json"]

    def request(self, name, who=None, own=None, **ids):
        """The request of an operation by its examples, with what is one's own filled in."""
        method, path, operation = self.operations[name]
        query, headers = {}, {}
        for parameter in operation.get("parameters", []):
            if not parameter["required"]:
                continue
            value = ids.get(parameter["name"]) or self.example(parameter)
            if parameter["in"] == "path":
                path = path.replace("{%s}" % parameter["name"], str(value))
            else:
                query[parameter["name"]] = value
        if who is not None:
            headers["Authorization"] = f"Bearer {who}"
        body = None
        if "requestBody" in operation:
            body = self.example(self.body(name))
            body = own if isinstance(own, str) else json.dumps({**body, **(own or {})})
            headers["Content-Type"] = "application/json"
        return self.http.build_request(method, path, params=query, headers=headers, content=body)

    def send(self, name, who=None, own=None, **ids):
        """What the operation answers to its example."""
        request = self.request(name, who, own, **ids)
        answer = self.http.send(request, stream=name == "searches_events")
        if not 200 <= answer.status_code < 300:
            answer.read()
            raise SystemExit(f"{name}: the example is answered with {answer.status_code} {answer.text}\n{request.content!r}")
        if str(answer.status_code) not in self.operations[name][2]["responses"]:
            raise SystemExit(f"{name} does not describe {answer.status_code}")
        self.sent.add(name)
        if name == "searches_events":
            first = next(answer.iter_text())
            answer.close()
            return first
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    def until(self, fits, name, *args, **ids):
        """Sends it until it is answered as is waited for: some steps are a log's, and come a moment later."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.http.send(self.request(name, *args, **ids))
            if answer.is_success and fits(answer.json()):
                return self.send(name, *args, **ids)
            time.sleep(0.1)
        raise SystemExit(f"{name}: waited in vain; the last answer was {answer.text}")


def sign_in(api, own=None):
    person = api.send("people_register", own=own)
    tokens = api.send("people_login", own=own)
    return person["did"], api.send("people_refresh", own={"refresh_token": tokens["refresh_token"]})["access_token"]


def refused(api, name, reason, *args):
    """The example of an operation that takes what is in a letter: it is of the right form, and another code."""
    answer = api.http.send(api.request(name, *args))
    if answer.json().get("type") != f"/problems/{reason}":
        raise SystemExit(f"{name}: the example is answered with {answer.text}")
    api.sent.add(name)


def own_account(api, client, other):
    """What one does about one's own account; afterwards the password is another, every login has ended, and there is a new one."""
    api.send("people_login")
    logins = api.send("account_logins", client)["items"]
    api.send("account_end_login", client, id=next(login["id"] for login in logins if not login["current"]))
    codes = api.send("account_recovery_codes", client)["recovery_codes"]
    api.send("account_put_email", client)
    refused(api, "account_verify_email", "wrong-code", client)
    answer = api.http.send(api.request("account_email", client))
    if answer.status_code != 404:
        raise SystemExit(f"account_email: there is none, and it is answered with {answer.text}")
    api.sent.add("account_email")
    api.send("account_ask_for_reset")
    for name in ("account_block", "account_unblock"):
        api.send(name, client, did=other)
    api.send("account_blocks", client)
    api.send("account_export", client)
    api.send("account_rename", client)
    api.send("account_change_password", client)
    reset = api.example(api.body("account_reset_password"))
    api.send("account_reset_password", own={"code": codes[0]})
    return api.send("people_login", own={"password": reset["password"]})["access_token"]


def invite(api, client, freelancer, other):
    """Invitations: one that is declined, and one that is taken back; each to a job of its own, as nobody is asked twice."""
    for name, who in (("invitations_decline", freelancer), ("invitations_rescind", client)):
        job = api.send("jobs_post", client)["view"]["id"]
        invitation = api.send("invitations_invite", client, own={"freelancer": other}, id=job)["view"]["id"]
        api.send("invitations_of_job", client, id=job)
        api.send("invitations_mine", freelancer)
        api.send("invitations_read", freelancer, id=invitation)
        api.send(name, who, id=invitation)


def change_minds(api, client, freelancer, contract):
    """What is done to a contract besides going straight on: it rests, it is amended, and it is left in three ways."""
    running = contract()
    for name in ("contracts_pause", "contracts_resume", "contracts_propose_amendment"):
        api.send(name, client, id=running)
    api.send("contracts_decline_amendment", freelancer, id=running)
    api.send("contracts_propose_amendment", client, id=running)
    api.send("contracts_accept_amendment", freelancer, id=running)
    for name in ("contracts_cancel", "contracts_objects", "contracts_request_close"):
        api.send(name, client, id=running)
    api.send("contracts_request_close", freelancer, id=running)
    api.send("contracts_terminate", freelancer, id=contract())


def rest(api, client):
    """A posting rests, is still to be had, ends, and is made again. It comes last: what came to nothing is not posted as if it were new."""
    job = api.send("jobs_post", client)["view"]["id"]
    for name in ("jobs_pause", "jobs_resume", "jobs_heartbeat", "jobs_close", "jobs_repost"):
        api.send(name, client, id=job)


def main(document, node):
    api = Api(json.loads(Path(document).read_text(encoding="utf-8")), node)
    me = api.send("node_describe")["name"]
    for name in ("node_health", "node_ready", "node_peers", "node_security", "node_key_set", "skills_suggest", "skills_read", "skills_link"):
        api.send(name)

    did, client = sign_in(api)
    other, freelancer = sign_in(api, {"handle": "bob"})
    for who in (client, freelancer):
        api.send("people_me", who)
        api.send("people_put_profile", who)
    api.send("people_profile", did=did)
    api.send("people_people")
    api.send("people_put_listing", client)
    api.send("people_listing", client)
    saved = api.send("searches_keep", freelancer)["id"]
    api.send("searches_list", freelancer)
    api.send("searches_alerts", freelancer)
    api.send("searches_events", freelancer)
    api.send("searches_forget", freelancer, id=saved)

    def bid():
        job = api.send("jobs_post", client)["view"]["id"]
        return job, api.send("bids_bid", freelancer, id=job)["view"]["id"]

    def offer(of):
        return api.send("contracts_offer", client, id=of)["view"]["id"]

    job, first = bid()
    for name in ("jobs_read", "matching_matches"):
        api.send(name, id=job)
    api.send("jobs_search")
    api.send("bids_bids", client, id=job)
    api.send("bids_read", client, id=first)
    api.send("bids_mine", freelancer)
    api.until(lambda answer: True, "matching_why_not", id=job, did=other)
    api.send("matching_recommended", freelancer)
    api.send("matching_picks", freelancer)
    api.send("matching_transparency")
    for name in ("bids_seen", "bids_shortlist", "bids_unshortlist", "bids_interview"):
        api.send(name, client, id=first)
    api.send("jobs_amend", client, id=job)
    for name in ("bids_confirm", "bids_revise", "bids_withdraw"):
        api.send(name, freelancer, id=first)
    invite(api, client, freelancer, other)
    api.send("bids_decline", client, id=bid()[1])
    api.send("contracts_rescind", client, id=offer(bid()[1]))
    api.send("contracts_decline", freelancer, id=offer(bid()[1]))

    def contract():
        made = offer(bid()[1])
        api.send("contracts_counter", freelancer, id=made)
        for who in (client, freelancer):
            api.send("contracts_accept", who, id=made)
        api.until(lambda answer: answer["state"] == "active", "contracts_read", client, id=made)
        return made

    change_minds(api, client, freelancer, contract)
    contract = contract()
    api.send("contracts_deliver", freelancer, id=contract)
    api.send("contracts_request_changes", client, id=contract)
    api.send("contracts_deliver", freelancer, id=contract)
    api.send("contracts_accept_delivery", client, id=contract)
    api.send("contracts_report_unpaid", freelancer, id=contract)
    api.send("contracts_attest_paid", client, id=contract)
    api.send("contracts_confirm_received", freelancer, id=contract)
    api.send("contracts_close", client, id=contract)
    api.send("contracts_mine", client)
    api.until(lambda answer: answer["state"] == "closed", "contracts_read", client, id=contract)
    api.send("reviews_deposit", client, id=contract)
    api.send("reviews_deposit", freelancer, id=contract)
    reviews = api.until(
        lambda reviews: len(reviews) == 2 and all("rating" in review for review in reviews), "reviews_of_contract", id=contract
    )
    about = next(review["commit"] for review in reviews if review["subject"] == other)
    api.send("reviews_reply", freelancer, commit=about)
    for name in ("reviews_put_again", "reviews_again", "reviews_remove_again"):
        api.send(name, client, id=contract)

    for name in ("reputation_facts", "reputation_evidence"):
        api.send(name, did=other)
    for name in ("reputation_score", "reputation_history"):
        api.until(lambda answer: True, name, client, did=other)
    api.send("log_logs")
    for name in ("log_checkpoint", "log_tile"):
        api.send(name)
    for name in ("log_checkpoints", "log_entries"):
        api.until(lambda answer: True, name, node=me)
    api.send("documents_read", id=job)
    # Nobody but its signer can have a document of their own taken: the example is one of the right form, of another node.
    refused = api.http.send(api.request("documents_publish", own=json.dumps(api.example(api.body("documents_publish")), **CANONICAL)))
    if refused.json().get("type") != "/problems/wrong-home":
        raise SystemExit(f"documents_publish: the example is answered with {refused.text}")
    api.sent.add("documents_publish")
    rest(api, client)
    client = own_account(api, client, other)
    api.send("people_logout", client)

    left = set(api.operations) - api.sent
    if left:
        raise SystemExit(f"not sent: {sorted(left)}")
    print(f"  examples: {len(api.sent)} operations, each with its example as it stands")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
