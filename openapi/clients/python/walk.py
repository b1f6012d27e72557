"""The main job of a marketplace with nothing but the client that openapi-python-client makes of openapi.json.

Takes the address of a node; writes the ids of what was made to the file that is named second, as JSON."""

import json
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta

from hanse_node_client import AuthenticatedClient, Client
from hanse_node_client.api.bids import bids_bid, bids_bids, bids_mine, bids_read
from hanse_node_client.api.contracts import (
    contracts_accept,
    contracts_accept_delivery,
    contracts_attest_paid,
    contracts_close,
    contracts_confirm_received,
    contracts_deliver,
    contracts_mine,
    contracts_offer,
    contracts_read,
)
from hanse_node_client.api.documents import documents_read
from hanse_node_client.api.jobs import jobs_post, jobs_read, jobs_search
from hanse_node_client.api.log import log_checkpoint, log_entries, log_logs, log_tile
from hanse_node_client.api.matching import (
    matching_matches,
    matching_picks,
    matching_recommended,
    matching_transparency,
    matching_why_not,
)
from hanse_node_client.api.node import node_describe
from hanse_node_client.api.people import people_login, people_me, people_put_profile, people_refresh, people_register
from hanse_node_client.api.reputation import (
    reputation_evidence,
    reputation_facts,
    reputation_history,
    reputation_score,
)
from hanse_node_client.api.reviews import (
    reviews_again,
    reviews_deposit,
    reviews_of_contract,
    reviews_put_again,
    reviews_reply,
)
from hanse_node_client.api.searches import searches_alerts, searches_keep, searches_list
from hanse_node_client.models import (
    Again,
    Axes,
    BidRequest,
    JobQuery,
    JobRequest,
    Login,
    OfferRequest,
    PayType0,
    PayType0Kind,
    Per,
    PlaceType0,
    PlaceType0Kind,
    Problem,
    ProfileRequest,
    Refresh,
    Register,
    ReplyRequest,
    ReviewRequest,
    SavedSearchRequest,
    StepRequest,
)

# A step of the node takes milliseconds; a minute is for a machine that does much else.
PATIENCE = 60


def done(response):
    """What an operation answers; a problem ends the walk."""
    if isinstance(response.parsed, Problem) or not 200 <= response.status_code < 300:
        raise SystemExit(f"{int(response.status_code)}: {response.content.decode()}")
    return response.parsed


def until(what, ask, fits):
    """Asks until the answer is the one that is waited for: some steps are a log's, and come a moment later."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = ask()
        if fits(answer):
            return answer
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain: {what}; the last answer was {answer}")
        time.sleep(0.1)


def told(text):
    print(f"  python: {text}", flush=True)


def sign_in(node, name):
    """Opens an account and logs in to it, and once more by the refresh token."""
    open_to_all = Client(base_url=node)
    handle = f"{name}-{uuid.uuid4().hex[:8]}"
    password = "correct horse battery"
    person = done(people_register.sync_detailed(client=open_to_all, body=Register(handle=handle, password=password)))
    tokens = done(people_login.sync_detailed(client=open_to_all, body=Login(handle=handle, password=password)))
    tokens = done(people_refresh.sync_detailed(client=open_to_all, body=Refresh(refresh_token=tokens.refresh_token)))
    client = AuthenticatedClient(base_url=node, token=tokens.access_token)
    assert done(people_me.sync_detailed(client=client)).did == person.did == tokens.did
    return client, person.did, tokens


def main(node, out):
    everybody = Client(base_url=node)
    me = done(node_describe.sync_detailed(client=everybody))
    client, client_did, _ = sign_in(node, "ada")
    freelancer, freelancer_did, tokens = sign_in(node, "bob")
    told("two accounts, each with a session")

    euros = PayType0(kind=PayType0Kind.MONEY, currency="EUR", per=Per.PROJECT, max_=8_000)
    for who, name in ((client, "Ada"), (freelancer, "Bob")):
        profile = ProfileRequest(name=name, languages=["en", "fr"], skills=["local:rust"], remote=True, rate=euros)
        put = done(people_put_profile.sync_detailed(client=who, body=profile, idempotency_key=str(uuid.uuid4())))
        assert put.view.profile.name == name
    search = SavedSearchRequest(label="Rust", query=JobQuery(skill="local:rust"))
    done(searches_keep.sync_detailed(client=freelancer, body=search))
    assert len(done(searches_list.sync_detailed(client=freelancer)).items) == 1
    told("two profiles, a saved search")

    wanted = JobRequest(
        title="Port a parser",
        text="From C to Rust, with its tests.",
        days=10,
        language="en",
        skills=["local:rust"],
        pay=euros,
        place=PlaceType0(kind=PlaceType0Kind.REMOTE),
    )
    tried = jobs_post.sync_detailed(client=client, body=wanted, dry_run=True)
    assert done(tried).view.title == wanted.title and tried.status_code == 200
    job = done(jobs_post.sync_detailed(client=client, body=wanted, idempotency_key=str(uuid.uuid4()))).view
    assert datetime.fromisoformat(job.expires_at) - datetime.fromisoformat(job.posted_at) == timedelta(days=10)
    found = done(jobs_search.sync_detailed(client=everybody, text="parser", skill="local:rust"))
    assert job.id in [one.id for one in found.items]
    matches = until(
        "the freelancer among the matches",
        lambda: done(matching_matches.sync_detailed(id=job.id, client=everybody)),
        lambda matches: any(match.did == freelancer_did for match in matches.items),
    )
    assert matches.items[0].explanation.rank == 1
    why = done(matching_why_not.sync_detailed(id=job.id, did=freelancer_did, client=everybody))
    assert why.sentences
    until(
        "the job among the recommended ones",
        lambda: done(matching_recommended.sync_detailed(client=freelancer)),
        lambda recommended: job.id in [one.job.id for one in recommended.items],
    )
    done(matching_picks.sync_detailed(client=freelancer))
    done(matching_transparency.sync_detailed(client=everybody))
    until("the alert", lambda: done(searches_alerts.sync_detailed(client=freelancer)), lambda page: page.items)
    told("a job, its search, its matches with reasons, an alert")

    offer_of = BidRequest(text="I have ported three parsers.", days=5, pay=euros)
    bid = done(bids_bid.sync_detailed(id=job.id, client=freelancer, body=offer_of)).view
    assert bid.id in [one.id for one in done(bids_bids.sync_detailed(id=job.id, client=client)).items]
    assert bid.id in [one.id for one in done(bids_mine.sync_detailed(client=freelancer)).items]
    seen = bids_read.sync_detailed(id=bid.id, client=client)
    due = datetime.now(UTC).date() + timedelta(days=30)
    terms = OfferRequest(scope="The parser and its tests.", due=due, pay=euros)
    stale = contracts_offer.sync_detailed(id=bid.id, client=client, body=terms, if_match='"another"')
    assert stale.status_code == 412 and isinstance(stale.parsed, Problem)
    version = seen.headers["etag"]
    contract = done(contracts_offer.sync_detailed(id=bid.id, client=client, body=terms, if_match=version)).view
    told("a bid, an offer on the version of it that was seen")

    def state(*wanted):
        return until(
            f"the contract in {wanted}",
            lambda: done(contracts_read.sync_detailed(id=contract.id, client=client)),
            lambda contract: contract.state in wanted,
        )

    def step(operation, who, **said):
        done(operation.sync_detailed(id=contract.id, client=who, body=StepRequest(**said)))

    step(contracts_accept, freelancer)
    state("active")
    step(contracts_deliver, freelancer, note="The branch is `parser`.", digest="2c" * 32)
    step(contracts_accept_delivery, client, note="Thank you.")
    step(contracts_attest_paid, client)
    step(contracts_confirm_received, freelancer)
    step(contracts_close, client)
    assert [one.id for one in done(contracts_mine.sync_detailed(client=freelancer)).items] == [contract.id]
    told(f"accepted, delivered, paid, confirmed: {state('closed').state}")

    of_client = ReviewRequest(rating=5, axes=Axes(quality=5, communication=4), on_time=True, text="Clean work.")
    of_freelancer = ReviewRequest(rating=4, axes=Axes(clarity=4, payment=5), text="Clear, and paid at once.")
    done(reviews_deposit.sync_detailed(id=contract.id, client=client, body=of_client))
    done(reviews_deposit.sync_detailed(id=contract.id, client=freelancer, body=of_freelancer))
    reviews = until(
        "both reviews open",
        lambda: done(reviews_of_contract.sync_detailed(id=contract.id, client=everybody)),
        lambda reviews: len(reviews) == 2 and all(review.rating for review in reviews),
    )
    about = next(review for review in reviews if review.subject == freelancer_did)
    answer = ReplyRequest(text="A pleasure.")
    until(
        "the reply to the open review",
        lambda: reviews_reply.sync_detailed(commit=about.commit, client=freelancer, body=answer),
        lambda response: response.status_code == 201,
    )
    done(reviews_put_again.sync_detailed(id=contract.id, client=client, body=Again(again=True)))
    assert done(reviews_again.sync_detailed(id=contract.id, client=client)).again is True
    told("both reviews, a reply, a private answer")

    evidence = done(reputation_evidence.sync_detailed(did=freelancer_did, client=everybody))
    assert evidence["format"] == "hanse/evidence/v1"
    done(reputation_facts.sync_detailed(did=freelancer_did, client=everybody))
    score = until(
        "a score",
        lambda: reputation_score.sync_detailed(did=freelancer_did, client=client),
        lambda response: response.status_code == 200,
    ).parsed
    assert score.sentences
    done(reputation_history.sync_detailed(did=freelancer_did, client=client))
    assert done(log_logs.sync_detailed(client=everybody))
    assert me.name in done(log_checkpoint.sync_detailed(kind="reputation", client=everybody))
    tile = done(log_tile.sync_detailed(kind="reputation", path="0/000.p/1", client=everybody))
    assert len(tile.payload.read()) == 32
    leaves = done(log_entries.sync_detailed(node=me.name, kind="reputation", client=everybody))
    assert leaves.leaves
    signed = done(documents_read.sync_detailed(id=job.id, client=everybody))
    assert signed["issuer"] == client_did
    done(jobs_read.sync_detailed(id=job.id, client=everybody))
    told("evidence, facts, score with its history, logs")

    if out:
        made = {
            "job": job.id,
            "bid": bid.id,
            "contract": contract.id,
            "client": client_did,
            "freelancer": freelancer_did,
            "commit": about.commit,
            "token": client.token,
            "node": me.name,
        }
        with open(out, "w", encoding="utf-8") as file:
            json.dump(made, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
